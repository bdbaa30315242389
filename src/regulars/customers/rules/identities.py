"""How addresses, numbers and ids are brought into the form in which they are compared."""

from __future__ import annotations

import re
import unicodedata

from regulars.customers.rules.phones import REGION, as_written, e164
from regulars.customers.types import IdentityType

CHARACTERS_MAX = 320
"""The longest e-mail address there is (RFC 3696); whatever is longer is none."""
MASKED_DIGITS_MIN = 7
"""Of a shorter number two digits would tell too much."""
_MASKED_CARD_MIN = 6
_BLANKS = re.compile(r"\s+")
_BETWEEN = re.compile(r"[\s.\-]+")
_MESSENGER = re.compile(r"(?:https?://)?(?:www\.|m\.)?(?:t(?:elegram)?\.me|vk\.(?:com|ru))/", re.IGNORECASE)
_VK_NUMBER = re.compile(r"(?:id)?([0-9]+)")

_SHAPES = {
    IdentityType.EMAIL: re.compile(r"[^\s@]+@[^\s@]+"),
    IdentityType.PHONE: re.compile(r"\+[0-9]{5,15}"),
    IdentityType.WHATSAPP: re.compile(r"\+[0-9]{5,15}"),
    IdentityType.TELEGRAM: re.compile(r"[0-9]{1,20}|@[a-z][a-z0-9_]{3,31}"),
    IdentityType.VK: re.compile(r"[0-9]{1,20}|[a-z][a-z0-9_.]{2,31}"),
    IdentityType.CARD: re.compile(r"[0-9A-Z]{1,64}"),
    IdentityType.CRM: re.compile(r"[a-z0-9_.\-]{1,40}:\S(?:.{0,198}\S)?"),
}


def normalise(type_: IdentityType, value: str, region: str = REGION) -> str:
    """The form in which an identity is stored; empty if nothing is left of it.

    An e-mail address has no case. A phone, and the number of WhatsApp, is that of E.164; `region` is the
    country of those without a country code (`phones.region_of`). A messenger's id is its number, else the
    name: of Telegram after an @, of VK without one. A card is its signs without blanks and dashes. An id of
    another system is "system:id"; the system has no case, the id has.
    """
    if type_ is IdentityType.PHONE or type_ is IdentityType.WHATSAPP:
        return e164(value, region)
    plain = unicodedata.normalize("NFKC", value).replace("\x00", "").strip()
    found = _FORMS[type_](plain)
    return found if len(found) <= CHARACTERS_MAX else ""


def forms(type_: IdentityType, value: str, region: str = REGION) -> tuple[str, ...]:
    """The forms in which an identity may be stored: numbers were once stored as they were written."""
    found = {normalise(type_, value, region): None}
    if type_ is IdentityType.PHONE:
        found[as_written(value)] = None
    return tuple(form for form in found if form)


def looks_right(type_: IdentityType, value: str, region: str = REGION) -> bool:
    """Whether somebody may be known by it at all. Files are taken as they are, programmers are told."""
    return bool(_SHAPES[type_].fullmatch(normalise(type_, value, region)))


def is_of_a_shape(type_: IdentityType, stored: str) -> bool:
    """The same of a value in the form in which it is stored."""
    return bool(_SHAPES[type_].fullmatch(stored))


def mask(type_: IdentityType, value: str) -> str:
    """An identity for those who may not see it: a•••@mail.ru, +7 ••• •• 34, @a•••.

    An id of another system tells nobody how to reach somebody, and is shown.
    """
    if type_ is IdentityType.CRM:
        return value
    if type_ is IdentityType.EMAIL:
        name, _, domain = value.rpartition("@")
        return f"{name[:1]}•••@{domain}" if name else "•••"
    if type_ is IdentityType.CARD:
        return f"•••{value[-2:]}" if len(value) >= _MASKED_CARD_MIN else "•••"
    if type_ is IdentityType.PHONE or type_ is IdentityType.WHATSAPP:
        return _masked_number(value)
    return f"{value[: 2 if value.startswith('@') else 1]}•••"


def _masked_number(value: str) -> str:
    digits = value.lstrip("+")
    if len(digits) < MASKED_DIGITS_MIN:
        return "•••"
    country = digits[0] if digits[0] in "17" else digits[:2]
    return f"+{country} ••• •• {digits[-2:]}"


def _email(plain: str) -> str:
    return _BLANKS.sub("", plain.casefold())


def _telegram(plain: str) -> str:
    name = _MESSENGER.sub("", plain).strip("/ ").lstrip("@").casefold()
    return name if name.isdecimal() or not name else f"@{name}"


def _vk(plain: str) -> str:
    name = _MESSENGER.sub("", plain).strip("/ ").lstrip("@").casefold()
    number = _VK_NUMBER.fullmatch(name)
    return number[1] if number else name


def _card(plain: str) -> str:
    return _BETWEEN.sub("", plain).upper()


def _crm(plain: str) -> str:
    system, _, id_ = plain.partition(":")
    system, id_ = system.strip().casefold(), id_.strip()
    return f"{system}:{id_}" if system and id_ else ""


_FORMS = {
    IdentityType.EMAIL: _email,
    IdentityType.TELEGRAM: _telegram,
    IdentityType.VK: _vk,
    IdentityType.CARD: _card,
    IdentityType.CRM: _crm,
}
