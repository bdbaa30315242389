"""What orders earn, as one statement over two relations; `types/earning.py` is what it means.

`orders` has the columns n (a number that names the order here), day (date) and weekday (1 is Monday) by the
customer's calendar, currency, total (what is left of the order, minor units), tier (a key, empty without),
branch and channel (folded texts, empty without), fits (bit i is set where the customer fits `who` of rule i)
and room (what the period's limit has left, NULL without one). `lines` has n, product, category, brand
(folded texts, empty where nothing is known), pieces (whole ones) and amount (minor units), for those lines
alone of which something is left. Texts are folded by `kit.folding`.

A row comes out for each order and mechanic that brought something, and at least one for each order the
programme counts: n, total, mechanic, share. The shares of an order come to its total. What limits and
rounding cut goes off the largest share, then off the next; of equals off the first in the order of
mechanics: the basic cashback, the rules as they stand, the tier.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from regulars.kit.folding import fold
from regulars.loyalty.compiling.dialects import Dialect, Statement
from regulars.loyalty.types import MINOR, Programme
from regulars.loyalty.types.earned import of_rule, of_tier
from regulars.loyalty.types.earning import ByAmount, ByOrder, ByPercent, ByPiece, Rule, Times, When
from regulars.offers.types import Goods

MOST_MINOR = 10**15
"""No order earns more (ten trillion points), whatever a programme says."""


def earning_statement(programme: Programme, dialect: Dialect, *, orders: str, lines: str) -> Statement:
    """The statement for a programme. `orders`, `lines`: queries that give the two relations.

    Values that these bind have names that do not begin with `p`. A programme that does not run earns nothing:
    there are no rows.
    """
    return _Earning(programme, dialect).statement(orders, lines)


class _Earning:
    """The steps of the statement, each a query over those before it, and the values they bind."""

    def __init__(self, programme: Programme, dialect: Dialect) -> None:
        self.programme = programme
        self.dialect = dialect
        self.values: dict[str, Any] = {}
        self.rules = tuple(enumerate(programme.rules))

    def statement(self, orders: str, lines: str) -> Statement:
        steps = {
            "o": orders,
            "applying": self._applying(),
            "matched": self._matched(lines),
            "sums": self._sums(),
            "brought": self._brought(),
            "multiplied": self._multiplied(),
            "gathered": self._gathered(),
            "cut": self._cut(),
            "shared": self._shared(),
        }
        text = "WITH " + ",\n".join(f"{name} AS ({query})" for name, query in steps.items())
        return Statement(f"{text}\n{_SHARES}", self.values)

    def _bind(self, value: Any, type_: str) -> str:
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"CAST(${name} AS {type_})"

    def _folded(self, names: Sequence[str]) -> str:
        return self._bind([fold(name) for name in names], "text[]")

    def _applying(self) -> str:
        """The orders that count, what their tier brings, and which rules are for them."""
        tests = ["true" if self.programme.running else "false"]
        if self.programme.currency:
            tests.append(f"o.currency = {self._bind(self.programme.currency, 'text')}")
        columns = [
            "o.n AS n",
            "o.tier AS tier",
            f"CAST(o.room AS {self.dialect.wide}) AS room",
            f"{self._by_tier('cashback_percent', self.programme.cashback_percent)} AS percent",
            f"{self._by_tier('factor', Decimal(1))} AS tier_factor",
            *(f"{self._is_for(place, rule.when)} AS a{place}" for place, rule in self.rules),
            *(f"o.{name} AS {name}" for name in self.dialect.carried),
        ]
        return f"SELECT {', '.join(columns)} FROM o WHERE {' AND '.join(tests)}"  # noqa: S608 (values are bound)

    def _by_tier(self, privilege: str, otherwise: Decimal) -> str:
        """Hundredths of what a tier brings, where it brings such a thing."""
        levels = self.programme.tiers.levels if self.programme.tiers else ()
        cases = [
            f"WHEN {self._bind(tier.key, 'text')} THEN {_hundredths(value)}"
            for tier in levels
            if (value := getattr(tier.brings, privilege)) is not None
        ]
        rest = str(_hundredths(otherwise))
        return _case(cases, rest, of="o.tier")

    def _is_for(self, place: int, when: When) -> str:
        tests = []
        if when.who is not None:
            tests.append(f"(o.fits >> {place}) & 1 = 1")
        if when.tiers:
            tests.append(f"o.tier = ANY({self._bind(list(when.tiers), 'text[]')})")
        if when.weekdays:
            tests.append(f"o.weekday IN ({', '.join(map(str, when.weekdays))})")
        if when.first:
            tests.append(f"o.day >= DATE '{when.first}'")
        if when.last:
            tests.append(f"o.day <= DATE '{when.last}'")
        if when.branches:
            tests.append(f"o.branch = ANY({self._folded(when.branches)})")
        if when.channels:
            tests.append(f"o.channel = ANY({self._folded(when.channels)})")
        if when.total_from_minor:
            tests.append(f"o.total >= {when.total_from_minor}")
        return f"({' AND '.join(tests) or 'true'})"

    def _matched(self, lines: str) -> str:
        """Of each line, which rules it is of, and which of those with `instead` has it (-1: none).

        An order without lines is there once, with a line of which all is unknown.
        """
        wide = self.dialect.wide
        columns = [
            *self._of_order(),
            f"CAST(l.amount AS {wide}) AS amount",
            f"CAST(l.pieces AS {wide}) AS pieces",
        ]
        takers = []
        for place, rule in self.rules:
            if isinstance(rule.gives, Times):
                continue
            fits = f"applying.a{place} AND {self._has(rule.goods)}"
            if rule.instead:
                takers.append(f"WHEN {fits} THEN {place}")
            else:
                columns.append(f"{fits} AS g{place}")
        columns.append(f"{_case(takers, '-1')} AS taker")
        return f"SELECT {', '.join(columns)} FROM applying {self.dialect.join.format(lines=lines)}"  # noqa: S608

    def _of_order(self) -> list[str]:
        """What is known of the order itself, and is the same for all its lines."""
        times = [f"a{place}" for place, rule in self.rules if isinstance(rule.gives, Times)]
        return ["applying.n", "tier", "room", "percent", "tier_factor", *times]

    def _has(self, goods: Goods) -> str:
        fields = (("product", goods.products), ("category", goods.categories), ("brand", goods.brands))
        tests = [f"l.{name} = ANY({self._folded(texts)})" for name, texts in fields if texts]
        return f"({' OR '.join(tests) or 'true'})"

    def _sums(self) -> str:
        """Of each order, what the lines of each rule come to."""
        order = ["n", *self._of_order()[1:]]
        columns = [*order, "sum(CASE WHEN taker = -1 THEN amount ELSE 0 END) AS base"]
        for place, rule in self.rules:
            mine = f"taker = {place}" if rule.instead else f"g{place}"
            match rule.gives:
                case ByPercent() | ByAmount():
                    columns.append(f"sum(CASE WHEN {mine} THEN amount ELSE 0 END) AS s{place}")
                case ByPiece():
                    columns.append(f"sum(CASE WHEN {mine} THEN pieces ELSE 0 END) AS s{place}")
                case ByOrder():
                    columns.append(
                        f"max(CASE WHEN {mine} AND amount IS NOT NULL THEN 1 ELSE 0 END) AS s{place}"
                    )
        return f"SELECT {', '.join(columns)} FROM matched GROUP BY {', '.join(order)}"  # noqa: S608

    def _brought(self) -> str:
        """What the basic cashback and each rule bring by themselves."""
        columns = [f"{self._share_of('base', 'percent')} AS b"]
        for place, rule in self.rules:
            if not isinstance(rule.gives, Times):
                columns.append(f"{self._brings(rule.gives, f's{place}')} AS b{place}")
        return f"SELECT *, {', '.join(columns)} FROM sums"  # noqa: S608

    def _brings(self, gives: ByPercent | ByAmount | ByPiece | ByOrder, of: str) -> str:
        if isinstance(gives, ByPercent):
            return self._share_of(of, str(_hundredths(gives.percent)))
        units = f"coalesce({of}, 0)"
        if isinstance(gives, ByAmount):
            units = self.dialect.divided(units, str(gives.per_minor))
        return f"{units} * {gives.points_minor}"

    def _share_of(self, amount: str, hundredths: str) -> str:
        """A percentage of money in minor units of points: the two hundreds cancel out."""
        by = str(_HUNDREDTHS * self.programme.worth_minor)
        return self.dialect.divided(f"coalesce({amount}, 0) * {hundredths}", by)

    def _multiplied(self) -> str:
        """The largest factor in hundredths, and whose it is: the place of a rule, or -1 the tier."""
        times = [
            (f"a{place}", _hundredths(rule.gives.factor), place)
            for place, rule in self.rules
            if isinstance(rule.gives, Times)
        ]
        factors = [f"CASE WHEN {is_for} THEN {factor} ELSE {_HUNDREDTHS} END" for is_for, factor, _ in times]
        largest = f"greatest({', '.join(['tier_factor', *factors])})"
        whose = [f"WHEN {is_for} AND factor = {factor} THEN {place}" for is_for, factor, place in times]
        whose.insert(0, "WHEN tier_factor = factor THEN -1")
        found = f"SELECT *, {largest} AS factor FROM brought"  # noqa: S608
        return f"SELECT *, {_case(whose, '-1')} AS whose FROM ({found}) AS found"  # noqa: S608

    def _gathered(self) -> str:
        """What multiplying brings, and all that came together."""
        by_share = [f"b{n}" for n, rule in self.rules if isinstance(rule.gives, ByPercent | ByAmount)]
        fixed = [f"b{n}" for n, rule in self.rules if isinstance(rule.gives, ByPiece | ByOrder)]
        base = " + ".join(["b", *by_share])
        extra = self.dialect.divided(f"({base}) * (factor - {_HUNDREDTHS})", f"{_HUNDREDTHS}")
        whole = " + ".join(["b", *by_share, *fixed, "extra"])
        return f"SELECT *, {whole} AS whole FROM (SELECT *, {extra} AS extra FROM multiplied) AS found"  # noqa: S608

    def _cut(self) -> str:
        """What is left of it after the limits and rounding."""
        limits = ["whole", str(MOST_MINOR), "greatest(coalesce(room, whole), 0)"]
        if self.programme.caps.order_minor is not None:
            limits.append(str(self.programme.caps.order_minor))
        step = MINOR if self.programme.whole_points else 1
        least = f"least({', '.join(limits)})"
        total = f"{self.dialect.divided(least, str(step))} * {step}"
        return f"SELECT *, {total} AS total FROM gathered"  # noqa: S608

    def _shared(self) -> str:
        """A row for each mechanic that brought something, and what larger ones brought beside it."""
        mine = ["(0, 'cashback', cut.b)"]
        for place, rule in self.rules:
            if not _multiplies(rule):
                mine.append(f"({place + 1}, {self._bind(of_rule(rule.key), 'text')}, cut.b{place})")
        tier = f"{self._bind(of_tier(''), 'text')} || cut.tier"
        names = [
            f"WHEN cut.whose = {place} THEN {self._bind(of_rule(rule.key), 'text')}"
            for place, rule in self.rules
            if _multiplies(rule)
        ]
        name = _case(names, tier)
        last = len(self.rules) + 1
        mine.append(f"(CASE cut.whose WHEN -1 THEN {last} ELSE cut.whose + 1 END, {name}, cut.extra)")
        return f"""
            SELECT cut.n, cut.total, cut.whole, one.place, one.mechanic, one.brought,
                   sum(one.brought) OVER (PARTITION BY cut.n ORDER BY one.brought DESC, one.place
                                          ROWS UNBOUNDED PRECEDING) - one.brought AS larger
            FROM cut CROSS JOIN LATERAL (VALUES {", ".join(mine)}) AS one (place, mechanic, brought)
            WHERE one.brought > 0 OR one.place = 0
        """  # noqa: S608


_SHARES = """
SELECT n, CAST(total AS bigint) AS total, mechanic,
       CAST(brought - least(brought, greatest(0, whole - total - larger)) AS bigint) AS share
FROM shared
WHERE place = 0 OR brought > greatest(0, whole - total - larger)
"""
_HUNDREDTHS = 100


def _multiplies(rule: Rule) -> bool:
    return isinstance(rule.gives, Times)


def _case(cases: Sequence[str], otherwise: str, of: str = "") -> str:
    return f"CASE {of} {' '.join(cases)} ELSE {otherwise} END" if cases else otherwise


def _hundredths(value: Decimal) -> int:
    return int(value * _HUNDREDTHS)
