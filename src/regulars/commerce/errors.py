"""What commerce refuses."""

from __future__ import annotations

from regulars.kit.errors import Conflict, RegularsError


class NameMissing(RegularsError):
    """A branch or a till without a name."""

    code = "name_missing"


class NameTaken(Conflict):
    """Another branch, or another till of the branch, has this name or this id."""

    code = "name_taken"


class NoSuchCredit(RegularsError):
    """Money given back that is not there, or not any more."""

    code = "no_such_credit"


class NamedAlready(Conflict):
    """Somebody said something else of a credit meanwhile, or its source did."""

    code = "named_already"


class OrderDoesNotFit(Conflict):
    """A credit cannot be of this order."""

    code = "order_does_not_fit"


class UnknownPlace(RegularsError):
    """A branch or a till that does not exist."""

    code = "unknown_place"
