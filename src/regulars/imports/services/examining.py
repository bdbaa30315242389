"""Looking at a file before it is brought in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from regulars.imports import queries, rules
from regulars.imports.kinds.opening import opening_of
from regulars.imports.kinds.tabled import reading_options
from regulars.imports.models import Import
from regulars.imports.types import State


def examine(row: Import) -> None:
    """Make the preview. Where nobody chose columns yet, those used last for the same columns are tried."""
    preview = _preview(row, row.mapping)
    mapping = row.mapping
    if not mapping:
        known = queries.saved_mapping(preview["kind"], rules.columns_key(rules.columns_of(preview)))
        tried = _preview(row, known, preview["kind"]) if known else None
        if known and tried and not tried["problem"]:
            preview, mapping = tried, known
    Import.objects.filter(pk=row.pk, state=State.EXAMINING.value).update(
        state=State.EXAMINED.value,
        kind=row.kind or preview["kind"],
        mapping=mapping,
        preview=preview,
        total=sum(part["rows"] for part in preview["parts"]),
        attempts=0,
    )


def _preview(row: Import, mapping: dict[str, str], kind: str | None = None) -> dict[str, Any]:
    from regulars.analytics.compute.reading import preview
    from regulars.analytics.progress import Silent

    opening = replace(opening_of(row), mapping=mapping)
    how = reading_options(opening)
    made = preview([opening.path], kind or row.kind or None, how, Silent())  # type: ignore[arg-type]
    built: dict[str, Any] = msgspec.to_builtins(made)
    return built
