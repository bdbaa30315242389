"""Children of `regulars up` end when it ends, however it does.

Each child holds the reading end of a pipe whose writing end only `regulars up` has. Nothing is ever
written: the end of the pipe is the news. It works for `kill -9` too, and on every Unix.
"""

from __future__ import annotations

import os
import signal
import threading

VARIABLE = "REGULARS_PARENT_PIPE"
FORCE_SECONDS = 15.0


def end_with_it() -> None:
    """Watch the parent in a thread; without one (started by hand, by systemd) do nothing."""
    descriptor = os.environ.pop(VARIABLE, "")
    if descriptor.isdecimal():
        os.set_inheritable(int(descriptor), False)
        threading.Thread(target=_watch, args=[int(descriptor)], name="parent", daemon=True).start()


def _watch(descriptor: int) -> None:
    try:
        os.read(descriptor, 1)
    except OSError:
        return
    # To the main thread itself: it may wait for something, and another thread's signal would not wake it.
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    # `regulars up` made us the head of a group of our own: what we started goes with us.
    force = threading.Timer(FORCE_SECONDS, os.killpg, args=[os.getpid(), signal.SIGKILL])
    force.daemon = True
    force.start()
