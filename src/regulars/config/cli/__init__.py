"""The command line: `regulars <command>`; one module per command, loaded when it is asked for."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; what the person did wrong is said in a line, without a traceback."""
    from regulars.config.env import SettingError
    from regulars.kit.errors import RegularsError

    try:
        from regulars.config.cli.commands import regulars

        regulars(prog_name="regulars")
    except (RegularsError, SettingError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
