"""Which persons become one: what sharing an identity means, and who is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.customers.types import IdentityType, Rule

PERSONS_MAX = 5
_MESSENGER = 5
DEFAULT_RULES: Mapping[IdentityType, Rule] = {
    type_: Rule(type=type_, merges=True, persons_max=PERSONS_MAX, one_each=one_each, priority=priority)
    for type_, one_each, priority in (
        (IdentityType.CRM, True, 1),
        (IdentityType.CARD, True, 2),
        (IdentityType.PHONE, False, 3),
        (IdentityType.EMAIL, False, 4),
        (IdentityType.TELEGRAM, False, _MESSENGER),
        (IdentityType.WHATSAPP, False, _MESSENGER),
        (IdentityType.VK, False, _MESSENGER),
    )
}
"""What holds where the shop has said nothing else."""


def mark(type_: IdentityType, value: str, *, key: bytes) -> str:
    """What stands for a value where a merge says why: the same for the same, and it tells nobody which."""
    return hashlib.blake2b(f"{type_.value}:{value}".encode(), key=key, digest_size=12).hexdigest()


def gathered(pairs: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Whom each person who goes becomes one with, out of pairs (kept, gone).

    Who is in none of the pairs the one that goes is kept; of several such, or of none, the smallest number.
    """
    above = Joined()
    going: set[int] = set()
    for kept, gone in pairs:
        if kept != gone:
            above.join(kept, gone)
            going.add(gone)
    found: dict[int, int] = {}
    for group in above.groups():
        kept = min(group - going or group)
        found |= {one: kept for one in sorted(group) if one != kept}
    return found


class Joined:
    """Who is one with whom so far."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def root(self, one: int) -> int:
        """The one who stands for all who are one with this one."""
        path = []
        while (above := self._above.setdefault(one, one)) != one:
            path.append(one)
            one = above
        for passed in path:
            self._above[passed] = one
        return one

    def join(self, one: int, other: int) -> None:
        """Make the two, and all who are one with them, one."""
        first, second = sorted((self.root(one), self.root(other)))
        self._above[second] = first

    def groups(self) -> list[set[int]]:
        """All groups of at least two."""
        found: dict[int, set[int]] = {}
        for one in list(self._above):
            found.setdefault(self.root(one), set()).add(one)
        return [group for group in found.values() if len(group) > 1]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who shares something with another.

    `known_since`: None of who is only a device. `own`: what they have of types of which one has only one.
    """

    id: int
    known_since: datetime | None
    profiles: frozenset[int]
    own: frozenset[tuple[IdentityType, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Shared:
    """A value that several persons have."""

    type: IdentityType
    value: str
    persons: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Joining:
    """That a person becomes one with another, and what they had in common."""

    kept: int
    gone: int
    because: Mapping[IdentityType, str]


PROFILES_MAX = 200
"""A person of more profiles than this is not made by rule, whatever they share."""


def plan(
    shared: Iterable[Shared],
    candidates: Mapping[int, Candidate],
    rules: Mapping[IdentityType, Rule],
    told_apart: Collection[tuple[int, int]] = (),
) -> list[Joining]:
    """Who becomes one with whom, the strongest reasons first; the same whatever order the values come in.

    Two are left apart where they, or those they are one with already, have different values of a type of
    which one has only one and which is stronger than what they share, or where somebody said so
    (`told_apart`: pairs of profiles).
    """
    groups = _Groups(candidates, rules, told_apart)
    reasons: dict[int, dict[IdentityType, str]] = {}
    for one in sorted(shared, key=lambda s: (rules[s.type].priority, s.type.value, s.value)):
        first, *others = sorted(one.persons, key=lambda id_: _age(candidates[id_]))
        for other in others:
            if groups.join(first, other, rules[one.type].priority):
                reasons.setdefault(first, {}).setdefault(one.type, one.value)
                reasons.setdefault(other, {}).setdefault(one.type, one.value)
    found = []
    for group in groups.joined.groups():
        kept = min(group, key=lambda id_: _age(candidates[id_]))
        found += [Joining(kept, gone, reasons[gone]) for gone in sorted(group) if gone != kept]
    return found


def people(names: Iterable[str]) -> int:
    """How many different people profiles of these names (folded words) are at most.

    The same words in any order are one name, and so is a part of them. Who has no name is somebody else.
    """
    every = [frozenset(name.split()) for name in names]
    different = set(every) - {frozenset()}
    whole = [one for one in different if not any(one < other for other in different)]
    return len(whole) + every.count(frozenset())


def older(candidates: Iterable[Candidate]) -> int:
    """Who is kept: the one who is known longest; who is only a device comes last."""
    return min(candidates, key=_age).id


def _age(candidate: Candidate) -> tuple[bool, float, int]:
    since = candidate.known_since
    return since is None, since.timestamp() if since else 0.0, candidate.id


_Scope = tuple[IdentityType, str]


class _Groups:
    """Who is one with whom so far, and what that one has."""

    def __init__(
        self,
        candidates: Mapping[int, Candidate],
        rules: Mapping[IdentityType, Rule],
        told_apart: Iterable[tuple[int, int]],
    ) -> None:
        self.joined = Joined()
        self._rules = rules
        self._profiles = {id_: set(candidate.profiles) for id_, candidate in candidates.items()}
        self._own = {id_: _by_scope(candidate.own) for id_, candidate in candidates.items()}
        self._apart: dict[int, set[int]] = {}
        for first, second in told_apart:
            self._apart.setdefault(first, set()).add(second)
            self._apart.setdefault(second, set()).add(first)

    def join(self, one: int, other: int, priority: int) -> bool:
        """Make two one; False where they have to be left apart."""
        first, second = self.joined.root(one), self.joined.root(other)
        if first == second:
            return True
        if self._are_apart(first, second) or self._differ(first, second, priority):
            return False
        if len(self._profiles[first]) + len(self._profiles[second]) > PROFILES_MAX:
            return False
        self.joined.join(first, second)
        kept, gone = (first, second) if self.joined.root(first) == first else (second, first)
        self._profiles[kept] |= self._profiles.pop(gone)
        for scope, values in self._own.pop(gone).items():
            self._own[kept].setdefault(scope, set()).update(values)
        return True

    def _are_apart(self, first: int, second: int) -> bool:
        theirs = self._profiles[second]
        return any(
            not theirs.isdisjoint(self._apart[profile])
            for profile in self._profiles[first]
            if profile in self._apart
        )

    def _differ(self, first: int, second: int, priority: int) -> bool:
        theirs = self._own[second]
        return any(
            scope in theirs and values.isdisjoint(theirs[scope]) and self._rules[scope[0]].priority < priority
            for scope, values in self._own[first].items()
        )


def differing(one: Candidate, other: Candidate) -> list[IdentityType]:
    """Types of which a person has only one, and the two have different ones."""
    first, second = _by_scope(one.own), _by_scope(other.own)
    found = {scope[0] for scope, values in first.items() if values.isdisjoint(second.get(scope, values))}
    return sorted(found)


def _by_scope(own: Iterable[tuple[IdentityType, str]]) -> dict[_Scope, set[str]]:
    """By type and, for ids of other systems, by the system: one may have one in each."""
    found: dict[_Scope, set[str]] = {}
    for type_, value in own:
        system = value.partition(":")[0] if type_ is IdentityType.CRM else ""
        found.setdefault((type_, system), set()).add(value)
    return found
