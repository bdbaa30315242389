"""What is being changed, and by whom: the draft, or what was published last where there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from regulars.console.forms.programme_fields import Around
from regulars.console.loyalty_pages import in_words
from regulars.console.programme_pages.parts import Kind, find, key_of, new_key
from regulars.console.voice import Voice
from regulars.loyalty import queries, ready, services
from regulars.loyalty.errors import BadProgramme, DraftChanged
from regulars.loyalty.types import Programme, Version
from regulars.loyalty.types.drafts import Changed, Draft
from regulars.team import queries as team

TRIES = 5
"""So often a change is made anew on what somebody else kept just now."""


@dataclass
class Desk:
    """Made once a request."""

    speak: Voice
    user_id: int | None

    @cached_property
    def versions(self) -> tuple[Version, ...]:
        return queries.versions()

    @cached_property
    def draft(self) -> Draft | None:
        return queries.draft()

    @property
    def newest(self) -> Version | None:
        """What was published last, also where it holds only from a later day on."""
        return self.versions[-1] if self.versions else None

    @property
    def programme(self) -> Programme:
        """What is shown and changed."""
        return self._of(self.draft)

    @property
    def published(self) -> Programme | None:
        return self.newest.programme if self.newest else None

    @property
    def is_changed(self) -> bool:
        """Whether publishing would change anything."""
        return self.programme != self.published

    @property
    def is_behind(self) -> bool:
        """Something else was published since the draft was begun."""
        return self.draft is not None and self.draft.based_on != (self.newest.id if self.newest else None)

    @property
    def seen(self) -> int | None:
        return self.draft.number if self.draft else None

    @cached_property
    def problem(self) -> str:
        """Why it cannot be published as it is; empty where it can."""
        try:
            services.check_programme(self.programme)
        except BadProgramme as error:
            return error.message
        return ""

    def around(self, kind: Kind, key: str) -> Around:
        """What the form of a part needs to know."""
        return Around(self.programme, self.speak, find(self.programme, kind, key))

    @property
    def sign(self) -> str:
        """Of the money, as it stands behind an amount."""
        return Around(self.programme, self.speak).sign

    def key_for(self, kind: Kind) -> str:
        """A key for a new part: one no version that was published knows either."""
        if not kind.most:
            return ""
        taken = {key_of(part) for version in self.versions for part in kind.get(version.programme)}
        return new_key(self.programme, kind, frozenset(taken))

    def keep(self, change: Callable[[Programme], Programme], changed: Changed) -> None:
        """Make a change to the draft as it is by now; the change has to look itself whether it still fits.

        `changed`: what the audit log says of it.
        """
        for _try in range(TRIES):
            if self._kept(change, changed):
                return
        raise DraftChanged

    def _kept(self, change: Callable[[Programme], Programme], changed: Changed) -> bool:
        based_on = self.newest.id if self.newest else None
        try:
            self.draft = services.keep_draft(
                programme=change(self.programme),
                seen=self.seen,
                based_on=based_on,
                now=self.speak.now,
                user_id=self.user_id,
                changed=changed,
            )
        except DraftChanged:
            self.draft = queries.draft()
            return False
        return True

    def by_whom(self) -> str:
        """ "Changed by Anna, today at 14:05."."""
        if self.draft is None:
            return ""
        kept_by = self.draft.kept_by
        who = "" if kept_by is None else team.user_names([kept_by]).get(kept_by, "")
        when = in_words.moment(self.draft.kept_at, self.speak)
        if self.user_id is not None and kept_by == self.user_id:
            return _("Changed by you, %(when)s.") % {"when": when}
        return (_("Changed by %(who)s, %(when)s.") if who else _("Changed %(when)s.")) % {
            "who": who,
            "when": when,
        }

    def _of(self, draft: Draft | None) -> Programme:
        if draft is not None:
            return draft.programme
        if self.newest is not None:
            return self.newest.programme
        return ready.beginning(self.speak.shop.currency)


def context_of(desk: Desk) -> dict[str, Any]:
    """What the pages of the draft show of it."""
    return {
        "draft": desk.draft,
        "draft_by": desk.by_whom(),
        "is_behind": desk.is_behind,
        "newest": desk.newest,
        "problem": desk.problem,
    }
