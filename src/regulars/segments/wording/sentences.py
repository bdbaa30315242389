"""A condition as a sentence about customers, and node by node for pages.

The subject is left out: "bought 3 times or more, last order 60 days ago or earlier". Between conditions
stand commas, ", and" and ", or"; between values a bare "or", so that the two are told apart; groups within
groups stand in brackets.
"""

from __future__ import annotations

from collections.abc import Sequence as Several
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from regulars.segments.types import AllOf, AnyOf, Condition, Not
from regulars.segments.wording.nodes import leaf, negated
from regulars.segments.wording.speech import Speech, speech


@dataclass(frozen=True)
class Part:
    """A node in its own words. `path`: indexes from the root, as `errors.Wrong` has them; the one below a
    `Not` is its 0. `words` of a group say what holds its parts together."""

    path: tuple[int, ...]
    words: str
    node: Condition
    parts: tuple[Part, ...] = ()


def sentence(condition: Condition, *, language: str | None = None, by: Speech | None = None) -> str:
    """What a condition asks, without a capital and a full stop.

    `by` spares queries where a page has many sentences: `speech(conditions)` once, then every sentence in
    its language.
    """
    by = by or speech((condition,), language=language)
    with translation.override(by.language):
        return _said(condition, by, inside=False)


def parts(condition: Condition, *, language: str | None = None, by: Speech | None = None) -> Part:
    """The same as a tree of words."""
    by = by or speech((condition,), language=language)
    with translation.override(by.language):
        return _part(condition, by, ())


def _said(condition: Condition, by: Speech, *, inside: bool) -> str:
    condition = negated(condition)
    match condition:
        case AllOf(of):
            if not of:
                return _("all customers")
            if len(of) == 1:
                return _said(of[0], by, inside=inside)
            words = [_said(child, by, inside=True) for child in of]
            if not inside:
                return ", ".join(words)
            joined = _joined(words, _("%(first)s, and %(last)s"))
            return f"({joined})"
        case AnyOf(of):
            if not of:
                return _("no customers")
            if len(of) == 1:
                return _said(of[0], by, inside=inside)
            words = [_said(child, by, inside=True) for child in of]
            joined = _joined(words, _("%(first)s, or %(last)s"))
            return f"({joined})" if inside else joined
        case Not(AllOf() | AnyOf() as group):
            return _("none of those with: %(what)s") % {"what": _said(group, by, inside=True)}
    return leaf(condition, by)


def _joined(words: Several[str], two: str) -> str:
    joined = words[0]
    for more in words[1:]:
        joined = two % {"first": joined, "last": more}
    return joined


def _part(condition: Condition, by: Speech, path: tuple[int, ...]) -> Part:
    match condition:
        case AllOf(of):
            below = tuple(_part(child, by, (*path, place)) for place, child in enumerate(of))
            return Part(path, _("all of this") if of else _("all customers"), condition, below)
        case AnyOf(of):
            below = tuple(_part(child, by, (*path, place)) for place, child in enumerate(of))
            return Part(path, _("any of this") if of else _("no customers"), condition, below)
        case Not(child):
            return Part(path, _("the opposite"), condition, (_part(child, by, (*path, 0)),))
    return Part(path, leaf(condition, by), condition)
