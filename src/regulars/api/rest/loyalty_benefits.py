"""What a customer has of the programme and what is missing to the next benefit, as a till shows it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import translation

from regulars.analytics.wording.numbers import Formats
from regulars.api.rest.fields import Shown
from regulars.loyalty import queries
from regulars.loyalty.rules.tiers import level
from regulars.loyalty.types import Programme
from regulars.loyalty.types.ahead import Ahead
from regulars.loyalty.types.till import Member
from regulars.loyalty.wording.missing import all_missing
from regulars.loyalty.wording.speaker import Speaker
from regulars.loyalty.wording.tiers import privileges_words
from regulars.offers.wording import Voice, customer_sentence
from regulars.team import queries as team


class TierShown(Shown):
    """The tier a customer has now."""

    key: str
    name: str
    since: datetime | None
    """Null: from the beginning."""
    measured_minor: int
    """What counts for tiers by now: minor units of money or points, or a number of orders."""
    last_day: date | None
    """The last day with it, by the customer's calendar; null: it stays."""
    brings: list[str]
    """In words, each a part of a list."""
    discount_percent: str | None
    """Off each line at the till, such as "2.5"; `quote` reckons it."""
    discount_minor: int | None
    """Instead of a percentage, off the whole cart: minor units of the programme's currency."""
    discount_from_minor: int | None
    """For carts of at least so much before any discount; null without such a sum."""
    free_delivery: bool
    early_access: bool
    priority_service: bool
    manager: bool


class MissingShown(Shown):
    """A benefit that is ahead."""

    kind: str
    """`tier`: to the next one; `keep`: to keep the one they have; `challenge`; `day`."""
    key: str
    """Of the part of the programme."""
    name: str
    done: int
    of: int
    """How far they are; minor units of money or points, or a number of orders, times or days."""
    left: int
    text: str
    """"1,240 ₽ more to “Gold”", in the language of `Accept-Language` (ru or en)."""


class CouponShown(Shown):
    """A code of their own that was not used yet."""

    code: str
    text: str
    until: datetime | None


class WaitingGiftShown(Shown):
    """Something that waits to be handed out."""

    id: int
    name: str
    until: datetime | None


class PromisedShown(Shown):
    """Something of the shop's own that is still to be done for them, such as an hour of advice."""

    name: str
    since: datetime


class BadgeShown(Shown):
    """Nothing but honour."""

    key: str
    name: str
    times: int


class BenefitsShown(Shown):
    """What a customer has, and what is ahead."""

    tier: TierShown | None
    """Null: none yet, or the programme has no tiers."""
    missing: list[MissingShown]
    """What ends first, then the next tier, the nearest goals, days to come."""
    coupons: list[CouponShown]
    gifts: list[WaitingGiftShown]
    promised: list[PromisedShown]
    badges: list[BadgeShown]


def benefits_shown(member: Member, *, language: str, now: datetime) -> BenefitsShown:
    """All of it, in words of that language."""
    ahead = queries.ahead_of(person_id=member.person_id, profile_id=member.profile_id, at=now)
    shop = team.shop()
    currency = (ahead.programme.currency if ahead.programme else "") or shop.currency
    with translation.override(language):
        speaker = Speaker(Formats(language, currency), shop.return_window_days)
        zone = ZoneInfo(shop.timezone)
        return BenefitsShown(
            tier=_tier(ahead, ahead.programme, speaker) if ahead.programme else None,
            missing=[
                MissingShown(
                    kind=one.kind,
                    key=one.key,
                    name=one.name,
                    done=one.done,
                    of=one.of,
                    left=one.left,
                    text=one.text,
                )
                for one in all_missing(ahead, speaker)
            ],
            coupons=[
                CouponShown(
                    code=one.code,
                    text=customer_sentence(one.terms, Voice(language, one.currency, zone)),
                    until=one.until,
                )
                for one in ahead.coupons
            ],
            gifts=[
                WaitingGiftShown(id=one.id, name=getattr(one.benefit, "name", one.name), until=one.until)
                for one in ahead.gifts
            ],
            promised=[
                PromisedShown(name=getattr(one.benefit, "name", one.name), since=one.given_at)
                for one in ahead.promised
            ],
            badges=[BadgeShown(key=one.key, name=one.name, times=one.times) for one in ahead.badges],
        )


def _tier(ahead: Ahead, programme: Programme, speaker: Speaker) -> TierShown | None:
    standing, tier = ahead.standing, level(programme.tiers, ahead.standing.tier)
    if tier is None:
        return None
    brings, off = tier.brings, tier.brings.discount_sum
    return TierShown(
        key=tier.key,
        name=tier.name,
        since=standing.since,
        measured_minor=standing.measured_minor,
        last_day=ahead.last_day,
        brings=privileges_words(brings, programme, speaker),
        discount_percent=None if brings.discount_percent is None else f"{brings.discount_percent:f}",
        discount_minor=off.amount_minor if off else None,
        discount_from_minor=off.total_from_minor if off else None,
        free_delivery=brings.free_delivery,
        early_access=brings.early_access,
        priority_service=brings.priority_service,
        manager=brings.manager,
    )
