"""Values that are nobody's own, whoever has them: they join nobody."""

from __future__ import annotations

import re
from collections.abc import Collection

from regulars.customers.rules.identities import is_of_a_shape
from regulars.customers.types import IdentityType

# What forms are filled in with by those who have to, and what tills and programs make up.
_NO_ONES_NAMES = frozenset(
    """none null nil nan na n/a no nomail noemail no-email no_email net нет unknown undefined anonymous anon
    guest test tests testing tester example sample demo noreply no-reply no_reply donotreply do-not-reply
    mailer-daemon asdf asd qwerty qwe""".split()  # noqa: SIM905 (a list of words reads best as words)
)
_NO_ONES_DOMAINS = frozenset(
    """none.com none.ru no.com no.ru net.ru nomail.com nomail.ru noemail.com noemail.ru
    localhost""".split()  # noqa: SIM905
)
_FOR_FICTION = "+447700900"
"""Numbers that Ofcom keeps for films, and everybody for samples."""
_MADE_UP_LETTERS = 3
_MADE_UP_DIGITS = 7
"""So many times the same at the end of a number, or at all on a card, was made up."""
_BY_TURNS = re.compile(r"([0-9]{2})\1{4}")


def is_blocked_everywhere(type_: IdentityType, value: str) -> bool:
    """Whether a stored value is nobody's own in any shop: "none", test@…, noreply@…, +70000000000.

    Also what is no address or number at all.
    """
    if not is_of_a_shape(type_, value):
        return True
    if type_ is IdentityType.EMAIL:
        return _is_no_ones_email(value)
    if type_ is IdentityType.PHONE or type_ is IdentityType.WHATSAPP:
        return _is_no_ones_number(value)
    if type_ is IdentityType.CRM:
        value = value.partition(":")[2]
    plain = value.lstrip("@").casefold()
    made_up = type_ is IdentityType.CARD and len(set(plain)) == 1 and len(plain) >= _MADE_UP_DIGITS
    return plain in _NO_ONES_NAMES or not plain.strip("0") or made_up


class Blocked:
    """What the shop said is nobody's own, beside what is so everywhere."""

    def __init__(self, values: Collection[tuple[IdentityType, str]]) -> None:
        self._exactly = {(type_, value) for type_, value in values if "*" not in value}
        self._begin = _by_type([(t, v[:-1]) for t, v in values if v.endswith("*")])
        self._end = _by_type([(t, v[1:]) for t, v in values if v.startswith("*")])

    def has(self, type_: IdentityType, value: str) -> bool:
        """Whether a stored value joins nobody."""
        if (type_, value) in self._exactly:
            return True
        folded = value.casefold()
        return (
            folded.startswith(self._begin.get(type_, _NOTHING))
            or folded.endswith(self._end.get(type_, _NOTHING))
            or is_blocked_everywhere(type_, value)
        )


_NOTHING: tuple[str, ...] = ()


def _by_type(values: Collection[tuple[IdentityType, str]]) -> dict[IdentityType, tuple[str, ...]]:
    found: dict[IdentityType, tuple[str, ...]] = {}
    for type_, value in values:
        found[type_] = (*found.get(type_, ()), value.casefold())
    return found


def _is_no_ones_email(value: str) -> bool:
    name, _, domain = value.rpartition("@")
    name = name.partition("+")[0]
    return (
        name in _NO_ONES_NAMES
        or domain in _NO_ONES_DOMAINS
        or domain.endswith(".invalid")
        or (len(set(name)) == 1 and len(name) >= _MADE_UP_LETTERS)
    )


def _is_no_ones_number(value: str) -> bool:
    ends_alike = len(set(value[-_MADE_UP_DIGITS:])) == 1
    return ends_alike or bool(_BY_TURNS.fullmatch(value[-10:])) or value.startswith(_FOR_FICTION)
