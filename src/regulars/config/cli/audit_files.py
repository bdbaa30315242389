"""Where `regulars audit` writes: checked before the work, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext

from regulars.analytics.errors import InputError

DEFAULT_NAME = "report"
TRIES_MAX = 1000
HEAD_BYTES = 2000  # of a file, in which our reports name themselves


def check_target(path: Path, option: str, sources: Sequence[Path]) -> None:
    """Refuse what cannot be written, or would overwrite what is to be read."""
    if path.is_dir():
        raise InputError(
            "bad_target",
            gettext("%(option)s %(path)s is a folder: name a file in it.") % _named(option, path),
        )
    if any(path.exists() and source.exists() and path.samefile(source) for source in sources):
        raise InputError(
            "bad_target",
            gettext("%(option)s %(path)s is one of the files to read: choose another name.")
            % _named(option, path),
        )
    folder = path.parent
    if not folder.is_dir():
        raise InputError(
            "bad_target",
            gettext("%(option)s %(path)s: there is no folder %(folder)s; make it first.")
            % (_named(option, path) | {"folder": str(folder)}),
        )
    if not os.access(path if path.exists() else folder, os.W_OK) or not (
        os.access(folder, os.W_OK) or _special(path)
    ):
        raise InputError(
            "bad_target",
            gettext("%(option)s %(path)s cannot be written: no permission there.") % _named(option, path),
        )


def default_target(generator: str) -> Path:
    """report.html here; where another file has that name, report-2.html and so on. Ours is written anew."""
    for number in range(1, TRIES_MAX):
        path = Path(f"{DEFAULT_NAME}.html" if number == 1 else f"{DEFAULT_NAME}-{number}.html")
        if not path.exists() or _is_ours(path, generator):
            return path
    raise InputError(
        "bad_target", gettext("There is no free name for the report here: choose one with --out.")
    )


def write_whole(path: Path, content: bytes) -> None:
    """Replace the file in one step, so that nobody ever sees half of it.

    Raises:
        InputError: it cannot be written; the file is as it was.
    """
    try:
        if _special(path):
            path.write_bytes(content)
            return
        _replace(path.resolve(), content)
    except OSError as error:
        raise InputError(
            "not_written",
            gettext("%(path)s could not be written: %(reason)s.")
            % {"path": str(path), "reason": error.strerror or str(error)},
        ) from error


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".regulars-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """What new files may not be; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _special(path: Path) -> bool:
    """A pipe or a device such as /dev/stdout, which must not be replaced by a file."""
    return path.exists() and not path.is_file()


def _is_ours(path: Path, generator: str) -> bool:
    try:
        with path.open("rb") as file:
            return f'name="generator" content="{generator}"'.encode() in file.read(HEAD_BYTES)
    except OSError:
        return False


def _named(option: str, path: Path) -> dict[str, str]:
    return {"option": option, "path": str(path)}
