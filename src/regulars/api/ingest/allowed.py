"""What of an item may be stored: everything else is left out, above all what tells who somebody is.

Personal data belongs to the profile, where it is found again for export and erasure; the log keeps none.
Nobody can know every way in which a shop writes a phone number, so this is the second fence: the first is
that only named parts of a call are read at all.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec

from regulars.api.ingest.errors import Refused
from regulars.api.ingest.naming import snake
from regulars.api.ingest.types import Code

KEY_CHARACTERS_MAX = 100
TEXT_CHARACTERS_MAX = 1_000
FIELDS_MAX = 100
LIST_MAX = 200
DEPTH_MAX = 4
INTEGER_MAX = 2**63 - 1

_PERSONAL_KEYS = frozenset(
    [
        "email",
        "e_mail",
        "mail",
        "email_address",
        "phone",
        "phone_number",
        "telephone",
        "tel",
        "mobile",
        "mobile_phone",
        "whatsapp",
        "telegram",
        "first_name",
        "last_name",
        "middle_name",
        "full_name",
        "surname",
        "patronymic",
        "fio",
        "username",
        "user_name",
        "nickname",
        "login",
        "customer_name",
        "recipient",
        "recipient_name",
        "contact",
        "contact_name",
        "cardholder",
        "password",
        "passwd",
        "pwd",
        "secret",
        "token",
        "access_token",
        "refresh_token",
        "identity_token",
        "api_key",
        "authorization",
        "cookie",
        "session_id",
        "csrf",
        "cvv",
        "cvc",
        "pan",
        "card_number",
        "iban",
        "ip",
        "ip_address",
        "ipaddress",
        "remote_addr",
        "user_agent",
        "useragent",
        "device_id",
        "advertising_id",
        "idfa",
        "gaid",
        "address",
        "street",
        "house",
        "apartment",
        "flat",
        "postcode",
        "zip",
        "zipcode",
        "postal_code",
        "shipping_address",
        "billing_address",
        "delivery_address",
        "latitude",
        "longitude",
        "lat",
        "lon",
        "lng",
        "geo",
        "birthday",
        "birthdate",
        "birth_date",
        "date_of_birth",
        "dob",
        "passport",
        "passport_number",
        "inn",
        "snils",
        "ssn",
        "tax_id",
        "familiya",
        "imya",
        "otchestvo",
        "telefon",
        "pochta",
        "adres",
        "data_rozhdeniya",
    ]
)
_PERSONAL_ENDINGS = ("_email", "_phone", "_password", "_token", "_address", "_secret", "_birthday")
# Each reads a text once, whatever stands in it: they meet what strangers send.
_EMAIL = re.compile(r"[^\s@<>](?:@|%40)[^\s@<>%]+\.[^\s@<>%]{2}")
_PHONE = re.compile(
    r"\+\d(?:[\s().-]{0,3}\d){8,14}(?!\w)|(?<!\w)[78][\s(-]{0,3}9\d\d(?:[\s().-]{0,3}\d){7}(?!\w)"
)
_CARD = re.compile(r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?!\d)")
_NETWORK_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F.]{0,15}){2,7}")
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//|/", re.IGNORECASE)
_MOBILE_NUMBERS = (range(79_000_000_000, 80_000_000_000), range(89_000_000_000, 90_000_000_000))
_decode = msgspec.json.Decoder().decode


def read_object(raw: msgspec.Raw, name: str) -> dict[str, Any]:
    """The JSON object of a field; nothing and null are an empty one. Raises Refused for anything else."""
    if not len(memoryview(raw)):
        return {}
    try:
        value = _decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Refused(
            Code.BAD_PROPERTIES, f"{name} holds numbers or texts that cannot be stored, or is too deep."
        ) from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused(Code.BAD_PROPERTIES, f'{name} has to be an object such as {{"plan": "gold"}}.')
    return value


def stored(told: dict[str, Any], only: Iterable[str] | None = None) -> tuple[dict[str, Any], list[str]]:
    """The properties that may be stored, and the names of those left out, cut short.

    `only`: the fields that may be there at all; of others nothing is said.
    """
    dropped: list[str] = []
    if only is not None:
        told = {key: told[key] for key in only if key in told}
    kept = _object(told, 1, dropped)
    return kept, dropped


def _object(told: dict[str, Any], depth: int, dropped: list[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in told.items():
        name = key.replace("\x00", "")
        if not name or len(name) > KEY_CHARACTERS_MAX or len(kept) >= FIELDS_MAX or personal_key(name):
            dropped.append(name[:KEY_CHARACTERS_MAX])
            continue
        clean = _value(value, depth, dropped)
        if clean is None and value is not None:
            dropped.append(name)
        else:
            kept[name] = clean
    return kept


def _value(value: Any, depth: int, dropped: list[str]) -> Any:
    """The value as it may be stored; None where it may not."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool | float) or value is None:
        return value
    if isinstance(value, int):
        fits = abs(value) <= INTEGER_MAX and not any(value in numbers for numbers in _MOBILE_NUMBERS)
        return value if fits else None
    if depth >= DEPTH_MAX:
        return None
    if isinstance(value, dict):
        return _object(value, depth + 1, dropped)
    kept = [_value(part, depth + 1, dropped) for part in value[:LIST_MAX]]
    return [part for part, told in zip(kept, value, strict=False) if part is not None or told is None]


def text(value: str) -> str | None:
    """A text as it may be stored: addresses lose query and fragment; None if it looks personal."""
    value = value.replace("\x00", "")[:TEXT_CHARACTERS_MAX]
    if _ADDRESS.match(value):
        value = address(value)
    return None if looks_personal(value) else value


def address(url: str) -> str:
    """An address of the web without query, fragment and whoever signed in with it."""
    plain = (
        url.replace("\x00", "")[:TEXT_CHARACTERS_MAX].partition("#")[0].partition("?")[0].partition(";")[0]
    )
    scheme, slashes, rest = plain.partition("//")
    if not slashes:
        return plain
    host, slash, path = rest.partition("/")
    return f"{scheme}//{host.rpartition('@')[2]}{slash}{path}"


@lru_cache(maxsize=8192)
def personal_key(name: str) -> bool:
    """Whether a field of that name tells who somebody is. `name` is at most KEY_CHARACTERS_MAX long."""
    plain = snake(name)
    return plain in _PERSONAL_KEYS or plain.endswith(_PERSONAL_ENDINGS)


def looks_personal(value: str) -> bool:
    """Whether a text holds an e-mail address, a phone, the number of a card, or is a network address."""
    if len(value) < 7:
        return False
    if ("@" in value or "%40" in value) and _EMAIL.search(value):
        return True
    if not any(character.isdigit() for character in value):
        return False
    if _PHONE.search(value):
        return True
    card = _CARD.search(value)
    return bool(card and _luhn(card.group())) or _network_address(value)


def _network_address(value: str) -> bool:
    if not _NETWORK_ADDRESS.fullmatch(value):
        return False
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _luhn(number: str) -> bool:
    """The check digit that numbers of cards end with (ISO/IEC 7812)."""
    digits = [int(character) for character in reversed(number) if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
