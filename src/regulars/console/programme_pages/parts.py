"""Parts of a programme by their kind: found, put in, taken out. No request, no query."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel

from regulars.console.forms.programme_days import DayForm, FriendsForm
from regulars.console.forms.programme_fields import PartForm
from regulars.console.forms.programme_goals import ChallengeForm
from regulars.console.forms.programme_rules import CapsForm, RuleForm
from regulars.console.forms.programme_tiers import TierForm, TiersForm
from regulars.loyalty.types import Programme
from regulars.loyalty.types.challenges import CHALLENGES_MAX
from regulars.loyalty.types.days import DAYS_MAX
from regulars.loyalty.types.earning import RULES_MAX, Caps
from regulars.loyalty.types.tiers import TIERS_MAX, Tier, Tiers

Parts = tuple[Any, ...]


@dataclass(frozen=True)
class Kind:
    """Parts of one kind. `most` 0: there is one, without a key. `sorts`: they have an order of their own."""

    form: type[PartForm]
    get: Callable[[Programme], Parts]
    put: Callable[[Programme, Parts], Programme]
    title: Promise
    new: Promise
    prefix: str = ""
    most: int = 0
    sorts: bool = False


def key_of(part: Any) -> str:
    """Its key; empty for what there is one of."""
    return str(getattr(part, "key", ""))


def find(programme: Programme, kind: Kind, key: str) -> Any | None:
    """The part with this key."""
    return next((part for part in kind.get(programme) if key_of(part) == key), None)


def with_part(programme: Programme, kind: Kind, part: Any) -> Programme:
    """With the part in the place of the one with its key, or behind all others."""
    parts = kind.get(programme)
    if any(key_of(one) == key_of(part) for one in parts):
        return kind.put(programme, tuple(part if key_of(one) == key_of(part) else one for one in parts))
    return kind.put(programme, (*parts, part))


def without(programme: Programme, kind: Kind, key: str) -> Programme:
    """Without the part with this key."""
    return kind.put(programme, tuple(part for part in kind.get(programme) if key_of(part) != key))


def moved(programme: Programme, kind: Kind, key: str, by: int) -> Programme:
    """With the part one place further up (-1) or down (1)."""
    parts = list(kind.get(programme))
    place = next((at for at, part in enumerate(parts) if key_of(part) == key), None)
    if place is None or not 0 <= place + by < len(parts):
        return programme
    parts[place], parts[place + by] = parts[place + by], parts[place]
    return kind.put(programme, tuple(parts))


def copied(programme: Programme, kind: Kind, key: str, own: str) -> Programme:
    """With a copy of the part behind it, under the key `own` and a name of its own."""
    parts = list(kind.get(programme))
    place = next((at for at, part in enumerate(parts) if key_of(part) == key), None)
    if place is None or len(parts) >= kind.most:
        return programme
    name = (_("%(name)s, copy") % {"name": parts[place].name})[:80]
    copy = parts[place].model_copy(update={"key": own, "name": name})
    parts.insert(place + 1, copy)
    return kind.put(programme, tuple(parts))


def new_key(programme: Programme, kind: Kind, taken: frozenset[str] = frozenset()) -> str:
    """A key no part of the kind has, nor (`taken`) had in a version that was published: what it gave goes
    by it."""
    known = {key_of(part) for part in kind.get(programme)} | taken
    number = 1
    while f"{kind.prefix}{number}" in known:
        number += 1
    return f"{kind.prefix}{number}"


def fingerprint(part: Any | None) -> str:
    """Tells whether a part is the one that was seen; empty for one that is not there."""
    if not isinstance(part, BaseModel):
        return ""
    return hashlib.sha256(part.model_dump_json().encode()).hexdigest()[:24]


def _put_levels(programme: Programme, levels: Parts) -> Programme:
    """Tiers stand by what they are reached with; without any there are none."""
    if not levels:
        return programme.model_copy(update={"tiers": None})
    tiers = programme.tiers or Tiers.model_construct(levels=())
    ordered: tuple[Tier, ...] = tuple(sorted(levels, key=lambda level: level.from_minor))
    return programme.model_copy(update={"tiers": tiers.model_copy(update={"levels": ordered})})


def _put_tiers(programme: Programme, tiers: Parts) -> Programme:
    return programme.model_copy(update={"tiers": tiers[0] if tiers else None})


KINDS: Mapping[str, Kind] = {
    "rules": Kind(
        RuleForm,
        lambda programme: programme.rules,
        lambda programme, parts: programme.model_copy(update={"rules": parts}),
        gettext_lazy("A rule of earning"),
        gettext_lazy("A new rule of earning"),
        "r",
        RULES_MAX,
    ),
    "caps": Kind(
        CapsForm,
        lambda programme: (programme.caps,),
        lambda programme, parts: programme.model_copy(update={"caps": parts[0] if parts else Caps()}),
        gettext_lazy("Limits"),
        gettext_lazy("Limits"),
    ),
    "reaching": Kind(
        TiersForm,
        lambda programme: () if programme.tiers is None else (programme.tiers,),
        _put_tiers,
        gettext_lazy("How tiers are reached"),
        gettext_lazy("How tiers are reached"),
    ),
    "tiers": Kind(
        TierForm,
        lambda programme: programme.tiers.levels if programme.tiers else (),
        _put_levels,
        gettext_lazy("A tier"),
        gettext_lazy("A new tier"),
        "t",
        TIERS_MAX,
        sorts=True,
    ),
    "challenges": Kind(
        ChallengeForm,
        lambda programme: programme.challenges,
        lambda programme, parts: programme.model_copy(update={"challenges": parts}),
        gettext_lazy("A goal"),
        gettext_lazy("A new goal"),
        "c",
        CHALLENGES_MAX,
    ),
    "days": Kind(
        DayForm,
        lambda programme: programme.personal_days,
        lambda programme, parts: programme.model_copy(update={"personal_days": parts}),
        gettext_lazy("A day of the customer’s own"),
        gettext_lazy("A new day"),
        "d",
        DAYS_MAX,
    ),
    "friends": Kind(
        FriendsForm,
        lambda programme: () if programme.referral is None else (programme.referral,),
        lambda programme, parts: programme.model_copy(update={"referral": parts[0] if parts else None}),
        gettext_lazy("Bring a friend"),
        gettext_lazy("Bring a friend"),
    ),
}
