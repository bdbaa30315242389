"""`python -m tests.analytics.compute.dying_run MOMENT [BYTES]`: bring the lake up to date, and die at it.

MOMENT: "written" (the files are, the manifest is not), "switching" (within that transaction), "switched";
or "full": no file may become larger than BYTES, and what is said about it is printed.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from typing import Any, NoReturn


def die(*_args: Any, **_values: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def main(moment: str, size: int) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
    import django

    django.setup()
    from django.utils import translation

    from regulars.analytics import services
    from regulars.analytics.compute import lake
    from regulars.analytics.compute.engine import connection
    from regulars.analytics.compute.postgres import snapshot
    from regulars.analytics.errors import LakeError
    from regulars.analytics.services import lake as manifest
    from regulars.events import queries as marks
    from regulars.kit import clock

    places: dict[str, tuple[Any, str]] = {
        "written": (services, "switch_files"),
        "switching": (manifest.events, "forget_touched"),
        "switched": (lake, "_tidy"),
    }
    if moment == "full":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    else:
        setattr(*places[moment], die)
    with translation.override("en"), connection(threads=1) as con, snapshot() as shop:
        try:
            lake.bring_up_to_date(con, shop, marks=marks.touched_months(1000), now=clock.now())
        except LakeError as error:
            print(error.message)
            return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int((sys.argv[2:] or ["0"])[0])))
