"""What can go wrong with backups."""

from __future__ import annotations

from regulars.kit.errors import RegularsError


class BackupError(RegularsError):
    """A backup that cannot be made, read or brought back; the message says why and what to do."""

    code = "backup"
