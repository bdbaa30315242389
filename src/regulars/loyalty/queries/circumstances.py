"""By what orders earn, asked once when they are first settled and then kept; and what they come to by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from regulars.commerce import queries as commerce
from regulars.commerce.types import LineStanding, OrderStanding
from regulars.customers import queries as customers
from regulars.kit import sql
from regulars.loyalty.models import EarnedOrder
from regulars.loyalty.queries.earning import earned
from regulars.loyalty.queries.tiers_then import Then, tiers_then
from regulars.loyalty.rules.conditions import JUST_BEFORE, conditions_of_rules
from regulars.loyalty.rules.earning import goes_by_lines, names_goods, period_of
from regulars.loyalty.types import Version
from regulars.loyalty.types.earned import EarningLine, EarningOrder
from regulars.segments import queries as segments

_FIELDS = (
    "order_id",
    "profile_id",
    "version_id",
    "day",
    "tier",
    "fits",
    "goods",
    "branch",
    "channel",
    "room_minor",
    "points_minor",
    "shares",
)
_HAVE = """
SELECT k.order_id, coalesce(sum(e.points_minor), 0)::bigint
FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::date[]) AS k (order_id, profile_id, first, last)
JOIN facts_profiles AS one ON one.profile_id = k.profile_id
JOIN facts_profiles AS theirs ON theirs.person_id = one.person_id
LEFT JOIN loyalty_earnedorder AS e
    ON e.profile_id = theirs.profile_id AND e.day BETWEEN k.first AND k.last AND e.order_id <> k.order_id
GROUP BY k.order_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A row of `EarnedOrder`, whose words say what it means."""

    order_id: int
    profile_id: int
    version_id: int
    day: date
    tier: str = ""
    fits: Sequence[str] = ()
    goods: Mapping[str, Sequence[str]]
    branch: str = ""
    channel: str = ""
    room_minor: int | None = None
    points_minor: int = 0
    shares: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Asking:
    """Orders with a customer, each with its version, and what is known of them."""

    orders: Sequence[OrderStanding]
    version_of: Mapping[int, Version]
    kept: Mapping[int, Kept]
    zones: Mapping[int, ZoneInfo]
    as_of: datetime | None = None


def kept(order_ids: Collection[int]) -> dict[int, Kept]:
    """What is kept of these orders."""
    rows = EarnedOrder.objects.filter(order_id__in=order_ids).values(*_FIELDS)
    return {row["order_id"]: Kept(**row) for row in rows}


def reckoned(asking: Asking) -> dict[int, Kept]:
    """What these orders earn as they stand, and by what. Of those that are asked about for the first time, or
    for another customer than before, by what is so now; only reads.
    """
    new = [order for order in asking.orders if not _is_known(order, asking)]
    known = {order.id: asking.kept[order.id] for order in asking.orders if _is_known(order, asking)}
    lines = _lines(asking)
    found = known | _first_asked(new, asking)
    found |= _rooms([found[order.id] for order in new], asking)
    done = _come_to(asking.orders, found, lines, asking)
    # What was edited, or of which a return was withdrawn, may come to more than when it was asked about.
    grown = [one for id_, one in done.items() if id_ in known and one.points_minor > known[id_].points_minor]
    if less := _left_by_now(grown, known, asking):
        some = [order for order in asking.orders if order.id in less]
        cut = {id_: replace(done[id_], room_minor=room) for id_, room in less.items()}
        again = _come_to(some, cut, lines, asking)
        done |= {id_: replace(one, room_minor=done[id_].room_minor) for id_, one in again.items()}
    return done


def _come_to(
    orders: Sequence[OrderStanding],
    found: Mapping[int, Kept],
    lines: Mapping[int, Sequence[LineStanding]],
    asking: Asking,
) -> dict[int, Kept]:
    """What these orders earn by what was found of them; a statement for each version."""
    done: dict[int, Kept] = {}
    by_version: defaultdict[int, list[OrderStanding]] = defaultdict(list)
    for order in orders:
        by_version[asking.version_of[order.id].id].append(order)
    for some in by_version.values():
        programme = asking.version_of[some[0].id].programme
        by_lines, with_goods = goes_by_lines(programme), names_goods(programme)
        kept_, asked = [], []
        for order in some:
            of_order = lines.get(order.id, ()) if by_lines else None
            one = _with_goods(found[order.id], of_order or ()) if with_goods else found[order.id]
            kept_.append(one)
            asked.append(_asked(order, one, of_order))
        for one, earns in zip(kept_, earned(programme, asked), strict=True):
            points, shares = earns.total_minor, dict(earns.shares)
            done[one.order_id] = replace(one, points_minor=points, shares=shares)
    return done


def _is_known(order: OrderStanding, asking: Asking) -> bool:
    before = asking.kept.get(order.id)
    return before is not None and before.profile_id == order.profile_id


def _first_asked(new: Sequence[OrderStanding], asking: Asking) -> dict[int, Kept]:
    """Who the customers of these orders are, one moment before they ordered."""
    versions = {asking.version_of[order.id].id: asking.version_of[order.id] for order in new}
    persons: dict[int, int] = {}
    if any(v.programme.tiers or conditions_of_rules(v.programme) for v in versions.values()):
        persons = customers.persons_of({order.profile_id for order in new if order.profile_id is not None})
    tiers = _tiers(new, asking, persons)
    fits = _fits(new, asking, persons)
    return {
        order.id: Kept(
            order_id=order.id,
            profile_id=order.profile_id,
            version_id=asking.version_of[order.id].id,
            day=order.ordered_at.astimezone(asking.zones[order.profile_id]).date(),
            tier=tiers.get(order.id, ""),
            fits=sorted(fits[order.id]),
            goods={},
            branch=order.branch,
            channel=order.channel,
            shares={},
        )
        for order in new
        if order.profile_id is not None
    }


def _tiers(new: Sequence[OrderStanding], asking: Asking, persons: Mapping[int, int]) -> dict[int, str]:
    """What tier each order's customer had; none that the order's programme does not know."""
    asked = []
    for order in new:
        version = asking.version_of[order.id]
        person_id = persons.get(order.profile_id or 0)
        if person_id and order.profile_id and version.programme.tiers:
            zone = asking.zones[order.profile_id]
            asked.append(Then(order.id, person_id, order.ordered_at, zone, version, version.programme.tiers))
    return tiers_then(asked)


def _fits(new: Sequence[OrderStanding], asking: Asking, persons: Mapping[int, int]) -> dict[int, set[str]]:
    """The keys of the rules with a condition that each order's customer fits."""
    found: dict[int, set[str]] = {order.id: set() for order in new}
    by_version: defaultdict[int, list[OrderStanding]] = defaultdict(list)
    for order in new:
        if order.profile_id in persons:
            by_version[asking.version_of[order.id].id].append(order)
    for some in by_version.values():
        conditions = conditions_of_rules(asking.version_of[some[0].id].programme)
        if not conditions:
            continue
        asked = [
            segments.Asked(order.id, persons[order.profile_id], order.ordered_at - JUST_BEFORE)
            for order in some
            if order.profile_id is not None
        ]
        for key, numbers in segments.fits(conditions=conditions, asked=asked).items():
            for number in numbers:
                found[number].add(key)
    return found


