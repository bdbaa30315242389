"""How the made-up customers could be reached if they existed: addresses and numbers of nobody."""

from __future__ import annotations

from regulars.customers.types import IdentityType

_LATIN = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i",
        "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
        "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y",
        "ь": "", "э": "e", "ю": "yu", "я": "ya", "é": "e",
    }
)  # fmt: skip
# Kept for fiction by Ofcom, a thousand numbers each: mobiles, then cities. Russia has no code 000.
_BRITISH = (
    "7700 900", "20 7946 0", "113 496 0", "114 496 0", "115 496 0", "116 496 0", "117 496 0", "118 496 0",
    "121 496 0", "131 496 0", "141 496 0", "151 496 0", "161 496 0", "191 498 0", "28 9649 6", "29 2018 0",
)  # fmt: skip
WITHOUT_EMAIL_EVERY = 7
"""Every so manieth gave a phone only, as people do at a till."""


def identities(number: int, name: str) -> tuple[tuple[IdentityType, str], ...]:
    """E-mail and phone of the customer of that number."""
    phone = (IdentityType.PHONE, _phone(number, name))
    if number % WITHOUT_EMAIL_EVERY == 0:
        return (phone,)
    return (IdentityType.EMAIL, f"{_slug(name)}{number}@example.com"), phone


def _slug(name: str) -> str:
    latin = name.lower().translate(_LATIN)
    return ".".join(
        "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in latin).split()
    )


def _phone(number: int, name: str) -> str:
    """A number nobody has, and no two customers: who share one would be put together."""
    if name.isascii():
        block = _BRITISH[number // 1000 % len(_BRITISH)]
        return f"+44 {block}{number % 1000:03}"
    # Spread over all digits, so that those who look by the last four find one.
    return f"+7 000 {(number * 7_919 + 1_234_567) % 10_000_000:07}"
