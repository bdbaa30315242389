"""Bringing the books to what orders come to as they stand, many at once.

Nothing here asks what changed: each order's target is reckoned from its state, so events may come in any
order and number, and be told again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.commerce import queries as commerce
from regulars.commerce.types import OrderStanding, SourceKey
from regulars.customers import queries as customers
from regulars.events import services as events
from regulars.kit.locks import Space, hold_numbers
from regulars.loyalty.locks import lock_persons_wallets
from regulars.loyalty.models import UnearnedOrder
from regulars.loyalty.queries import orders as stored
from regulars.loyalty.queries.circumstances import Asking, Kept, kept, reckoned
from regulars.loyalty.queries.lots import zones_of
from regulars.loyalty.queries.orders import OrderLot, SpentHold
from regulars.loyalty.queries.programme import holding, versions
from regulars.loyalty.rules.lifetime import lifetime, sliding_days
from regulars.loyalty.rules.orders import CASHBACK, delivered_at, given_back_minor, lot_key
from regulars.loyalty.services.activating import set_usable
from regulars.loyalty.services.earning import keep, rounds
from regulars.loyalty.services.extending import extend
from regulars.loyalty.services.giving_back import give_back
from regulars.loyalty.services.settled_events import settled_events
from regulars.loyalty.services.settling import settle
from regulars.loyalty.services.tiers import reckon_tiers
from regulars.loyalty.types import GiveBack, Lifetime, OrderTold, Programme, Settled, Version, Wanted
from regulars.loyalty.types.events import Caused
from regulars.loyalty.types.programme import WhenSpent
from regulars.team import queries as team

ORDERS_MAX = 500
"""Most orders settled in one transaction: each holds a lock of its own."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What is stored of a batch of orders, read under their locks."""

    told: Mapping[int, OrderTold]
    orders: Mapping[int, OrderStanding]
    lots: Mapping[SourceKey, Sequence[OrderLot]]
    holds: Mapping[SourceKey, Sequence[SpentHold]]
    may_earn: frozenset[int]
    """Those that came in as they happened, or have earned before."""
    versions: Sequence[Version]
    kept: Mapping[int, Kept]
    """By what these orders earned before."""
    zones: Mapping[int, ZoneInfo]
    return_window_days: int
    now: datetime
    as_of: datetime | None
    points: dict[int, int] = field(default_factory=dict)
    """What these orders earn as they stand, those that were asked about."""
    wallets: dict[int, int] = field(default_factory=dict)
    """Those that are locked, by profile."""

    def version(self, order: OrderStanding) -> Version | None:
        """The one this order is settled by: for ever that by which it was first."""
        if order.id in self.kept:
            return next(one for one in self.versions if one.id == self.kept[order.id].version_id)
        return holding(self.versions, order.ordered_at)

    def terms(self, order: OrderStanding) -> Programme:
        """What holds for what comes back of an order, also of one from before the programme."""
        version = self.version(order) or holding(self.versions, self.now)
        return version.programme if version else Programme()

    def lifetime(self, order: OrderStanding, profile_id: int, programme: Programme) -> Lifetime:
        return lifetime(
            programme,
            earned_at=order.ordered_at,
            delivered_at=delivered_at(order),
            zone=self.zones[profile_id],
            return_window_days=self.return_window_days,
        )


@transaction.atomic
def settle_orders(*, told: Sequence[OrderTold], now: datetime, as_of: datetime | None = None) -> None:
    """Have these orders' customers earn what they come to, and get back what was spent on what came back.

    An order earns by the version of the programme that held when it was ordered, for its customer of now;
    whoever was its customer before loses what it earned them. `as_of`: as orders stood then, for those who
    live through a history. Raises ValueError above ORDERS_MAX orders.
    """
    by_order = {one.order_id: one for one in told}
    if len(by_order) > ORDERS_MAX:
        raise ValueError(f"{len(by_order)} orders to settle; the most is {ORDERS_MAX}")
    if not by_order or stored.is_nothing_to_settle():
        return
    # Of two that settle one order the later is to see what the first has made: its lots, and whose they are.
    hold_numbers(Space.POINTS_OF_ORDERS, by_order)
    work = _read(by_order, now, as_of)
    bought = _bought(work)
    _lock(work, bought)
    settled = _earn(work)
    _set_usable(work)
    _give_back(work)
    _extend(bought, work)
    if as_of is None:
        _remember(work, settled)


def differing(*, order_ids: Collection[int], now: datetime) -> list[int]:
    """Which of these orders would change the books if they were settled; only reads, and locks nothing."""
    work = _read({id_: OrderTold(order_id=id_, at=now) for id_ in order_ids}, now, None)
    _ask(list(work.orders.values()), work)
    return [id_ for id_, order in work.orders.items() if any(True for _ in _wanted(order, work))]


