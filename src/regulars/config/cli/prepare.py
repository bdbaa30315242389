"""`regulars prepare`: what `regulars up` does to the database before anybody may come in."""

from __future__ import annotations

import click

from regulars.config.cli.setup import require_database, require_ready_to_write
from regulars.config.words import gettext as _


@click.command(help=_("Make the database, the first owner and the demo shop ready."), hidden=True)
@click.option("--demo/--no-demo", default=True, help=_("Fill the demo shop if this is the first start."))
def prepare(demo: bool) -> None:
    """Everything here may be interrupted and done again."""
    from regulars.config.cli import migrate
    from regulars.config.local.children import AUDIT_ASKED

    require_database()
    if migrate.needed():
        click.echo(_("Bringing the database to this release…"), err=True)
        migrate.apply(verbosity=0)
    require_ready_to_write()

    from regulars.analytics import queries as analytics
    from regulars.analytics import services as analytics_services
    from regulars.commerce import queries as commerce
    from regulars.team import queries as team

    first = not team.has_owner()
    if first and demo and not commerce.any_orders():
        _fill_demo()
    _settle_owner(first)
    if commerce.any_orders() and analytics.latest_run_id() is None:
        analytics_services.request_figures()
        raise SystemExit(AUDIT_ASKED)


class _Lines:
    """Prints each part of the work once, as it begins."""

    def __init__(self) -> None:
        self.last = ""

    def step(self, text: str, done: float | None = None) -> None:
        if text != self.last:
            click.echo(f"{text}…", err=True)
        self.last = text


def _fill_demo() -> None:
    from regulars.kit import clock
    from regulars.simulator import demo

    demo.fill(now=clock.now(), progress=_Lines())


def _settle_owner(first: bool) -> None:
    """Make the first owner; later, forget the made password once it was changed."""
    from django.contrib.auth.backends import ModelBackend

    from regulars.config import home, words
    from regulars.config.local import installation, owner
    from regulars.kit import clock
    from regulars.team import services as team

    folder = installation.open_folder() if first else home.folder()
    if first:
        made = owner.invent()
        # Written first: an owner whose password nobody knows would be worse than a password without owner.
        owner.write(folder, made)
        team.create_owner(
            email=made.email,
            password=made.password,
            now=clock.now(),
            language=words.language(),
            made_up=True,
        )
        return
    known = owner.read(folder)
    if known and not ModelBackend().authenticate(None, username=known.email, password=known.password):
        owner.forget(folder)
