"""The embedded database of an installation: where its files are, and having it run for a while."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

from regulars.config import database, env, home
from regulars.config.local import account as accounts
from regulars.config.local import installation, places
from regulars.config.local.errors import AlreadyRuns, LocalError
from regulars.config.local.postgres import EmbeddedPostgres
from regulars.config.words import gettext as _

Say = Callable[[str], None]


@contextlib.contextmanager
def running(folder: Path, say: Say) -> Iterator[EmbeddedPostgres]:
    """Within the block the installation's server runs, and its address can be found (`database.url`).

    Whoever calls it holds the installation (`installation.only_one`).
    """
    server = EmbeddedPostgres(data_folder(folder, say))
    say(_("Starting the database…"))
    address_file = database.running_file()
    with server:
        home.write_secretly(address_file, json.dumps({"url": server.url(), "pid": os.getpid()}))
        try:
            yield server
        finally:
            address_file.unlink(missing_ok=True)


def data_folder(folder: Path, say: Say) -> Path:
    """Where the database's files are: remembered, so that they are found again whatever changes."""
    note = folder / "database_folder"
    known = home.read_text(note)
    if known:
        return Path(known)
    wanted = folder / "postgres"
    account = accounts.for_database()
    chosen = places.data_folder(wanted, account)
    if chosen == wanted:
        return wanted
    if wanted.exists():
        raise LocalError(
            _("The user %(user)s cannot enter %(path)s any more; let it pass through the folders above.")
            % {"user": account.name if account else "", "path": wanted}
        )
    say(
        _("The database's user cannot enter %(wanted)s; the data are kept in %(chosen)s.")
        % {"wanted": folder, "chosen": chosen}
    )
    home.write_secretly(note, str(chosen))
    return chosen


@contextlib.contextmanager
def at_hand(say: Say, *, alone: bool = False) -> Iterator[None]:
    """Within the block there is a database to work with: the outside one, or ours, started if need be.

    With `alone` nobody else may work with the installation meanwhile; else one that runs is used as it is.
    Told to end, everything that was begun is cleared up on the way out. Raises LocalError.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_ending_orderly())
        if env.secret("DATABASE_URL"):
            yield
            return
        folder = installation.open_folder()
        try:
            stack.enter_context(installation.only_one(folder, "regulars backup/restore"))
        except AlreadyRuns:
            if alone:
                raise
            if database.url() is None:
                raise LocalError(_("Regulars is just starting here; try again in a moment.")) from None
        else:
            stack.enter_context(running(folder, say))
        yield


@contextlib.contextmanager
def _ending_orderly() -> Iterator[None]:
    """Within the block SIGTERM and SIGHUP end us like any error does: through all that clears up."""

    def leave(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    numbers = [n for n in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) != signal.SIG_IGN]
    before = {number: signal.signal(number, leave) for number in numbers}  # `nohup` is respected
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
