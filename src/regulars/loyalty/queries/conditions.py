"""Whose people the programme asks for."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.documents import Condition
from regulars.loyalty.queries.drafts import draft
from regulars.loyalty.queries.programme import holding, versions
from regulars.loyalty.rules.conditions import conditions_of


def conditions_kept() -> Iterator[tuple[str, Condition]]:
    """The conditions of the programme that holds now, of those that will, and of the draft, in words."""
    kept, now = versions(), clock.now()
    current = holding(kept, now)
    programmes = [one.programme for one in kept if one.since > now or one == current]
    if written := draft():
        programmes.append(written.programme)
    for programme in programmes:
        for name, condition in conditions_of(programme):
            words = _("“%(part)s” of the programme") % {"part": name} if name else _("bringing friends")
            yield words, condition
