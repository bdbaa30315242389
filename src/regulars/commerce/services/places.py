"""Branches and tills that the shop enters by hand."""

from __future__ import annotations

import re

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from regulars.commerce.errors import NameMissing, NameTaken, UnknownPlace
from regulars.commerce.models import Branch, Till
from regulars.commerce.services.catalogue import mark_months_of_branches
from regulars.customers.types import SHOP

NAME_LENGTH_MAX = 200
"""Longer than any sign above a door; an index entry has to stay below 2.7 kB."""
_BLANKS = re.compile(r"[\s\0]+")


@transaction.atomic
def save_branch(*, name: str, external_id: str = "", branch_id: int | None = None) -> int:
    """Add a branch, or rename one; gives its id.

    `external_id` is what the shop's own systems call it; by default the name, so that orders which name
    their branch find it. It stays when the branch is renamed, unless another one is given.

    Raises NameMissing, NameTaken, UnknownPlace.
    """
    name, external_id = _clean(name), _clean(external_id)
    if not name:
        raise NameMissing(_("A branch needs a name."))
    namesakes = Branch.objects.filter(active=True, name=name).values_list("id", flat=True)
    if any(id_ != branch_id for id_ in namesakes):
        raise NameTaken(
            _("There is a branch called “%(name)s” already; give this one another name.") % {"name": name}
        )
    values = {"name": name} | ({"external_id": external_id} if external_id else {})
    try:
        with transaction.atomic():
            if branch_id is None:
                return Branch.objects.create(source=SHOP, **{"external_id": name} | values).pk
            found = Branch.objects.filter(pk=branch_id).update(**values, revision=F("revision") + 1)
    except IntegrityError:
        raise NameTaken(
            _("Another branch has the id “%(id)s” already; give this one another id.")
            % {"id": external_id or name}
        ) from None
    if not found:
        raise UnknownPlace(_("This branch no longer exists; reload the page."))
    mark_months_of_branches([branch_id])
    return branch_id


@transaction.atomic
def save_till(*, branch_id: int, name: str, external_id: str = "", till_id: int | None = None) -> int:
    """Add a till to a branch, or rename one; gives its id. `external_id` as in `save_branch`.

    Raises NameMissing, NameTaken, UnknownPlace.
    """
    name, external_id = _clean(name), _clean(external_id)
    if not name:
        raise NameMissing(_("A till needs a name."))
    if not Branch.objects.select_for_update(no_key=True).filter(pk=branch_id).exists():
        raise UnknownPlace(_("This branch no longer exists; reload the page."))
    values = {"name": name} | ({"external_id": external_id} if external_id else {})
    try:
        with transaction.atomic():
            if till_id is None:
                return Till.objects.create(branch_id=branch_id, **{"external_id": name} | values).pk
            found = Till.objects.filter(pk=till_id, branch_id=branch_id).update(**values)
    except IntegrityError:
        raise NameTaken(
            _("Another till of this branch is called “%(id)s” already; give this one another name.")
            % {"id": external_id or name}
        ) from None
    if not found:
        raise UnknownPlace(_("This till no longer exists; reload the page."))
    return till_id


def archive_branch(*, branch_id: int, archived: bool = True) -> None:
    """Leave a branch out of what can be chosen from now on, or take it in again; its orders stay.

    Raises UnknownPlace.
    """
    if not Branch.objects.filter(pk=branch_id).update(active=not archived):
        raise UnknownPlace(_("This branch no longer exists; reload the page."))


def archive_till(*, till_id: int, archived: bool = True) -> None:
    """As `archive_branch`, of a till."""
    if not Till.objects.filter(pk=till_id).update(active=not archived):
        raise UnknownPlace(_("This till no longer exists; reload the page."))


def _clean(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()[:NAME_LENGTH_MAX]
