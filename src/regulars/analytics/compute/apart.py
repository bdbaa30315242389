"""Heavy work in a process of its own, whose memory goes back when it ends.

The worker starts it (`make_figures_apart`, `work_apart`), and it ends with the worker: it holds the reading
end of a pipe, and the end of the pipe is the news.
`python -m regulars.analytics.compute.apart PACKAGE.MODULE:NAME ARGUMENT`
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from regulars.analytics.compute import address
from regulars.analytics.errors import LakeError

LOOK_SECONDS = 1.0
REFUSED = 3
"""How it ends where a person can do something about it; what, it has said."""
_FIGURES = "regulars.analytics.compute.apart:figures"


def make_figures_apart(now: datetime, *, enough: Callable[[], bool] = lambda: False) -> bool:
    """Wait for a run over everybody as of `now`; False if `enough`, asked each second, ended it before.

    Raises as `work_apart` does.
    """
    return work_apart(_FIGURES, now.isoformat(), enough=enough)


def work_apart(work: str, argument: str, *, enough: Callable[[], bool] = lambda: False) -> bool:
    """Wait for the function `work` (`package.module:name`), called with `argument`; False if `enough`, asked
    each second, ended it before.

    Raises LakeError with what was said, and RuntimeError where it failed otherwise: the reason stands in
    the log.
    """
    environment = os.environ | {
        "DATABASE_URL": address.url(),
        "REGULARS_HOME": str(settings.HOME),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "regulars.config.settings"),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "regulars.analytics.compute.apart", work, argument],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        if not _wait(process, enough):
            return False
        said = process.stdout.read().strip() if process.stdout else ""
    if process.returncode == REFUSED:
        raise LakeError(said)
    if process.returncode:
        raise RuntimeError(f"{work} was not done: its process ended with {process.returncode}")
    return True


def figures(moment: str) -> None:
    """A run over everybody, in this process."""
    from regulars.analytics.compute.full_run import make_all_figures
    from regulars.analytics.progress import Silent

    make_all_figures(now=datetime.fromisoformat(moment), progress=Silent())


def _wait(process: subprocess.Popen[str], enough: Callable[[], bool]) -> bool:
    while True:
        try:
            process.wait(timeout=LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if enough():
                process.kill()  # whatever it was at, all stays as it was
                return False
        else:
            return True


def main(work: str, argument: str) -> int:
    """The process itself."""
    import django

    django.setup()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    module, _, name = work.partition(":")
    try:
        getattr(importlib.import_module(module), name)(argument)
    except LakeError as error:
        sys.stdout.write(error.message)
        return REFUSED
    return 0


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
