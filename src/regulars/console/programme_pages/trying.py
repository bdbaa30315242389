"""What an order of one's own would earn by the draft."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from django.http import QueryDict
from django.utils.translation import gettext as _

from regulars.commerce.queries import choices
from regulars.console.programme_pages.desk import Desk
from regulars.console.tried_carts import categories_and_brands, number, written_at
from regulars.kit.folding import fold
from regulars.kit.money import to_decimal, to_minor
from regulars.kit.shares import percent_of
from regulars.loyalty import queries
from regulars.loyalty.rules.earning import discount_minor, payable_minor
from regulars.loyalty.types import MINOR, Programme
from regulars.loyalty.types.earned import CASHBACK, EarningLine, EarningOrder, of_rule, of_tier
from regulars.loyalty.types.tiers import Tier
from regulars.loyalty.wording.amounts import points

LINES = 3
USUAL = Decimal(2000)
"""What the first line costs while nothing was written."""
AMOUNT_MAX = Decimal(10) ** 9
PIECES_MAX = 10_000
ANY = 10**12 * MINOR


@dataclass(frozen=True)
class Line:
    """A line as it was written."""

    amount: str
    pieces: str
    goods: str


@dataclass(frozen=True)
class Trying:
    """The order that is tried, and what came of it. `shares`: what brought how much, in words.

    `branches`, `channels`: what can be chosen; where there is nothing to choose, it is not asked for.
    """

    lines: tuple[Line, ...]
    tier: str
    tiers: tuple[tuple[str, str], ...]
    branch: str
    branches: tuple[str, ...]
    channel: str
    channels: tuple[str, ...]
    day: str
    fits: bool
    has_conditions: bool
    goods: tuple[str, ...]
    result: str = ""
    shares: tuple[tuple[str, str], ...] = ()
    more: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class _Order:
    lines: tuple[EarningLine, ...]
    discount_minor: int


def trying(asked: QueryDict, desk: Desk) -> Trying:
    """The order of the address; without one, a round sum."""
    programme = desk.programme
    lines = _lines(asked, programme.currency or desk.speak.shop.currency)
    tiers = tuple((level.key, level.name) for level in programme.tiers.levels) if programme.tiers else ()
    tier, branch, channel = (asked.get(name, "") for name in ("tier", "branch", "channel"))
    branches, channels = _branches(programme), _channels(programme)
    tried = Trying(
        lines=lines,
        tier=tier if tier in dict(tiers) else "",
        tiers=tiers,
        branch=branch if branch in branches else "",
        branches=branches,
        channel=channel if channel in channels else "",
        channels=channels,
        day=asked.get("day", "") or desk.speak.today.isoformat(),
        fits="amount" not in asked or "fits" in asked,
        has_conditions=any(rule.when.who is not None for rule in programme.rules),
        goods=_goods_named(programme),
    )
    return _reckoned(tried, desk)


def _reckoned(tried: Trying, desk: Desk) -> Trying:
    programme, formats = desk.programme, desk.speak.formats
    currency = programme.currency or desk.speak.shop.currency
    level = next((one for one in _levels(programme) if one.key == tried.tier), None)
    try:
        order = _order(tried, level, currency)
        day = date.fromisoformat(tried.day)
    except (ValueError, InvalidOperation):
        return replace(tried, problem=_("Write amounts as numbers, such as 1500, and choose a day."))
    if not programme.running:
        return replace(tried, problem=_("The programme is stopped: orders earn nothing."))
    asked = EarningOrder(
        lines=order.lines,
        currency=currency,
        day=day,
        tier=tried.tier,
        branch=tried.branch,
        channel=tried.channel,
        fits=frozenset(rule.key for rule in programme.rules if rule.when.who is not None and tried.fits),
    )
    whole = programme if programme.currency else programme.model_copy(update={"currency": currency})
    (earned,) = queries.earned(whole, [asked])
    payable = payable_minor(total_minor=asked.total_minor, programme=programme, spendable_minor=ANY)
    more = []
    if order.discount_minor and level is not None:
        facts = {"name": level.name, "money": desk.speak.money(order.discount_minor, currency)}
        more.append(_("The tier “%(name)s” takes off %(money)s.") % facts)
    if payable:
        worth = desk.speak.money(discount_minor(payable, programme), currency)
        facts = {"points": points(payable, formats), "money": worth}
        more.append(_("Can be paid with points: %(points)s, which is %(money)s less.") % facts)
    names = _names(programme)
    shares = tuple((names.get(key, key), points(minor, formats)) for key, minor in earned.shares.items())
    return replace(tried, result=points(earned.total_minor, formats), shares=shares, more=tuple(more))


def _order(tried: Trying, level: Tier | None, currency: str) -> _Order:
    """The lines as they are asked about, less the tier's discount. Raises ValueError, InvalidOperation."""
    written = [line for line in tried.lines if line.amount.strip()]
    amounts = [to_minor(number(line.amount, AMOUNT_MAX), currency) for line in written]
    taken = percent_of(amounts, (level and level.brings.discount_percent) or Decimal(0))
    known = categories_and_brands([line.goods for line in written if line.goods])
    lines = []
    for line, amount, off in zip(written, amounts, taken, strict=True):
        category, brand = known.get(line.goods.casefold(), (line.goods, line.goods))
        lines.append(
            EarningLine(
                amount_minor=amount - off,
                pieces=int(number(line.pieces or "1", Decimal(PIECES_MAX))),
                product=line.goods,
                category=category,
                brand=brand,
            )
        )
    return _Order(tuple(lines), sum(taken))


def _lines(asked: QueryDict, currency: str) -> tuple[Line, ...]:
    amounts, pieces, goods = (asked.getlist(name) for name in ("amount", "pieces", "goods"))
    if not amounts:
        amounts = [f"{to_decimal(to_minor(USUAL, currency), currency):f}".rstrip("0").rstrip(".")]
    wide = max(LINES, len(amounts[: LINES * 2]))

    return tuple(
        Line(written_at(amounts, n), written_at(pieces, n), written_at(goods, n)) for n in range(wide)
    )


def _levels(programme: Programme) -> tuple[Tier, ...]:
    return programme.tiers.levels if programme.tiers else ()


def _names(programme: Programme) -> dict[str, str]:
    """What brings points, by the names the reckoning has for it."""
    names = {CASHBACK: _("Cashback")}
    names |= {of_rule(rule.key): rule.name for rule in programme.rules}
    return names | {
        of_tier(level.key): _("Tier “%(name)s”") % {"name": level.name} for level in _levels(programme)
    }


def _branches(programme: Programme) -> tuple[str, ...]:
    """Those of the shop, and those that rules ask for though nothing is called so by now."""
    return _each_once([*choices.branches(), *(name for r in programme.rules for name in r.when.branches)])


def _channels(programme: Programme) -> tuple[str, ...]:
    """Those that rules ask for: what came by another one earns the same by any."""
    return _each_once([name for rule in programme.rules for name in rule.when.channels])


def _each_once(names: list[str]) -> tuple[str, ...]:
    """Names as rules compare them: without case."""
    found = {fold(name): name for name in reversed(names)}
    return tuple(sorted(found.values()))


def _goods_named(programme: Programme) -> tuple[str, ...]:
    """Goods that rules speak of: those that make a difference."""
    of = [rule.goods for rule in programme.rules]
    names = {name for goods in of for name in (*goods.categories, *goods.brands, *goods.products)}
    return tuple(sorted(names))
