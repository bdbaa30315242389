"""What customers refuse."""

from __future__ import annotations

from regulars.kit.errors import Conflict, RegularsError


class BadNote(RegularsError):
    """A note without a text, or with too long a one."""

    code = "bad_note"


class CannotUnmerge(Conflict):
    """A merge that cannot be undone; `code` is a `types.Obstacle`."""

    code = "cannot_unmerge"


class BadRule(RegularsError):
    """A rule of merging, or a value to be blocked, that cannot be."""

    code = "bad_rule"


class BadAttribute(RegularsError):
    """An attribute that there is not, or a value it cannot have."""

    code = "bad_attribute"


class CannotErase(Conflict):
    """Somebody who cannot be erased, or not just now."""

    code = "cannot_erase"
