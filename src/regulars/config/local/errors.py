"""What can go wrong on the machine itself."""

from __future__ import annotations

import errno
from pathlib import Path

from regulars.config.words import gettext as _
from regulars.kit.errors import RegularsError


class LocalError(RegularsError):
    """The machine does not let us go on; the message says why and what to do."""

    code = "local"


class AlreadyRuns(LocalError):
    """A `regulars up` works with this installation."""

    code = "already_runs"


class DiskFull(LocalError):
    """No room is left where the data are."""

    code = "disk_full"


def from_os(path: Path, error: OSError) -> LocalError:
    """Put a refusal of the system to write at `path` into plain words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(_("The disk is full: there is no room at %(path)s.") % {"path": path})
    return LocalError(
        _("Cannot write to %(path)s: %(reason)s. Check who owns the folder.")
        % {"path": path, "reason": error.strerror or error}
    )
