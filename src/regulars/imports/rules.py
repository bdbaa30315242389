"""What may be said of a file's columns, and how things without a name of their own are named."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from regulars.imports.errors import ImportProblem


def check_mapping(mapping: Mapping[str, str], fields: Collection[str]) -> None:
    """Raises ImportProblem for a field that is not among those of the kind."""
    unknown = [field for field in mapping if field not in fields]
    if unknown:
        raise ImportProblem(
            _("There is no field %(field)s here; there are %(fields)s.")
            % {"field": unknown[0], "fields": ", ".join(sorted(fields))}
        )


def columns_of(preview: Mapping[str, Any] | None) -> list[str]:
    """The names of the columns of the first part of a preview."""
    parts = (preview or {}).get("parts") or []
    return [column["name"] for column in parts[0]["columns"]] if parts else []


def columns_key(columns: Iterable[str]) -> str:
    """Stands for a set of columns, in whichever order; by it the mapping used last is found again."""
    return hashlib.sha256("\0".join(sorted(columns)).encode()).hexdigest()
