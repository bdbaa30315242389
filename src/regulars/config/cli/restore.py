"""`regulars restore`: a backup back into an empty installation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from regulars.config.cli.setup import require_database, say
from regulars.config.words import gettext as _

if TYPE_CHECKING:
    from regulars.config.backups.manifest import Manifest


@click.command(help=_("Bring a backup back into an empty installation."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def restore(file: Path) -> None:
    """First the file is read whole, then everything is written in one transaction; may be run again."""
    from regulars.config.backups import container
    from regulars.config.backups import restore as restoring
    from regulars.config.cli import backup
    from regulars.config.local import embedded

    with container.read(file) as reading:
        say(_("Checking the backup…"))
        reading.check()
        with embedded.at_hand(say, alone=True):
            address = require_database()
            _require_not_later(reading.manifest)
            _let_go()
            if restoring.require_empty(address, reading.manifest):
                say(_("Its rows are there already; going on after them."))
            else:
                say(_("Bringing the backup back…"))
                restoring.bring_back(reading, url=address)
            _settle()
            restoring.finish(address)
        manifest = reading.manifest
    click.echo(
        _("Restored: the backup of %(moment)s, made by release %(version)s.")
        % {"moment": f"{manifest.made_at:%Y-%m-%d %H:%M} UTC", "version": manifest.version}
    )
    backup.tell_counts(manifest.tables)
    click.echo(_("All tables (%(count)s) hold what the backup says.") % {"count": len(manifest.tables)})
    backup.tell_keys(restored=True)


def _require_not_later(manifest: Manifest) -> None:
    """Refuse what a later release has made: this one would not understand it."""
    from django.db.migrations.loader import MigrationLoader

    from regulars.config.backups import restore as restoring
    from regulars.config.backups.errors import BackupError

    known = MigrationLoader(None).disk_migrations
    if restoring.later_migrations(manifest, lambda app, name: (app, name) in known):
        raise BackupError(
            _(
                "This backup was made by release %(version)s, which is later than this one. "
                "Bring this installation up to date first, then restore."
            )
            % {"version": manifest.version}
        )


def _settle() -> None:
    """Make right what has to be before anybody comes in: release, epoch, lake. May be repeated."""
    from django.db import transaction

    from regulars.analytics import services as analytics
    from regulars.config.cli import migrate
    from regulars.events import services as events
    from regulars.kit import clock

    if migrate.needed():
        say(_("Bringing the database to this release…"))
        migrate.apply(verbosity=0)
    events.open_epoch_if_moved(now=clock.now())
    with transaction.atomic():
        analytics.forget_lake()
        analytics.request_figures()
    _let_go()


def _let_go() -> None:
    from django.db import connection

    connection.close()
