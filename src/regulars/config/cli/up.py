"""`regulars up`: everything on this machine."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from regulars.config.env import integer
from regulars.config.words import gettext as _


@click.command(help=_("Start everything on this machine and stay until Ctrl-C."))
@click.option(
    "--port", type=click.IntRange(1, 65535), default=None, help=_("Port to listen on (PORT, 8000).")
)
@click.option("--demo/--no-demo", default=True, help=_("Fill the demo shop on the first start."))
def up(port: int | None, demo: bool) -> None:
    """Run the supervisor."""
    from regulars.config.local.supervisor import Supervisor

    chosen = port or integer("PORT", 8000, low=1, high=65535)
    Supervisor(port=chosen, demo=demo, say=_say, announce=_announce).run()


def _say(line: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone; that is no reason to stop halfway
        click.echo(line, err=True)


def _announce(address: str, folder: Path) -> None:
    """Print where to go and how to sign in, so that it stands out among what is printed around it."""
    from rich.console import Console
    from rich.panel import Panel
    from rich.table import Table

    from regulars.config.local import owner

    table = Table.grid(padding=(0, 2))
    table.add_row(_("Open"), f"[bold]{address}[/bold]")
    made = owner.read(folder)
    if made is None:
        table.add_row(_("Sign in"), _("with your own e-mail and password"))
    else:
        table.add_row(_("E-mail"), f"[bold]{made.email}[/bold]")
        table.add_row(_("Password"), f"[bold]{made.password}[/bold]")
    table.add_row(_("Data"), str(folder))
    table.add_row(_("Stop"), "Ctrl-C")
    Console(highlight=False).print(Panel(table, title="Regulars", expand=False, padding=(1, 2)))
