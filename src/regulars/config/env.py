"""Typed readers for the environment.

A wrong value stops the start and names the variable and what is allowed, because a setting that is
silently ignored is found only when it hurts. Secrets may also come from a file (`NAME_FILE`), so that
they need not stand in a process list or a compose file.

Every variable read here is described in docs/settings.md; a test holds that.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from regulars.config.words import gettext as _

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


class SettingError(Exception):
    """A variable of the environment that cannot be used; the text is shown to the person as it is."""


def text(name: str, default: str = "") -> str:
    """The variable without surrounding blanks; an empty one counts as not set."""
    return os.environ.get(name, "").strip() or default


def secret(name: str) -> str | None:
    """A secret from NAME, or from the file named in NAME_FILE (its last line break is dropped)."""
    value = os.environ.get(name, "").strip()
    file = os.environ.get(f"{name}_FILE", "").strip()
    if value and file:
        raise SettingError(_("%(name)s and %(name)s_FILE are both set; keep one of them.") % {"name": name})
    if not file:
        return value or None
    try:
        value = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            _("%(name)s_FILE: cannot read %(file)s (%(reason)s).")
            % {"name": name, "file": file, "reason": error}
        ) from error
    if not value:
        raise SettingError(_("%(name)s_FILE: %(file)s is empty.") % {"name": name, "file": file})
    return value


def boolean(name: str, default: bool) -> bool:
    """1/true/yes/on or 0/false/no/off, in any case."""
    value = text(name).lower()
    if not value:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise _one_of(name, value, ["1", "true", "yes", "on", "0", "false", "no", "off"])


def integer(name: str, default: int, *, low: int, high: int) -> int:
    """A whole number between `low` and `high`, both included."""
    value = text(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise SettingError(
            _("%(name)s=%(value)r is not understood; allowed is a whole number from %(low)s to %(high)s.")
            % {"name": name, "value": value, "low": low, "high": high}
        )
    return number


def choice(name: str, default: str, allowed: Sequence[str]) -> str:
    """One of the allowed words."""
    value = text(name, default)
    if value not in allowed:
        raise _one_of(name, value, allowed)
    return value


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """A list parted by commas; empty parts are dropped."""
    value = text(name)
    return [word.strip() for word in value.split(",") if word.strip()] if value else list(default)


def folder(name: str, default: Path) -> Path:
    """An absolute path of a folder, which need not exist yet."""
    value = text(name)
    if not value:
        return default
    path = Path(value).expanduser()
    if not path.is_absolute():
        raise SettingError(
            _("%(name)s=%(value)r is not understood; it has to be an absolute path.")
            % {"name": name, "value": value}
        )
    return path


def _one_of(name: str, value: str, allowed: Sequence[str]) -> SettingError:
    return SettingError(
        _("%(name)s=%(value)r is not understood; allowed are %(allowed)s.")
        % {"name": name, "value": value, "allowed": ", ".join(allowed)}
    )
