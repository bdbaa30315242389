"""Texts without case: the same in Python and in the database, whatever the server's locale.

Sign by sign, so the number of signs stays: capitals become small, and ё is е.
"""

from __future__ import annotations

from functools import cache, lru_cache

ALPHABETS_END = 0x590
"""Latin, Greek, Cyrillic and Armenian letters: those that a server without alphabets is told about."""

KEPT_MAX = 5_000
"""Texts of which a process keeps what they are without case: the goods of carts come again and again."""

_SIGN = "İ"
"""Its small letter is two signs in Python and one in the Unicode tables of servers."""
# Where a server's lower() knows these alphabets, it is used; elsewhere the table of all capitals is.
_PROBE, _PROBED = "IÉЁЖΣĄԱ", "iéёжσąա"


@lru_cache(KEPT_MAX)
def fold(text: str) -> str:
    """Without case."""
    return "".join(map(_small, text))


def _small(sign: str) -> str:
    if sign in "ёЁ":
        return "е"
    small = "i" if sign == _SIGN else sign.lower()
    return small if len(small) == 1 else sign


def folded(expression: str) -> str:
    """SQL for `fold` of a text that an expression gives; it stands in the SQL twice and is to be cheap.

    The comparison of two constants is settled when the statement is planned, so only one branch is run.
    """
    capitals, small = _alphabet()
    return (
        f"CASE WHEN lower('{_PROBE}') = '{_PROBED}' THEN replace(lower({expression}), 'ё', 'е')"
        f" ELSE translate({expression}, '{capitals}', '{small}') END"
    )


@cache
def _alphabet() -> tuple[str, str]:
    """The signs of these alphabets that have another small form, and those forms."""
    capitals = [sign for sign in map(chr, range(ALPHABETS_END)) if _small(sign) != sign]
    return "".join(capitals), "".join(map(_small, capitals))
