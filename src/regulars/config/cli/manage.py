"""`regulars manage …`: Django's own commands."""

from __future__ import annotations

import click

from regulars.config.words import gettext as _


@click.command(
    help=_("Run one of Django's commands."),
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Hand everything over to Django."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["regulars manage", *arguments])
