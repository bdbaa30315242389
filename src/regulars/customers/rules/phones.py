"""Phone numbers in the form of E.164, however they were written."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

import phonenumbers

REGION = "RU"
"""The country of numbers without a country code, where the shop's own is not known."""
DIGITS_MAX = 319
"""Whatever is longer is no number, and would not fit into an index."""
_RUSSIAN_DIGITS = 11
# Of these, the form is known without looking into the table: most of what a shop in Russia has.
_RUSSIAN = re.compile(
    r"(?:\+7|[78])[ (-]{0,2}([3489][0-9]{2})[ )-]{0,2}([0-9]{3})[ -]?([0-9]{2})[ -]?([0-9]{2})"
)
_NOT_A_DIGIT = re.compile(r"[^0-9]")
_E164 = phonenumbers.PhoneNumberFormat.E164


def e164(text: str, region: str = REGION) -> str:
    """A number after a plus with its country's code; empty if there is no digit.

    `region`: the country whose numbers are written without its code, by two letters. What is no number of
    any country stays as its digits after a plus, so that it is found as it was written; so does a number
    with an extension, which is not one person's.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if region == "RU" and (russian := _RUSSIAN.fullmatch(plain)):
        return "+7" + "".join(russian.groups())
    return _looked_up(plain, region)


def as_written(text: str) -> str:
    """The digits after a plus, as numbers were stored before their countries were looked up.

    Eleven digits without a plus that begin with 8 are a Russian number as it is dialled within the country.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    digits = _NOT_A_DIGIT.sub("", plain)
    if len(digits) == _RUSSIAN_DIGITS and digits[0] == "8" and not plain.startswith("+"):
        digits = "7" + digits[1:]
    return f"+{digits}" if 0 < len(digits) <= DIGITS_MAX else ""


@lru_cache(maxsize=10_000)
def _looked_up(plain: str, region: str) -> str:
    digits = _NOT_A_DIGIT.sub("", plain)
    # The last as numbers were stored once: with a plus, whether or not their country's code was behind it.
    for written in (plain, f"+{digits}", digits):
        try:
            number = phonenumbers.parse(written, region or None)
        except phonenumbers.NumberParseException:
            continue
        if number.extension:
            break
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, _E164)
    return as_written(plain)


@cache
def region_of(timezone: str, currency: str) -> str:
    """The country a shop is in, by two letters: that of its zone, else of its currency; empty if unknown.

    The zones' countries are of the tz database; a currency's code begins with its country's (ISO 4217).
    """
    found = _countries().get(timezone) or currency[:2].upper()
    return found if found in phonenumbers.SUPPORTED_REGIONS else ""


@cache
def _countries() -> dict[str, str]:
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {zone: country for country, _where, zone, *_rest in rows}
