"""What a customer has of the programme on their card, and what is missing to the next benefit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import Formats
from regulars.console.offers_pages.of_customer import offers_of
from regulars.console.voice import Voice
from regulars.console.wording.points import last_day
from regulars.customers.types import PersonRow
from regulars.loyalty import queries as loyalty
from regulars.loyalty.rules.tiers import level
from regulars.loyalty.types.ahead import Ahead
from regulars.loyalty.wording.missing import Missing, all_missing
from regulars.loyalty.wording.speaker import Speaker
from regulars.loyalty.wording.tiers import privileges_words
from regulars.offers.wording import Voice as OfferVoice
from regulars.offers.wording import customer_sentence

COUPONS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """A coupon or a gift that waits for them; `code` is that of a coupon."""

    text: str
    until: str
    code: str = ""


def benefits_part(found: PersonRow, speak: Voice) -> dict[str, Any]:
    """What the card says of benefits; nothing where there are none and none are ahead."""
    ahead = loyalty.ahead_of(person_id=found.id, profile_id=found.profile_ids[0], at=speak.now)
    programme = ahead.programme
    currency = (programme.currency if programme else "") or speak.shop.currency
    speaker = Speaker(Formats(speak.language, currency), speak.shop.return_window_days)
    tier = level(programme.tiers, ahead.standing.tier) if programme else None
    missing = all_missing(ahead, speaker)
    offers = offers_of(found.id, speak)
    if not (tier or missing or ahead.gifts or ahead.coupons or ahead.badges or offers):
        return {}
    return {
        "benefits": {
            "tier": tier,
            "since": speak.day(speak.day_of(ahead.standing.since)) if ahead.standing.since else "",
            "brings": speaker.all_of(privileges_words(tier.brings, programme, speaker))
            if tier and programme
            else "",
            "missing": [_shown(one) for one in missing],
            "gifts": _gifts(ahead, speak),
            "coupons": _coupons(ahead, speak)[:COUPONS_SHOWN],
            "coupons_more": max(0, len(ahead.coupons) - COUPONS_SHOWN),
            "offers": offers,
            "badges": ahead.badges,
        }
    }


def _shown(one: Missing) -> dict[str, Any]:
    """With how far they are, where that can be drawn."""
    drawn = one.kind != "day" and one.of > 0
    named = one.kind == "challenge"
    return {
        "name": one.name if named else "",
        "text": one.text,
        "done": min(one.done, one.of) if drawn else None,
        "of": one.of,
        "tone": "slipping" if one.kind == "keep" else "",
    }


def _gifts(ahead: Ahead, speak: Voice) -> list[Waiting]:
    return [Waiting(getattr(one.benefit, "name", one.name), _until(one.until, speak)) for one in ahead.gifts]


def _coupons(ahead: Ahead, speak: Voice) -> list[Waiting]:
    return [
        Waiting(
            customer_sentence(one.terms, OfferVoice(speak.language, one.currency, speak.zone)),
            # When its offer ends, the sentence says.
            _until(one.until, speak) if one.until != one.terms.until else "",
            one.code,
        )
        for one in ahead.coupons
    ]


def _until(until: datetime | None, speak: Voice) -> str:
    return _("until %(day)s") % {"day": last_day(until, speak)} if until else ""
