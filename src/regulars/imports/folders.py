"""Where the copies of files stand: one folder an import, readable by nobody else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from django.conf import settings

NAME_LENGTH_MAX = 120
_UNSAFE = re.compile(r"[^\w.\- ()]+")


def root() -> Path:
    """The folder of all copies; made with mode 0700 where it is missing."""
    folder = Path(settings.HOME) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def folder_of(import_id: int) -> Path:
    return root() / str(import_id)


def copy_of(import_id: int, file: str) -> Path:
    """Our own copy of a file; `file` is the name it was given by `safe_name`."""
    return folder_of(import_id) / file


def safe_name(name: str) -> str:
    """A file's name without anything that could lead elsewhere; its ending stays."""
    last = _UNSAFE.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    if len(last) > NAME_LENGTH_MAX:
        stem, dot, ending = last.rpartition(".")
        last = (
            f"{(stem or ending)[: NAME_LENGTH_MAX - 12]}{dot}{ending[:11]}" if dot else last[:NAME_LENGTH_MAX]
        )
    return last or "file"


def remove(import_id: int) -> None:
    """Delete our copy; nothing happens where there is none."""
    shutil.rmtree(folder_of(import_id), ignore_errors=True)
