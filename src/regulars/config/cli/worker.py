"""`regulars worker`: what runs in the background."""

from __future__ import annotations

import click

from regulars.config.cli.setup import require_database, require_ready_to_write, require_secret_key
from regulars.config.env import integer
from regulars.config.words import gettext as _

READER_SECONDS = 5.0
"""So long may the batch that the reader of the log is at go on; cut off, it is handled again."""
GRACE_SECONDS = 2.0
"""So long may running jobs go on when the worker is told to stop; then they are asked to leave off."""


@click.command(help=_("Do what has to be done in the background."))
def worker() -> None:
    """Run Procrastinate's worker until it is told to stop."""
    require_secret_key()
    require_database()
    require_ready_to_write()

    from procrastinate.contrib.django import app

    from regulars.config.local import parent
    from regulars.events.running import Reader
    from regulars.kit import clock

    parent.end_with_it()
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
