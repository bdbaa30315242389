"""Taking an import back, batch by batch, the last first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from regulars.imports.models import Import
from regulars.imports.types import UndoPlan


def plan_undo(*, import_id: int) -> UndoPlan:
    """What undoing this import would remove, restore and keep, and what it already caused."""
    raise NotImplementedError


def take_back(row: Import, clock: Callable[[], datetime], enough: Callable[[], bool]) -> None:
    raise NotImplementedError
