"""What can be brought in, and what an import may cause; domains above add theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from regulars.analytics.previews import FieldSpec
from regulars.imports.errors import ImportProblem
from regulars.imports.kinds.work import Opening, Work

EffectCount = Callable[[Sequence[int]], int]
"""How many things of a kind hang on these profiles (at most 5,000 a call)."""


@dataclass(frozen=True, kw_only=True)
class ImportKind:
    """Something files may tell of. `open` reads the file and gives it as work; heavy libraries are loaded
    in it and nowhere before. `title` names it in lists."""

    name: str
    title: Promise
    fields: Sequence[FieldSpec]
    open: Callable[[ExitStack, Opening], Work]


_kinds: dict[str, ImportKind] = {}
_effects: dict[str, EffectCount] = {}


def register_kind(kind: ImportKind) -> None:
    """Let files of this kind be brought in. Raises ValueError for a name that is taken."""
    if _kinds.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"the kind {kind.name} is registered twice")


def kinds() -> dict[str, ImportKind]:
    """All kinds by name, in the order they were registered."""
    return dict(_kinds)


def kind(name: str) -> ImportKind:
    """Raises ImportProblem for a name nobody registered."""
    if name not in _kinds:
        raise ImportProblem(
            _("Say what the file tells of: %(kinds)s.") % {"kinds": ", ".join(_kinds)}, code="no_kind"
        )
    return _kinds[name]


def register_effect(name: str, count: EffectCount) -> None:
    """Tell what may have come of customers an import brought: `name` is a plural noun ("notes", "tasks").

    Undoing lists the counts before it begins. Raises ValueError for a name that is taken.
    """
    if _effects.setdefault(name, count) is not count:
        raise ValueError(f"the effect {name} is registered twice")


def effects() -> dict[str, EffectCount]:
    """All effects by name, in the order they were registered."""
    return dict(_effects)
