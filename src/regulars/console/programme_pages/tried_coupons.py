"""Coupons an order can be tried with: of offers, and those the draft gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import plain
from regulars.console.offers_pages.lines import offer_voice
from regulars.console.programme_pages.desk import Desk
from regulars.loyalty.rules.grants import coupon_terms
from regulars.loyalty.types import Programme
from regulars.loyalty.types.benefits import Benefit, CouponGiven
from regulars.loyalty.types.grants import Mechanic
from regulars.offers import queries
from regulars.offers.types import Offer, OfferKind, OfferState
from regulars.offers.wording import off_words

OFFERS_MAX = 50
"""The newest; nobody looks through more."""
WITH_CODES = frozenset({OfferKind.SHARED, OfferKind.CODES})
TRIED = frozenset({OfferState.DRAFT, OfferState.RUNNING, OfferState.PAUSED})


@dataclass(frozen=True)
class Coupon:
    """One that can be chosen: `key` as a form has it, and what a list calls it."""

    key: str
    name: str
    offer: Offer

    @property
    def is_given(self) -> bool:
        """The programme gives it to customers; no colleague made an offer of it."""
        return bool(self.offer.key)


def coupons(desk: Desk) -> dict[str, Coupon]:
    """All that can be chosen, by their keys; offers that are drafts too."""
    return {one.key: one for one in (*_of_offers(), *_given(desk))}


def _of_offers() -> Iterator[Coupon]:
    found = (one for one in queries.offers() if one.terms.kind in WITH_CODES and one.state in TRIED)
    for one in islice(found, OFFERS_MAX):
        name = plain(one.terms.name)
        yield Coupon(str(one.id), f"{one.shared_code} · {name}" if one.shared_code else name, one)


def _given(desk: Desk) -> Iterator[Coupon]:
    """Those the draft gives; what was given by what it was before keeps its own terms."""
    currency, made_at = desk.speak.shop.currency, desk.speak.now
    voice = offer_voice(desk.speak, currency)
    for key, name, benefit in _benefits(desk.programme):
        if not isinstance(benefit, CouponGiven):
            continue
        terms = coupon_terms(benefit, name=name, currency=currency)
        offer = Offer(
            id=0,
            key=key,
            state=OfferState.RUNNING,
            terms=terms,
            currency=currency,
            shared_code="",
            uses=0,
            taken_minor=0,
            codes_wanted=0,
            codes_made=0,
            made_at=made_at,
            made_by=None,
            revision=1,
        )
        yield Coupon(key, f"{plain(name)} · {off_words(terms, voice)}", offer)


def _benefits(programme: Programme) -> Iterator[tuple[str, str, Benefit]]:
    """What is given for something, by a key and a name."""
    for day in programme.personal_days:
        yield f"{Mechanic.DAY}:{day.key}", day.name, day.benefit
    for goal in programme.challenges:
        yield f"{Mechanic.CHALLENGE}:{goal.key}", goal.name, goal.benefit
    if programme.referral is not None:
        referral = programme.referral
        yield f"{Mechanic.REFERRAL}:referrer", _("Bring a friend"), referral.referrer
        yield f"{Mechanic.REFERRAL}:friend", _("Bring a friend: the friend"), referral.friend
