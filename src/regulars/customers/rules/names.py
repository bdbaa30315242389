"""How names are brought into the form in which they are compared and sorted, and what a search may mean."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from regulars.customers.rules.identities import mask, normalise
from regulars.customers.types import ERASED, IdentityType, NewProfile

_NOT_A_WORD = re.compile(r"[\W_]+")
_BLANKS = re.compile(r"\s+")


NAME_CHARACTERS_MAX = 200
"""So much of a name is compared and sorted by: an index entry has to fit a third of a page."""
SEARCH_CHARACTERS_MAX = 200
WORDS_MAX = 8
PHONE_DIGITS_MIN = 4
"""People know a number by its last four digits."""
PHONE_DIGITS_MAX = 10
"""The rest is the country's code, which is written in many ways (8, +7)."""
_NUMBER = re.compile(r"[+0-9() .\-/]*[0-9][+0-9() .\-/]*")
_LOCAL_PART = re.compile(r"[A-Za-z0-9._+\-]{3,}")


def fold(text: str) -> str:
    """For sorting: compatible forms made equal, no case, ё as е, single blanks.

    Done here and not by the server, whose locale nothing may depend on.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return _BLANKS.sub(" ", folded).strip()[:NAME_CHARACTERS_MAX].rstrip()


def words(text: str) -> str:
    """For searching: the folded words alone, with single blanks between them."""
    return _NOT_A_WORD.sub(" ", fold(text)).strip()


_LIKE_A_PHONE = re.compile(r"\+\d{10,15}|[78]\d{10}")


def shown_id(external_id: str) -> str:
    """The shop's own id of a customer for everybody's eyes: one that is an address or a phone is masked."""
    if "@" in external_id:
        return mask(IdentityType.EMAIL, external_id)
    return mask(IdentityType.PHONE, external_id) if _LIKE_A_PHONE.fullmatch(external_id) else external_id


def called_by_number(external_id: str) -> str:
    """What to call somebody whose name is not known: by the shop's own id."""
    return _("Customer %(number)s") % {"number": shown_id(external_id)}


_DEVICE_CHARACTERS = 8
"""So much of a device's long id tells it from others on a page."""


def called_by_device(device: str) -> str:
    """What to call somebody of whom nothing is known but a device, or nothing any more."""
    if device.startswith(ERASED):
        return _("Erased customer")
    return _("Visitor %(number)s") % {"number": device[:_DEVICE_CHARACTERS]}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a text typed into the search may mean; an empty field: surely not that."""

    id: str = ""
    email: str = ""
    """How it begins."""
    phone: str = ""
    """The last digits."""
    name: str = ""
    """How the whole name begins, folded."""
    words: tuple[str, ...] = ()
    """How words of the name begin, folded."""


def wanted(text: str) -> Wanted:
    """Make out what somebody looks for."""
    text = text.replace("\x00", "").strip()[:SEARCH_CHARACTERS_MAX]
    blank = not text
    if blank or "@" in text:
        return Wanted(id=text, email=normalise(IdentityType.EMAIL, text))
    digits = re.sub(r"[^0-9]", "", text)
    if _NUMBER.fullmatch(text):
        phone = digits[-PHONE_DIGITS_MAX:] if len(digits) >= PHONE_DIGITS_MIN else ""
        return Wanted(id=text, phone=phone, name=fold(text), words=tuple(words(text).split())[:WORDS_MAX])
    return Wanted(
        id=text,
        email=fold(text) if _LOCAL_PART.fullmatch(text) else "",
        name=fold(text),
        words=tuple(words(text).split())[:WORDS_MAX],
    )


def merged(earlier: NewProfile, later: NewProfile) -> NewProfile:
    """Two rows of one customer taken together: the last name given, the first moment, all identities."""
    moments = [moment for moment in (earlier.created_at, later.created_at) if moment is not None]
    return replace(
        later,
        name=later.name or earlier.name,
        created_at=min(moments, default=None),
        identities=tuple(dict.fromkeys(earlier.identities + later.identities)),
    )
