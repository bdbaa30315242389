"""What can go wrong on the machine itself."""

from __future__ import annotations

from regulars.kit.errors import RegularsError


class LocalError(RegularsError):
    """The machine does not let us go on; the message says why and what to do."""

    code = "local"


class DiskFull(LocalError):
    """No room is left where the data are."""

    code = "disk_full"
