"""The processes `regulars up` starts: each in a group of its own, ending when `regulars up` ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from regulars.config.local import parent

AUDIT_ASKED = 10
"""Exit code of `regulars prepare`: all went well, and the worker has a first audit to make."""
STOP_SECONDS_MAX = 10.0
"""A web server or worker that is not gone by then is killed; all they do may be repeated."""


class Lifeline:
    """The pipe by which children notice our end (see `parent`)."""

    def __init__(self) -> None:
        self.reading, self._writing = os.pipe()  # neither is inherited unless passed on purpose

    def close(self) -> None:
        """Let go of both ends: children that still run take it as our end."""
        for descriptor in (self.reading, self._writing):
            with contextlib.suppress(OSError):
                os.close(descriptor)


class Child:
    """One of our own commands, as a process."""

    def __init__(self, name: str, arguments: Sequence[str], lifeline: Lifeline) -> None:
        self.name = name
        self.started_at = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "regulars", *arguments],
            stdin=subprocess.DEVNULL,
            pass_fds=[lifeline.reading],
            env=os.environ | {parent.VARIABLE: str(lifeline.reading), "PYTHONUTF8": "1"},
            process_group=0,  # Ctrl-C is ours to handle, and a whole group can be killed at once
        )

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def seconds(self) -> float:
        """For how long it has run."""
        return time.monotonic() - self.started_at

    def ask_to_stop(self) -> None:
        """Tell it to finish; returns at once."""
        if self.exit_code() is None:
            self._process.terminate()

    def wait_or_kill(self, deadline: float) -> None:
        """Wait for its end until the deadline (of `time.monotonic`), then kill it and all it started."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, deadline - time.monotonic()))
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def stop(children: Sequence[Child]) -> None:
    """Stop all of them side by side."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + STOP_SECONDS_MAX
    for child in children:
        child.wait_or_kill(deadline)
