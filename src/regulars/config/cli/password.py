"""`regulars password EMAIL`: a way in for an owner who is locked out."""

from __future__ import annotations

import click

from regulars.config.cli.setup import require_database
from regulars.config.words import gettext as _


@click.command(help=_("Print a link by which somebody sets a new password."))
@click.argument("email")
@click.option(
    "--without-second-step",
    is_flag=True,
    help=_("Also turn two-step sign-in off, for who has lost the telephone."),
)
def password(email: str, without_second_step: bool) -> None:
    """Whoever may run this on the machine may come in; the audit log notes it."""
    require_database()
    from django.urls import reverse

    from regulars.config import env
    from regulars.kit import clock
    from regulars.team import queries, services
    from regulars.team.errors import UnknownUser

    user_id, now = queries.user_id_of(email), clock.now()
    if user_id is None:
        raise UnknownUser(_("Nobody of the team signs in with %(email)s.") % {"email": email})
    made = services.make_password_link(user_id=user_id, by=None, now=now)
    port = env.integer("PORT", 8000, low=1, high=65535)
    origin = next(iter(env.words("REGULARS_ORIGINS")), f"http://127.0.0.1:{port}")
    url = origin + reverse("new-password", args=[made.token])
    if without_second_step and services.remove_second_step(user_id=user_id, by=None, now=now):
        click.echo(_("Two-step sign-in is off for this account."), err=True)
    click.echo(_("Open this link within a day, once: %(url)s") % {"url": url})
