"""What `regulars audit` is doing, as a line in the terminal once it takes longer than a moment."""

from __future__ import annotations

import threading
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from regulars.analytics.wording.numbers import plain

SHOW_AFTER_SECONDS = 2.0


class TerminalProgress:
    """A bar on standard error; nothing at all where that is no terminal, or the work is done at once."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("", total=None)
        self._later = threading.Timer(SHOW_AFTER_SECONDS, self._progress.start)
        self._later.daemon = True
        self._visible = console.is_terminal

    def step(self, text: str, done: float | None = None) -> None:
        """A new part, or how far the present one is (0 to 1)."""
        total = None if done is None else 1.0
        self._progress.update(self._task, description=plain(text), total=total, completed=done or 0.0)

    def __enter__(self) -> TerminalProgress:
        if self._visible:
            self._later.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._later.cancel()
        if self._visible:
            self._progress.stop()
