"""`regulars await-audit`: wait until the worker has made the first figures."""

from __future__ import annotations

import time

import click

from regulars.config.cli.setup import require_database
from regulars.config.words import gettext as _

WAIT_SECONDS_MAX = 120


@click.command(help=_("Wait until the first figures are made."), hidden=True)
def await_audit() -> None:
    """Wait, and give up without harm: the pages say themselves that figures are being made."""
    require_database()

    from regulars.analytics import queries

    click.echo(_("Computing the first figures…"), err=True)
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while queries.latest_run_id() is None:
        # In this order: between the two questions the work may have ended well.
        work = queries.figures_work()
        if work != "making" and queries.latest_run_id() is None:
            if work == "failed":
                click.echo(
                    _("The figures could not be computed; what the worker said stands above."), err=True
                )
            return
        if time.monotonic() > deadline:
            click.echo(_("The figures take longer; the pages show them once they are there."), err=True)
            return
        time.sleep(0.3)
