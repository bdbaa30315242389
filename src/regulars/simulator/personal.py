"""What the simulator keeps names nobody."""

from __future__ import annotations

from regulars.kit import personal


def declare() -> None:
    """Say what names no customer."""
    personal.free("simulator_demoshop", "tasks", "rewards", "offers")
