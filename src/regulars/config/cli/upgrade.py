"""`regulars upgrade`: what a server does after new code came."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from regulars.config.cli.setup import require_database, require_ready_to_write, say
from regulars.config.words import gettext as _
from regulars.kit.errors import RegularsError


@click.command(help=_("Bring the database to this release, with a backup first."))
@click.option(
    "--backup",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help=_("File for the backup made first."),
)
@click.option("--no-backup", is_flag=True, help=_("Make none."))
def upgrade(file: Path | None, no_backup: bool) -> None:
    """Web and workers are stopped before and started after it."""
    from regulars.config.cli import backup, migrate
    from regulars.config.local import embedded

    with embedded.at_hand(say):
        require_database()
        if not migrate.needed():
            require_ready_to_write()
            click.echo(_("The database is of this release already."))
            return
        chosen = None if no_backup else file or _ask()
        if chosen is not None:
            backup.write(chosen)
        say(_("Bringing the database to this release…"))
        migrate.apply(verbosity=0)
        require_ready_to_write()
        click.echo(_("Done. Start web and workers again."))


def _ask() -> Path:
    if not sys.stdin.isatty():
        raise RegularsError(_("Name a file for the backup (--backup FILE), or do without one (--no-backup)."))
    return Path(click.prompt(_("File for a backup first"), type=str))
