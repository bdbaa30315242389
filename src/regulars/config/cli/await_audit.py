"""`regulars await-audit`: wait until the worker has made the first audit."""

from __future__ import annotations

import time

import click

from regulars.config.cli.setup import require_database
from regulars.config.words import gettext as _

WAIT_SECONDS_MAX = 120


@click.command(help=_("Wait until the first audit is made."), hidden=True)
def await_audit() -> None:
    """Wait, and give up without harm: the page says itself that the audit is being made."""
    require_database()

    from procrastinate.contrib.django.models import ProcrastinateJob

    from regulars.analytics import queries

    click.echo(_("Auditing the demo shop…"), err=True)
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while queries.latest_audit() is None:
        waiting = ProcrastinateJob.objects.filter(status__in=["todo", "doing"])
        if not waiting.exclude(task_name__startswith="regulars.").exists() and queries.latest_audit() is None:
            click.echo(_("The audit failed; what the worker said stands above."), err=True)
            return
        if time.monotonic() > deadline:
            click.echo(_("The audit takes longer; its page shows it once it is made."), err=True)
            return
        time.sleep(0.3)
