"""`regulars backup`: everything in the database as one file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from regulars.config.cli.setup import require_database, say
from regulars.config.words import gettext as _


@click.command(help=_("Write a backup of everything in the database to a new file."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Regulars may run meanwhile: what is written is of one moment."""
    from regulars.config.backups import container
    from regulars.config.local import embedded

    container.require_new(file)
    with embedded.at_hand(say):
        write(file)


def write(file: Path) -> None:
    """Make a backup of the database that is at hand, and tell what is in it."""
    from regulars.config.backups import dump
    from regulars.kit import clock

    address = require_database()
    say(_("Writing the backup…"))
    manifest = dump.make(file, url=address, now=clock.now())
    size = file.stat().st_size / 1_000_000
    click.echo(_("Written: %(path)s (%(size)s MB).") % {"path": file, "size": f"{size:.1f}"})
    tell_counts(manifest.tables)
    tell_keys()


def tell_counts(tables: Mapping[str, int]) -> None:
    """How much of what matters is in it."""
    click.echo(
        _("Customers: %(customers)s, orders: %(orders)s, events: %(events)s.")
        % {
            "customers": tables.get("customers_person", 0),
            "orders": tables.get("commerce_order", 0),
            "events": tables.get("events", 0),
        }
    )


def tell_keys(*, restored: bool = False) -> None:
    """What is not in it, on purpose."""
    from regulars.config import env, home

    place = home.folder() / "secret_key"
    named = "REGULARS_SECRET_KEY" if env.secret("REGULARS_SECRET_KEY") else str(place)
    text = (
        _(
            "The installation's key is not in a backup: before the start put the old one to %(place)s. With "
            "another key everybody signs in anew, and second steps of signing in have to be set up again."
        )
        if restored
        else _("The installation's key (%(place)s) is not in the backup: keep a copy of it elsewhere.")
    )
    click.echo(text % {"place": named})
