"""Taking an import back."""

from __future__ import annotations

from regulars.imports.types import UndoPlan


def plan_undo(*, import_id: int) -> UndoPlan:
    """What undoing this import would remove, restore and keep, and what it already caused."""
    raise NotImplementedError
