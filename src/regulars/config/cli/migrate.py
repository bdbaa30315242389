"""`regulars migrate`: bring the database to this release."""

from __future__ import annotations

import click

from regulars.config.cli.setup import require_database
from regulars.config.words import gettext as _


@click.command(help=_("Bring the database to this release."))
def migrate() -> None:
    """Check the database and migrate it."""
    require_database()
    apply(verbosity=1)


def needed() -> bool:
    """Whether this release wants something of the database that is not there yet."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def apply(*, verbosity: int) -> None:
    """Run Django's migrations, which may take longer than a page's statements."""
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    try:
        call_command("migrate", interactive=False, verbosity=verbosity)
    finally:
        connection.close()
