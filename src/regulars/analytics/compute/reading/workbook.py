"""Sheets of a workbook, as delimited texts in the folder of the reading."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import limits
from regulars.analytics.compute.reading.archives import Folder, broken
from regulars.analytics.compute.reading.names import shown
from regulars.analytics.errors import InputError

_PROGRAM = Path(__file__).with_name("workbook_process.py")
_UNREADABLE = 3


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    path: Path
    rows: int


def sheets(path: Path, name: str, folder: Folder) -> list[Sheet]:
    """All sheets that hold anything."""
    _check_size(path, name)
    place = folder.subfolder()
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_PROGRAM), str(path), str(place), str(limits.WORKBOOK_MEMORY_BYTES)],
            capture_output=True,
            timeout=limits.WORKBOOK_SECONDS,
            env={"PATH": os.environ.get("PATH", "")},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_big(name) from error
    if done.returncode == _UNREADABLE:
        raise broken(name)
    if done.returncode != 0:
        raise _too_big(name)
    found = [
        Sheet(shown(s["name"]), place / s["file"], s["rows"])
        for s in json.loads(done.stdout)
        if s["rows"] > 0
    ]
    if not found:
        raise InputError("empty", _("%(name)s has no sheet with anything in it.") % {"name": name})
    return found


def _check_size(path: Path, name: str) -> None:
    """What the workbook says of itself; one that lies is stopped by the limits of its process."""
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = [member.file_size for member in archive.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise broken(name) from error
    total = sum(sizes)
    bomb = total > limits.RATIO_FROM_BYTES and total > limits.MAX_RATIO * path.stat().st_size
    if bomb or total > limits.MAX_EXPANDED_BYTES or len(sizes) > 10 * limits.MAX_MEMBERS:
        raise _too_big(name)


def _too_big(name: str) -> InputError:
    return InputError(
        "too_much_inside",
        _(
            "%(name)s needs more memory or time than a table of orders would. "
            "Save the sheet with the orders as CSV and try again."
        )
        % {"name": name},
    )
