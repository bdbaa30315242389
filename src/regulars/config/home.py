"""Where an installation keeps what is its own: database, keys, sign-in, logs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from regulars.config import env

PACKAGE = Path(__file__).resolve().parent.parent
CHECKOUT = PACKAGE.parent.parent


def folder() -> Path:
    """The folder of the installation: REGULARS_HOME, else `var` beside pyproject.toml.

    It need not exist yet.
    """
    beside = CHECKOUT / "var" if (CHECKOUT / "pyproject.toml").is_file() else Path.home() / ".regulars"
    return env.folder("REGULARS_HOME", beside)


def write_secretly(path: Path, content: str) -> None:
    """Replace a file whole, readable by its owner only; a reader sees the old or the new content."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def read_text(path: Path) -> str | None:
    """The content of a file, or None if there is none or we may not read it."""
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a JSON file, or None if there is none or it is damaged."""
    content = read_text(path)
    if content is None:
        return None
    try:
        value = json.loads(content)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
