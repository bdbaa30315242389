"""`regulars worker`: what runs in the background."""

from __future__ import annotations

import time

import click

from regulars.config.cli.setup import (
    NoDatabase,
    require_database,
    require_ready_to_write,
    require_secret_key,
    say,
)
from regulars.config.env import integer
from regulars.config.words import gettext as _

READER_SECONDS = 5.0
"""So long may the batch that the reader of the log is at go on; cut off, it is handled again."""
GRACE_SECONDS = 2.0
"""So long may running jobs go on when the worker is told to stop; then they are asked to leave off."""
ASKED_EVERY_SECONDS = 0.5
DATABASE_SECONDS = 60
"""So long a database is waited for that starts again: `regulars up` stops where the worker keeps ending."""


@click.command(help=_("Do what has to be done in the background."))
def worker() -> None:
    """Run Procrastinate's worker until it is told to stop."""
    from regulars.config.local import parent

    require_secret_key()
    parent.end_with_it()
    await_database(integer("REGULARS_WORKER_DATABASE_WAIT", DATABASE_SECONDS, low=0, high=3600))
    require_ready_to_write()

    from procrastinate.contrib.django import app

    from regulars.events.running import Reader
    from regulars.kit import clock

    reader = Reader(clock.now)
    reader.start()
    try:
        with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
            app.run_worker(
                name="regulars",
                concurrency=integer("REGULARS_WORKER_THREADS", 3, low=2, high=32),  # one of them for the tick
                delete_jobs="successful",
                shutdown_graceful_timeout=GRACE_SECONDS,
            )
    finally:
        reader.stop(READER_SECONDS)


def await_database(seconds: float) -> None:
    """Wait until the database answers. Raises NoDatabase where there is none, or it stays away that long."""
    from regulars.config import database

    until, told = time.monotonic() + seconds, False
    while True:
        try:
            require_database()
            return
        except NoDatabase as error:
            if database.url() is None or time.monotonic() >= until:
                raise
            if not told:
                say(str(error))
            told = True
            time.sleep(ASKED_EVERY_SECONDS)
