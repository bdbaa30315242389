"""A code somebody gives: of which offer it is, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import plain
from regulars.console.offers_pages.lines import Mark, mark_of, offer_voice
from regulars.console.voice import Voice
from regulars.customers import queries as customers
from regulars.offers.models import Code, Taken
from regulars.offers.queries.listing import to_offer
from regulars.offers.queries.stored import code_of, hash_of
from regulars.offers.types import CodeState

ASKED_MAX = 64
"""Signs; longer is no code."""


@dataclass(frozen=True)
class Found:
    """A code in words. `who`: whose it is, or who used it; empty where nobody knows."""

    code: str
    offer_id: int
    offer: str
    mark: Mark
    words: str
    who: str = ""
    person_id: int | None = None


def find(told: str, speak: Voice) -> Found | None:
    """The code, however it is written; None: nobody has it."""
    row = Code.objects.select_related("offer", "profile").filter(hash=hash_of(told[: ASKED_MAX + 1])).first()
    if row is None:
        return None
    offer = to_offer(row.offer)
    mark, name = mark_of(offer, speak), plain(offer.terms.name)
    if not row.serial:
        return Found(offer.shared_code, offer.id, name, mark, _("The one code of this offer, for everybody."))
    code = code_of(offer.id, row.serial)
    words, person = _became(row, speak)
    who = customers.person_names([person]).get(person, "") if person else ""
    return Found(code, offer.id, name, mark, words, who, person)


def _became(row: Code, speak: Voice) -> tuple[str, int | None]:
    """What became of it, and of whom that tells."""
    whose = row.profile.person_id if row.profile else None
    if row.state == CodeState.OPEN:
        if row.until is not None and row.until <= speak.now:
            return _("It was not used, and its time is over."), whose
        return _("It was not used yet."), whose
    if row.state == CodeState.VOID:
        return _("It was taken back."), whose
    taken = Taken.objects.select_related("use", "profile").filter(code=row).order_by("-id").first()
    if taken is None:
        return _("It was used."), whose
    values = {
        "day": speak.day(speak.day_of(taken.at)),
        "time": speak.time(taken.at),
        "order": taken.use.order_id,
        "money": offer_voice(speak, taken.currency).money(taken.amount_minor),
    }
    if row.state == CodeState.RESERVED:
        words = _("An order with it is being paid since %(day)s, %(time)s: %(money)s off.")
    elif taken.use.order_id:
        words = _("Used on %(day)s, %(time)s, for the order %(order)s: %(money)s off.")
    else:
        words = _("Used on %(day)s, %(time)s: %(money)s off.")
    return words % values, taken.profile.person_id if taken.profile else whose
