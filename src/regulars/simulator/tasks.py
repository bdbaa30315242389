"""What the worker does with the demo shop."""

from __future__ import annotations

from procrastinate.contrib.django import app

from regulars.kit import clock
from regulars.simulator import clearing

CLEAR = "simulator.clear_demo"
"""Asked for by this name: those who ask stand below."""


@app.task(name=CLEAR, queueing_lock=CLEAR, lock=CLEAR)
def clear_demo() -> None:
    """Take the demo shop away. May be interrupted and repeated."""
    while clearing.clear(now=clock.now(), limit=clearing.BATCH_MAX):
        pass