def _lock(work: _Work, bought: Mapping[int, datetime]) -> None:
    """Lock all wallets this may post to, at once and before anything is written, so that nobody waits in a
    circle; and whoever has a limit for a period, so that no two orders fill it up at once."""
    whose = {order.profile_id for order in work.orders.values() if order.profile_id is not None}
    limited = any(version.programme.caps.period_minor is not None for version in work.versions)
    if limited and whose:
        hold_numbers(Space.POINTS_OF_PERSONS, set(customers.persons_of(whose).values()))
    whose |= {lot.profile_id for found in work.lots.values() for lot in found}
    whose |= {id_ for found in work.holds.values() for hold in found for id_ in hold.of_profiles}
    work.wallets.update(lock_persons_wallets(profile_ids=whose))
    if missing := bought.keys() - work.wallets.keys():
        work.wallets.update(lock_persons_wallets(profile_ids=missing, make=True))


def _earn(work: _Work) -> set[int]:
    """Have the orders earn what they come to; gives which changed the books.

    The log is written last: whoever reckons tiers locks them before it.
    """
    done: dict[str, tuple[Wanted, OrderStanding]] = {}
    settled: list[Settled] = []
    version_of = {id_: version for id_, order in work.orders.items() if (version := work.version(order))}
    keep(_of_nobody(work), work.kept)
    for some in rounds(list(work.orders.values()), version_of):
        keep(_ask(some, work), work.kept)
        wanted = {one.key: (one, order) for order in some for one in _wanted(order, work)}
        settled += settle(
            wanted=[one for one, _ in wanted.values()],
            when_spent={key: work.terms(order).when_spent for key, (_, order) in wanted.items()},
            now=work.now,
            record=False,
            locked=work.wallets,
        )
        done |= wanted
        _reckon_tiers(some, work)
    events.record(
        settled_events(
            wanted=[one for one, _ in done.values()],
            settled=settled,
            caused={k: cause for k, (_, order) in done.items() if (cause := work.told[order.id].caused)},
        ),
        now=work.now,
    )
    return {order.id for _, order in done.values()}


def _ask(orders: Sequence[OrderStanding], work: _Work) -> dict[int, Kept]:
    """What those of these orders earn that may, by the rules."""
    version_of = {
        order.id: version
        for order in orders
        if order.profile_id is not None and order.id in work.may_earn and (version := work.version(order))
    }
    asked = [order for order in orders if order.id in version_of]
    found = reckoned(Asking(asked, version_of, work.kept, work.zones, work.as_of)) if asked else {}
    work.points.update({id_: one.points_minor for id_, one in found.items()})
    return found


def _of_nobody(work: _Work) -> dict[int, Kept]:
    """Orders of which nobody knows any more whose they are: they earn nothing, and leave the limit of the
    period to others."""
    return {
        order.id: replace(work.kept[order.id], points_minor=0, shares={})
        for order in work.orders.values()
        if order.profile_id is None and order.id in work.kept
    }


def _reckon_tiers(orders: Sequence[OrderStanding], work: _Work) -> None:
    """Whoever these orders are of, or were of before, may have another tier by them."""
    caused: dict[int, Caused] = {}
    profiles = set()
    for order in orders:
        whose = {lot.profile_id for lot in work.lots.get((order.source, order.external_id), ())}
        whose |= {order.profile_id} if order.profile_id is not None else set()
        profiles |= whose
        if cause := work.told[order.id].caused:
            caused |= dict.fromkeys(whose, cause)
    if profiles:
        # What was bought long ago counts, but nobody is congratulated on it now.
        told = any(order.id in work.may_earn for order in orders)
        reckon_tiers(profile_ids=profiles, now=work.now, caused=caused, told=told)


def _read(told: Mapping[int, OrderTold], now: datetime, as_of: datetime | None) -> _Work:
    orders = commerce.order_standings(told, at=as_of)
    keys = [(order.source, order.external_id) for order in orders.values()]
    lots = stored.lots_of_orders(keys)
    began = {id_ for id_, one in told.items() if one.began} | stored.unearned(orders)
    earned = {id_ for id_, order in orders.items() if (order.source, order.external_id) in lots}
    shop = team.shop()
    profiles = {order.profile_id for order in orders.values() if order.profile_id is not None}
    return _Work(
        told=told,
        orders=orders,
        kept=kept(orders),
        lots=lots,
        holds=stored.spent_on_orders(keys),
        may_earn=frozenset(began | earned),
        versions=versions(),
        zones=zones_of(profile_ids=profiles),
        return_window_days=shop.return_window_days,
        now=now,
        as_of=as_of,
    )


