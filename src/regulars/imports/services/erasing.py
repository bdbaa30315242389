"""What files leave of somebody who is erased."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.imports import folders
from regulars.imports.models import Import
from regulars.imports.types import WORKING
from regulars.kit.personal import Whom

LOOKED_AT = 2_000
"""Rows set aside that are looked at in one go."""
DIGITS = 10
"""Of a number; what comes before is the country's code, which is written in many ways."""

_NEXT = """
SELECT id, values FROM imports_rejectedrow WHERE id > %s AND values <> '[]' ORDER BY id LIMIT %s
"""
_BLANK = "UPDATE imports_rejectedrow SET values = '[]' WHERE id = ANY(%s)"


def why_not_now(whom: Whom) -> str:
    """While a file is being read, it may bring back whom we erase."""
    working = Import.objects.filter(state__in=[state.value for state in WORKING])
    if working.exists():
        return _("A file is being brought in right now, and they may be in it. Wait until it is done.")
    return ""


def erase_copies(whom: Whom, now: datetime, limit: int) -> int:
    """Delete our copies of files and their first rows: nobody can say of a file who is not in it.

    They are kept for 30 days only. What was read from them stays; files of watched folders are the shop's.
    """
    kept = Import.objects.exclude(state__in=[state.value for state in WORKING])
    kept = kept.filter(~Q(file="") | Q(preview__isnull=False)).order_by("id")
    ids = list(kept.values_list("id", flat=True)[:limit])
    for import_id in ids:
        Import.objects.filter(pk=import_id).update(file="", preview=None)
        folders.remove(import_id)
    return len(ids)


def erase_refused_rows(whom: Whom, now: datetime, limit: int) -> int:
    """Empty rows that were set aside and name them; why they were set aside stays."""
    after, blanked = 0, 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_NEXT, [after, LOOKED_AT])
            rows = cursor.fetchall()
        if not rows:
            return blanked
        after = rows[-1][0]
        naming = [id_ for id_, values in rows if names(values, whom.values)]
        if naming:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_BLANK, [naming])
            blanked += len(naming)


def names(cells: str, values: Sequence[str]) -> bool:
    """Whether a row's cells quote one of these, in whatever case; of numbers the last ten digits count."""
    folded = [_fold(value) for value in values]
    numbers = {digits[-DIGITS:] for value in values if len(digits := _digits(value)) >= DIGITS}
    for _column, cell in json.loads(cells):
        told = _fold(str(cell))
        if any(value in told for value in folded):
            return True
        if len(digits := _digits(told)) >= DIGITS and digits[-DIGITS:] in numbers:
            return True
    return False


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("ё", "е").split())


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())
