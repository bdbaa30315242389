from __future__ import annotations

import os
import signal
import subprocess
import sys

from regulars.config.local import parent

CHILD = """
import signal
from regulars.config.local import parent
parent.end_with_it()
print("watching", flush=True)
signal.pause()
"""


def test_a_child_ends_when_the_other_end_of_the_pipe_closes() -> None:
    reading, writing = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-c", CHILD],
        pass_fds=[reading],
        env=os.environ | {parent.VARIABLE: str(reading)},
        stdout=subprocess.PIPE,
    ) as child:
        os.close(reading)
        assert child.stdout is not None
        assert child.stdout.readline() == b"watching\n"
        assert child.poll() is None
        os.close(writing)
        assert child.wait(10) == -signal.SIGTERM


def test_without_a_parent_nothing_is_watched() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"watching\n"
        child.terminate()
        assert child.wait(10) == -signal.SIGTERM
