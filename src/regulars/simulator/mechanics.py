"""What the demo shop's customers do with its programme beside earning and spending.

Friends are brought, birthdays come round, coupons are used, gifts fetched and rewards taken: by the services
every shop uses, called as of then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from regulars.customers import services as customers
from regulars.customers.queries import persons_of
from regulars.customers.types import NewTraits
from regulars.loyalty import queries, services
from regulars.loyalty.errors import CannotRedeem, MayNotRefer, NoReferral, NotEnough
from regulars.loyalty.rules.grants import grant_of_coupon
from regulars.loyalty.types import OrderTold
from regulars.loyalty.types.referring import ReferralSource, ToldReferral
from regulars.loyalty.types.rewards import Redeeming, RewardKind
from regulars.offers import queries as offer_queries
from regulars.offers import services as offers
from regulars.offers.errors import OfferProblem
from regulars.offers.types import Cart, CartLine, Coupon, NewUse
from regulars.simulator import programme
from regulars.simulator.history import Purchase

TELLS_BIRTHDAY = 0.4
"""So many customers have told when they were born."""
_USES_COUPON = 0.6
_USES_SHARED = 0.2
_FETCHES = 0.8
_TAKES_REWARD = 0.02
_BOUGHT_BEFORE = 2
"""Who brings a friend has ordered as often."""
_A_DAYS_WORK = 5_000
_HOLD = timedelta(minutes=30)


@dataclass(slots=True)
class Bought:
    """A purchase as it was stored."""

    purchase: Purchase
    source: str
    number: str
    order_id: int
    profile_id: int

    @property
    def changed_at(self) -> datetime | None:
        """When it was cancelled or some of it given back."""
        back = self.purchase.returned
        return self.purchase.cancelled_at or (back.at if back else None)

    def has(self, categories: Sequence[str]) -> bool:
        """Whether it has a line of one of these."""
        return any(line.item.category in categories for line in self.purchase.lines)


@dataclass(slots=True)
class Mechanics:
    """`birthdays`: of those who told, by profile. `made`: what there is of rewards and offers, by number."""

    random: Random
    rewards: list[int] = field(default_factory=list)
    offers: list[int] = field(default_factory=list)
    birthdays: dict[int, date] = field(default_factory=dict)
    _have_coupon: set[int] = field(default_factory=set)
    _orders: dict[int, int] = field(default_factory=dict)
    _regulars: list[int] = field(default_factory=list)

    def begin(self, bought: Sequence[Bought], *, began: datetime, now: datetime) -> None:
        """Put up rewards and offers, and know birthdays."""
        for reward in programme.rewards():
            self.rewards.append(services.add_reward(new=reward, now=began).id)
        for terms, code in programme.offers(now):
            made = offers.make_offer(
                terms=terms, now=now - timedelta(days=60), user_id=None, shared_code=code
            )
            offers.start(offer_id=made.id)
            self.offers.append(made.id)
        first: dict[int, datetime] = {}
        for one in bought:
            first.setdefault(one.profile_id, one.purchase.at)
        for profile_id in first:
            if self.random.random() < TELLS_BIRTHDAY:
                day = date(self.random.randint(1958, 2004), 1, 1) + timedelta(days=self.random.randrange(365))
                self.birthdays[profile_id] = day
        told = [
            NewTraits(profile_id=id_, values={"birthday": day.isoformat()}, verified=True, as_of=first[id_])
            for id_, day in self.birthdays.items()
        ]
        for start in range(0, len(told), customers.PROFILES_MAX):
            customers.set_traits(traits=told[start : start + customers.PROFILES_MAX], now=now, backfill=True)

    def live(
        self, step: Sequence[Bought], told: Sequence[OrderTold], *, end: datetime, known: set[int]
    ) -> None:
        """What happens besides in a step that ends then; `told`: its orders, as they stood at its end."""
        for start in range(0, len(told), services.ORDERS_MAX):
            services.count_orders(told=told[start : start + services.ORDERS_MAX], now=end, as_of=end)
        for one in step:
            if one.profile_id not in known and one.purchase.channel == "referral":
                self._is_brought(one)
            self._uses_coupon(one)
            self._orders[one.profile_id] = self._orders.get(one.profile_id, 0) + 1
            if self._orders[one.profile_id] == _BOUGHT_BEFORE:
                self._regulars.append(one.profile_id)
        while services.see_to_referrals(now=end, limit=_A_DAYS_WORK) == _A_DAYS_WORK:
            pass
        while services.give_personal_days_late(now=end, limit=_A_DAYS_WORK) == _A_DAYS_WORK:
            pass
        self._fetch(end)
        self._take_rewards(step, end)

    def _is_brought(self, one: Bought) -> None:
        if not self._regulars:
            return
        at = one.purchase.at - timedelta(hours=1)
        try:
            code = services.referral_code(profile_id=self.random.choice(self._regulars), now=at)
            services.refer(
                told=ToldReferral(code=code, profile_id=one.profile_id, at=at, source=ReferralSource.SITE),
                now=at,
            )
        except (MayNotRefer, NoReferral):
            return

    def _uses_coupon(self, one: Bought) -> None:
        if one.purchase.cancelled_at is not None:
            return
        has_one = one.profile_id in self._have_coupon or self._just_had_birthday(one)
        coupon = self._own_coupon(one) if has_one else None
        shared = self.random.random() < _USES_SHARED
        if coupon is None and not (shared and one.has(programme.TEA)):
            return
        code = coupon.code if coupon else programme.SHARED_CODE
        at = one.purchase.at
        new = NewUse(
            key=f"{one.source}:{one.number}:coupon",
            cart=_cart(one.purchase),
            codes=(code,),
            profile_id=one.profile_id,
            at=at,
            lasts_until=at + _HOLD,
            order_source=one.source,
            order_id=one.number,
        )
        try:
            use = offers.reserve(new=new, now=at)
        except OfferProblem:
            return  # over, not yet, or used before
        offers.capture(use_id=use.id, now=at, order_source=one.source, order_id=one.number)
        # As the reader of the log does later; so the pages are right from the beginning.
        if coupon and (grant := grant_of_coupon(coupon.key)):
            services.note_coupons_used(used=[(*grant, at)])
            self._have_coupon.discard(one.profile_id)

    def _just_had_birthday(self, one: Bought) -> bool:
        day = self.birthdays.get(one.profile_id)
        if day is None or self.random.random() > _USES_COUPON:
            return False
        bought = one.purchase.at.date()
        this_year = day.replace(year=bought.year, day=min(day.day, 28))
        return -3 <= (bought - this_year).days <= 30

    def _own_coupon(self, one: Bought) -> Coupon | None:
        person_id = persons_of([one.profile_id])[one.profile_id]
        coupons = offer_queries.coupons_of(person_id, at=one.purchase.at)
        return next((coupon for coupon in coupons if coupon.used_at is None), None)

    def _fetch(self, end: datetime) -> None:
        """Most gifts are fetched by the next time."""
        for gift in queries.gifts_waiting(at=end, limit=_A_DAYS_WORK):
            if self.random.random() < _FETCHES:
                services.hand_out(grant_id=gift.id, now=end)

    def _take_rewards(self, step: Sequence[Bought], end: datetime) -> None:
        for one in step:
            if not self.rewards or self.random.random() > _TAKES_REWARD:
                continue
            new = Redeeming(
                key=f"{one.source}:{one.number}:reward",
                reward_id=self.random.choice(self.rewards),
                profile_id=one.profile_id,
                at=end,
            )
            try:
                taken = services.redeem(new=new, now=end)
            except (CannotRedeem, NotEnough):
                continue
            if taken.kind is RewardKind.COUPON:
                self._have_coupon.add(one.profile_id)


def _cart(purchase: Purchase) -> Cart:
    return Cart(
        currency=programme.CURRENCY,
        lines=tuple(
            CartLine(
                amount_minor=line.amount_minor,
                quantity=Decimal(line.quantity),
                product=line.item.name,
                category=line.item.category,
            )
            for line in purchase.lines
        ),
    )
