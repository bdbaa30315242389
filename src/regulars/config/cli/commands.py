"""The list of commands. A command's module is loaded only when that command or the help is asked for."""

from __future__ import annotations

import importlib

import click

from regulars.config.words import gettext as _

COMMANDS = {
    "audit": "regulars.config.cli.audit",
    "await-audit": "regulars.config.cli.await_audit",
    "backup": "regulars.config.cli.backup",
    "events": "regulars.config.cli.events",
    "import": "regulars.config.cli.imports:bring_in",
    "ledger": "regulars.config.cli.ledger",
    "manage": "regulars.config.cli.manage",
    "migrate": "regulars.config.cli.migrate",
    "password": "regulars.config.cli.password",
    "prepare": "regulars.config.cli.prepare",
    "restore": "regulars.config.cli.restore",
    "up": "regulars.config.cli.up",
    "upgrade": "regulars.config.cli.upgrade",
    "web": "regulars.config.cli.web",
    "worker": "regulars.config.cli.worker",
}


class Commands(click.Group):
    """Finds `<name>` as the function of that name in its module, or as the one named there."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        place, _colon, function = module.partition(":")
        command: click.Command = getattr(
            importlib.import_module(place), function or cmd_name.replace("-", "_")
        )
        return command


@click.command(cls=Commands, help=_("Regulars turns one-time buyers into regulars."))
@click.version_option(package_name="regulars", prog_name="regulars")
def regulars() -> None:
    """The root of all commands."""
