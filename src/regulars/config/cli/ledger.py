"""`regulars ledger verify`: proves the books of points."""

from __future__ import annotations

import click
from django.utils.translation import gettext, ngettext

from regulars.config.cli.setup import require_database
from regulars.config.words import gettext as _

LISTED = 100


@click.group("ledger", help=_("The books of points."))
def ledger() -> None:
    """Reads only."""
    require_database()


@ledger.command(help=_("Prove that all balances of points are the sums of their postings."))
@click.option(
    "--findings",
    "limit",
    type=click.IntRange(1, 1_000),
    default=LISTED,
    show_default=True,
    help=_("How much of what does not agree is listed at most."),
)
def verify(limit: int) -> None:
    """What was gone through, a line for whatever does not agree; exits with 1 if there is such a line."""
    from regulars.loyalty import queries
    from regulars.loyalty.wording.findings import finding_sentence

    checked = queries.verify(limit_findings=limit)
    click.echo(
        gettext("postings: %(postings)s, wallets: %(wallets)s, lots: %(lots)s, holds: %(holds)s")
        % {
            "postings": checked.postings,
            "wallets": checked.wallets,
            "lots": checked.lots,
            "holds": checked.holds,
        }
    )
    for finding in checked.findings:
        click.echo(finding_sentence(finding))
    if not checked.findings:
        click.echo(gettext("The books agree."))
        return
    count = len(checked.findings)
    click.echo(
        gettext("There is more than what is listed here.")
        if checked.more
        else ngettext("%(count)s thing does not agree.", "%(count)s things do not agree.", count)
        % {"count": count},
        err=True,
    )
    raise SystemExit(1)
