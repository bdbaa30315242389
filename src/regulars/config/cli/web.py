"""`regulars web`: the web server."""

from __future__ import annotations

import multiprocessing

import click

from regulars.config.cli.setup import require_database, require_ready_to_write, require_secret_key
from regulars.config.env import integer, text
from regulars.config.words import gettext as _

THREADS = 24
"""Calls with events mostly wait, for a commit that serves all who came meanwhile: the more may wait at once,
the fewer commits are needed. A page waits its turn for one of the ten connections to the database."""


@click.command(help=_("Serve the console."))
@click.option("--host", default=None, help=_("Address to listen on (REGULARS_BIND, 127.0.0.1)."))
@click.option(
    "--port", type=click.IntRange(1, 65535), default=None, help=_("Port to listen on (PORT, 8000).")
)
def web(host: str | None, port: int | None) -> None:
    """Run Granian until it is told to stop."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from regulars.config.local import parent

    require_secret_key()
    require_database()
    require_ready_to_write()
    # Its processes load everything anew: nothing of ours, no open connection either, is shared with them.
    multiprocessing.set_start_method("spawn")
    parent.end_with_it()
    Server(
        "regulars.config.wsgi:application",
        address=host or text("REGULARS_BIND", "127.0.0.1"),
        port=port or integer("PORT", 8000, low=1, high=65535),
        interface=Interfaces.WSGI,
        workers=integer("REGULARS_WEB_WORKERS", 1, low=1, high=64),
        blocking_threads=integer("REGULARS_WEB_THREADS", THREADS, low=1, high=64),
        log_level=LogLevels.error,  # it would warn of so many threads
        workers_kill_timeout=5,
    ).serve()