def _wanted(order: OrderStanding, work: _Work) -> Iterator[Wanted]:
    """What an order is to have earned: for its customer, and no more for anybody it was of before."""
    lots = [lot for lot in work.lots.get((order.source, order.external_id), ()) if lot.rule == CASHBACK]
    for lot in lots:
        if lot.profile_id != order.profile_id and lot.settled_minor:
            yield _of_order(order, work, key=lot.key, profile_id=lot.profile_id, points_minor=0)
    if order.profile_id is None or order.id not in work.may_earn:
        return
    points = work.points.get(order.id, 0)
    own = next((lot for lot in lots if lot.profile_id == order.profile_id), None)
    if points != (own.settled_minor if own else 0):
        key = own.key if own else lot_key(order, rule=CASHBACK, profile_id=order.profile_id if lots else None)
        yield _of_order(order, work, key=key, profile_id=order.profile_id, points_minor=points)


def _of_order(order: OrderStanding, work: _Work, *, key: str, profile_id: int, points_minor: int) -> Wanted:
    wanted = Wanted(
        key=key,
        profile_id=profile_id,
        points_minor=points_minor,
        at=min(work.told[order.id].at, work.now),
        earned_at=order.ordered_at,
        usable_at=None,
        expires_at=None,
        order_source=order.source,
        order_id=order.external_id,
        rule=CASHBACK,
    )
    version = work.version(order)
    if version is None or not points_minor:
        return wanted  # there is a lot already: how long it lasts was said when it was made
    spendable = work.lifetime(order, profile_id, version.programme)
    return replace(
        wanted,
        usable_at=spendable.usable_at,
        expires_at=spendable.expires_at,
        sliding_days=sliding_days(version.programme),
        version_id=version.id,
    )


def _set_usable(work: _Work) -> None:
    """Say of points that wait for a delivery when they can be spent, where the order has arrived."""
    usable: dict[str, datetime] = {}
    expires: dict[str, datetime | None] = {}
    for order in work.orders.values():
        version = work.version(order)
        for lot in work.lots.get((order.source, order.external_id), ()):
            if version is None or not lot.waits or lot.profile_id != order.profile_id:
                continue
            found = work.lifetime(order, lot.profile_id, version.programme)
            if found.usable_at is not None:
                usable[lot.key], expires[lot.key] = found.usable_at, found.expires_at
    if usable:
        set_usable(usable=usable, expires=expires, now=work.now)


def _give_back(work: _Work) -> None:
    """Bring back what was spent on what came back, and take it again where a return was withdrawn."""
    backs: defaultdict[tuple[int, WhenSpent], list[GiveBack]] = defaultdict(list)
    caused: dict[int, Caused] = {}
    for order in work.orders.values():
        for hold in work.holds.get((order.source, order.external_id), ()):
            target = given_back_minor(order, spent_minor=hold.spent_minor)
            if target != hold.given_back_minor:
                terms, told = work.terms(order), work.told[order.id]
                back = GiveBack(hold_id=hold.id, given_back_minor=target, at=min(told.at, work.now))
                if told.caused:
                    caused[hold.id] = told.caused
                backs[terms.given_back_days, terms.when_spent].append(back)
    for (days, when_spent), wanted in backs.items():
        give_back(
            wanted=wanted,
            given_back_days=days,
            when_spent=when_spent,
            now=work.now,
            caused={one.hold_id: caused[one.hold_id] for one in wanted if one.hold_id in caused},
        )


def _bought(work: _Work) -> dict[int, datetime]:
    """Whose points may last longer by these orders, and since when; nobody's where none last by purchases."""
    since: dict[int, datetime] = {}
    if any(sliding_days(version.programme) for version in work.versions):
        for order in work.orders.values():
            if order.profile_id is not None and not order.is_cancelled and order.id in work.may_earn:
                since[order.profile_id] = min(order.ordered_at, since.get(order.profile_id, order.ordered_at))
    return since


def _extend(bought: Mapping[int, datetime], work: _Work) -> None:
    """Have points that last by purchases last from each of them on.

    One after the other: what one purchase keeps alive is there for the next to keep.
    """
    moments = stored.purchases_since(bought, now=work.now) if bought else {}
    for nth in range(max(map(len, moments.values()), default=0)):
        activity = {profile_id: all_[nth] for profile_id, all_ in moments.items() if nth < len(all_)}
        extend(activity=activity, now=work.now, locked=work.wallets)


def _remember(work: _Work, settled: set[int]) -> None:
    """Keep in mind which orders may earn yet: they came in as they happened, and have earned nothing."""
    earned = {id_ for id_ in work.may_earn if id_ in settled or _has_lots(work, id_)}
    waiting = [
        UnearnedOrder(order_id=id_)
        for id_, order in sorted(work.orders.items())
        if id_ in work.may_earn and id_ not in earned and work.version(order)
    ]
    UnearnedOrder.objects.filter(order_id__in=earned).delete()
    UnearnedOrder.objects.bulk_create(waiting, ignore_conflicts=True)


def _has_lots(work: _Work, order_id: int) -> bool:
    order = work.orders.get(order_id)
    return order is not None and (order.source, order.external_id) in work.lots
