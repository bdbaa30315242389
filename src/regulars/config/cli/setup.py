"""What a command does before it touches the database."""

from __future__ import annotations

import os

import click

from regulars.config.words import gettext as _
from regulars.kit.errors import RegularsError


class NoDatabase(RegularsError):
    """There is no database, or it does not answer."""

    code = "no_database"


class NotUpgraded(RegularsError):
    """The database is of another release."""

    code = "not_upgraded"


def require_database() -> str:
    """Load Django and make sure that the database answers; gives its address.

    Raises NoDatabase with what to do.
    """
    import django
    from django.db import OperationalError, connection
    from django.utils import translation

    from regulars.config import database, words

    context = click.get_current_context(silent=True)
    if context is not None:  # so that the server, and a page about what stands in the way, can name us
        os.environ["PGAPPNAME"] = context.command_path
    address = database.url()
    if address is None:
        raise NoDatabase(
            _("No database: start Regulars with `make up`, or set DATABASE_URL to a PostgreSQL server.")
        )
    django.setup()
    translation.activate(words.language())
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise NoDatabase(_("The database does not answer: %(reason)s") % {"reason": reason}) from error
    return address


def say(line: str) -> None:
    """Tell how far a command is, where it does not mix with what it prints."""
    click.echo(line, err=True)


def require_secret_key() -> None:
    """Make sure that the installation has a key: without one every restart would sign everybody out."""
    from regulars.config import env, home

    if not (env.secret("REGULARS_SECRET_KEY") or home.read_text(home.folder() / "secret_key")):
        raise RegularsError(
            _("Set REGULARS_SECRET_KEY (or REGULARS_SECRET_KEY_FILE) to a random text of at least 50 signs.")
        )


def require_ready_to_write() -> None:
    """For processes that write: the database is of this release, and the log knows on which server it is.

    Raises NotUpgraded with what to do.
    """
    from regulars.config.cli import migrate
    from regulars.events import services as events
    from regulars.kit import clock

    if migrate.needed():
        raise NotUpgraded(_("The data are not of this release yet: run `regulars upgrade` first."))
    events.open_epoch_if_moved(now=clock.now())
