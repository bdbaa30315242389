"""Under which user of the system PostgreSQL runs.

PostgreSQL refuses to run as root, as it should. An ordinary person's server runs as that person; root's
runs as a user of its own that owns nothing but its data.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regulars.config.local.errors import LocalError
from regulars.config.words import gettext as _

NAME = "regulars"


@dataclass(frozen=True)
class Account:
    """A user other than the one we run as; `None` in its place means: the same."""

    name: str
    uid: int
    gid: int

    def options(self) -> dict[str, Any]:
        """What `subprocess` needs to run a program as this user, with no group but its own."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def options(account: Account | None) -> dict[str, Any]:
    """What `subprocess` needs to run a program as the account (nothing for our own user)."""
    return account.options() if account else {}


def own(path: Path, account: Account | None) -> None:
    """Give one of our own files or folders to the account."""
    if account:
        os.chown(path, account.uid, account.gid)


def may(account: Account | None, test: str, path: Path) -> bool:
    """Whether the account passes `test` ("-r", "-w", "-x") for a path; the folders above count too."""
    program = shutil.which("test") or "/usr/bin/test"
    return (
        subprocess.run([program, test, str(path)], check=False, cwd="/", **options(account)).returncode == 0
    )


def for_database() -> Account | None:
    """The account PostgreSQL shall run as: None for our own user, an unprivileged one for root.

    As root the system user `regulars` is made if it is missing; where that cannot be done, it is `nobody`.
    """
    if os.geteuid() != 0:
        return None
    found = _find(NAME)
    if found is None:
        _create()
        found = _find(NAME) or _find("nobody")
        if found is not None:
            print(
                _("PostgreSQL does not run as root; it runs as the user %(name)s.") % {"name": found.name},
                file=sys.stderr,
            )
    if found is None or found.uid == 0:
        raise LocalError(
            _(
                "PostgreSQL does not run as root, and no user for it could be made. "
                "Make one (useradd --system %(name)s) or start this as an ordinary user."
            )
            % {"name": NAME}
        )
    return found


def _find(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, entry.pw_gid)


def _create() -> None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program:
        subprocess.run(
            [program, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
            check=False,
            capture_output=True,
        )
