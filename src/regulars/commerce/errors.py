"""What commerce refuses."""

from __future__ import annotations

from regulars.kit.errors import Conflict, RegularsError


class NameMissing(RegularsError):
    """A branch or a till without a name."""

    code = "name_missing"


class NameTaken(Conflict):
    """Another branch, or another till of the branch, has this name or this id."""

    code = "name_taken"


class UnknownPlace(RegularsError):
    """A branch or a till that does not exist."""

    code = "unknown_place"
