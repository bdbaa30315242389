"""A shop whose customers bring their friends: 300 points for who brings, a coupon of 10% for who comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.loyalty.shop_with_points import DAY, NOW, Shop

from regulars.commerce import services as commerce
from regulars.commerce.types import Cancellation, Order, OrderLine, OrderReturn
from regulars.customers import services as customers
from regulars.customers.types import IdentityType, NewProfile, ProfileIdentity
from regulars.loyalty import queries, services
from regulars.loyalty.models import Grant
from regulars.loyalty.types.referring import ReferralRow, ReferralSource, ToldReferral

HOUR = timedelta(hours=1)
POINTS = {"kind": "points", "points_minor": 30_000}
COUPON = {"kind": "coupon", "percent": 10}


class FriendsShop(Shop):
    """Anna bought before the programme began, and may bring friends; everybody else is new."""

    def __init__(self, **referral: Any) -> None:
        told = {"referrer": POINTS, "friend": COUPON, "wait_days": 14, **referral}
        super().__init__(cashback_percent=0, referral=told)
        self.numbers = 0
        self.bought(self.anna, at=NOW - 30 * DAY, now=NOW)
        self.code = services.referral_code(profile_id=self.anna, now=NOW)

    def newcomer(self, name: str, **contacts: str) -> int:
        """A customer of the shop's who has bought nothing yet."""
        identities = tuple((IdentityType(kind), value) for kind, value in contacts.items())
        profile = NewProfile(source="shop", external_id=name, identities=identities)
        return customers.upsert_profiles(profiles=[profile], now=NOW).ids[("shop", name)]

    def known(self, profile_id: int, **contacts: str) -> None:
        """More is known of somebody."""
        told = [ProfileIdentity(profile_id, IdentityType(kind), value) for kind, value in contacts.items()]
        customers.add_identities(identities=told, now=NOW)

    def comes(self, friend: int, *, code: str = "", at: datetime = NOW + HOUR, **told: Any) -> ReferralRow:
        """A friend comes with a code, Anna's."""
        said = {"source": ReferralSource.API, **told}
        new = ToldReferral(code=code or self.code, profile_id=friend, at=at, **said)
        return services.refer(told=new, now=at)

    def bought(
        self, who: int, roubles: float = 2_000, *, at: datetime = NOW + DAY, now: datetime | None = None
    ) -> Order:
        """Somebody ordered something; the worker sees it."""
        self.numbers += 1
        order = self.order(
            external_id=f"F-{self.numbers}",
            profile_id=who,
            ordered_at=at,
            lines=(OrderLine(amount_minor=round(roubles * 100)),),
        )
        self.tell(order, now=now or at)
        return order

    def cancelled(self, order: Order, at: datetime) -> None:
        """An order was cancelled."""
        told = Cancellation(source="shop", external_id=order.external_id, cancelled_at=at)
        commerce.cancel_orders(cancellations=[told], now=at)

    def given_back(self, order: Order, roubles: float, at: datetime) -> None:
        """Money was given back of an order."""
        back = OrderReturn(returned_at=at, amount_minor=round(roubles * 100))
        self.tell(replace(order, returns=(back,)), now=at)

    def pass_time(self, now: datetime) -> None:
        """The worker reads the log and does what is due."""
        self.catch_up(now)
        services.see_to_referrals(now=now, limit=1_000)
        self.catch_up(now)

    def code_of(self, profile_id: int, *, now: datetime = NOW) -> str:
        return services.referral_code(profile_id=profile_id, now=now)

    def referral(self, number: int) -> ReferralRow:
        found = queries.referral(number)
        assert found is not None
        return found

    def given(self) -> dict[tuple[str, int], str]:
        """What was given for bringing a friend, and to whom: its state."""
        rows = Grant.objects.filter(mechanic="referral")
        return {(row.part, row.profile_id): row.state for row in rows}