def earned_in(asked: Sequence[tuple[int, int, date, date]]) -> dict[int, int]:
    """What persons earned for other orders in a period; asked by (order id, profile id, first day, last day).

    Gives minor units of points by the order.
    """
    return dict(sql.rows(_HAVE, sql.columns(asked)))


def _rooms(new: Sequence[Kept], asking: Asking) -> dict[int, Kept]:
    """These with what the period's limit has left for them, where there is one."""
    left = _left(new, asking)
    return {one.order_id: replace(one, room_minor=left[one.order_id]) for one in new if one.order_id in left}


def _left_by_now(grown: Sequence[Kept], known: Mapping[int, Kept], asking: Asking) -> dict[int, int]:
    """Of orders that come to more than before, what they can have: what others have left of the limit by now,
    and what they had in any case; only where that is less."""
    left = _left([one for one in grown if one.room_minor is not None], asking)
    can_have = {id_: max(known[id_].points_minor, room) for id_, room in left.items()}
    return {
        one.order_id: can_have[one.order_id]
        for one in grown
        if can_have.get(one.order_id, one.points_minor) < one.points_minor
    }


def _left(of: Sequence[Kept], asking: Asking) -> dict[int, int]:
    """What the limit of their period leaves each of these by what other orders earned in it."""
    limited = []
    for one in of:
        caps = asking.version_of[one.order_id].programme.caps
        if caps.period_minor is not None:
            limited.append((one, caps.period_minor, period_of(one.day, caps.period)))
    if not limited:
        return {}
    have = earned_in([(one.order_id, one.profile_id, first, last) for one, _most, (first, last) in limited])
    return {one.order_id: max(0, most - have.get(one.order_id, 0)) for one, most, _period in limited}


def _lines(asking: Asking) -> dict[int, list[LineStanding]]:
    by_lines = [order.id for order in asking.orders if goes_by_lines(asking.version_of[order.id].programme)]
    return commerce.order_lines_standing(by_lines, at=asking.as_of) if by_lines else {}


def _with_goods(one: Kept, lines: Sequence[LineStanding]) -> Kept:
    """With what products count as that are asked about for the first time."""
    goods = {
        str(line.product_id): (line.product, line.category, line.brand)
        for line in lines
        if line.product_id is not None and str(line.product_id) not in one.goods
    }
    return replace(one, goods={**one.goods, **goods}) if goods else one


def _asked(order: OrderStanding, one: Kept, lines: Sequence[LineStanding] | None) -> EarningOrder:
    """`lines` None: the programme goes by what the order comes to alone."""
    if lines is None:
        of_order = [EarningLine(amount_minor=order.net_minor)]
    else:
        left = [line for line in lines if line.amount_minor or line.pieces]
        of_order = [_line(line, one.goods) for line in left]
    return EarningOrder(
        lines=tuple(of_order),
        currency=order.currency,
        day=one.day,
        tier=one.tier,
        fits=frozenset(one.fits),
        branch=one.branch,
        channel=one.channel,
        room_minor=one.room_minor,
    )


def _line(line: LineStanding, goods: Mapping[str, Sequence[str]]) -> EarningLine:
    product, category, brand = goods.get(str(line.product_id), (line.product, line.category, line.brand))
    return EarningLine(
        amount_minor=line.amount_minor,
        pieces=int(line.pieces),
        product=product,
        category=category,
        brand=brand,
    )
