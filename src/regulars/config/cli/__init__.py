"""The command line: `regulars <command>`; one module per command, loaded when it is asked for."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from regulars.config.cli.commands import regulars

    regulars()
