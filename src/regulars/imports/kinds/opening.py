"""Opening an import's file, if it is still the one that was taken."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.imports import folders, registry
from regulars.imports.errors import ImportProblem
from regulars.imports.kinds.work import Opening, Work
from regulars.imports.models import Import
from regulars.team import queries as team

BLOCK = 1024 * 1024


def open_work(stack: ExitStack, row: Import) -> Work:
    """The file as work; `stack` closes it. Raises InputError and ImportProblem."""
    kind = registry.kind(row.kind)
    return kind.open(stack, opening_of(row))


def opening_of(row: Import) -> Opening:
    """How to read it, in the shop's zone and currency of today."""
    shop = team.shop()
    return Opening(
        path=checked_copy(row),
        mapping=row.mapping,
        source=row.source,
        timezone=shop.timezone,
        currency=shop.currency,
    )


def checked_copy(row: Import) -> Path:
    """Our copy, byte for byte as it was taken. Raises ImportProblem."""
    path = folders.copy_of(row.pk, row.file)
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except FileNotFoundError as error:
        raise ImportProblem(
            _("Our copy of the file is gone. Bring the file in again: what is in already stays."),
            code="copy_gone",
        ) from error
    if digest.hexdigest() != row.sha256:
        raise ImportProblem(
            _("Our copy of the file was changed. Bring the file in again: what is in already stays."),
            code="copy_changed",
        )
    return path
