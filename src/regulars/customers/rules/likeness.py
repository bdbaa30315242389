"""Who may be one: how alike two customers are, and when that is worth a colleague's look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from regulars.customers.types import Likeness

GROUP_MAX: Mapping[Likeness, int] = {
    Likeness.NAME_AND_BIRTHDAY: 4,
    Likeness.NAME_AND_CITY: 3,
    Likeness.NAME_AND_NUMBER: 4,
    Likeness.NAME_AND_EMAIL: 4,
    Likeness.EMAIL_ALMOST: 4,
    Likeness.SHARED: 6,
}
"""What more persons have than this says nothing of any two of them."""
WEIGHTS: Mapping[Likeness, int] = {
    Likeness.NAME_AND_BIRTHDAY: 6,
    Likeness.SHARED: 5,
    Likeness.EMAIL_ALMOST: 4,
    Likeness.NAME_AND_EMAIL: 4,
    Likeness.NAME_AND_NUMBER: 3,
    Likeness.NAME_AND_CITY: 1,
}
_OTHER_BIRTHDAY = 5
"""So much speaks against two who were born on different days, as twins who share a phone were not."""

_SLIPS = {
    "gmail.com": """googlemail.com gmial.com gmai.com gmal.com gamil.com gnail.com gmail.co gmail.cm gmail.con
        gmail.ru gmail.om gmaill.com gmil.com""",
    "mail.ru": "mial.ru mai.ru mal.ru mil.ru maill.ru mail.ry mail.ri mail.r mail.com.ru meil.ru",
    "yandex.ru": """ya.ru yandex.com yandex.by yandex.kz yandex.ua yndex.ru yadex.ru yandx.ru yanex.ru
        yadnex.ru yandex.r yandex.ry jandex.ru yandeks.ru yandex.re""",
    "rambler.ru": "ramler.ru rambler.r rambler.ry ramble.ru rambler.com",
    "icloud.com": "iclod.com icloud.co icloud.con iclaud.com icould.com icloud.ru",
    "hotmail.com": "hotmial.com hotmai.com hotmail.co hotmail.con hotmail.ru",
    "outlook.com": "outlok.com outlook.co outlook.con outlook.ru",
}
DOMAINS: Mapping[str, str] = {slip: right for right, slips in _SLIPS.items() for slip in slips.split()}
"""The domain that is meant by a slip of the hand, or that is another name of the same post office."""


@dataclass(slots=True)
class Alike:
    """Why two persons may be one."""

    likenesses: set[Likeness] = field(default_factory=set)
    weight: int = 0

    def add(self, likeness: Likeness) -> None:
        """One more reason; the same again is none."""
        if likeness not in self.likenesses:
            self.likenesses.add(likeness)
            self.weight += WEIGHTS[likeness]


Pair = tuple[int, int]


def pairs_of(persons: Iterable[int]) -> Iterable[Pair]:
    """Any two of a group, the smaller number first."""
    return combinations(sorted(set(persons)), 2)


def weighed(alike: Mapping[Pair, Alike], birthdays: Mapping[int, date]) -> dict[Pair, Alike]:
    """Those that are worth a look, with what speaks against them taken off."""
    found: dict[Pair, Alike] = {}
    for (first, second), one in alike.items():
        born = {birthdays.get(first), birthdays.get(second)} - {None}
        weight = one.weight - (_OTHER_BIRTHDAY if len(born) > 1 else 0)
        if weight > 0:
            found[first, second] = Alike(one.likenesses, weight)
    return found
