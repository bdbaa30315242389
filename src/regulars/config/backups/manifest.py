"""What a backup says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from regulars.config.backups.errors import BackupError
from regulars.config.words import gettext as _

FORMAT = 1
"""Raised when files are written that earlier releases cannot read."""
PRODUCT = "regulars"
MARK = "regulars_restored"
"""A table that says, from the commit of restored rows until everything after it is done, which backup it
was. It is in no backup itself."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Written beside the dump; `tables` and the dump are of one moment.

    `sha256` and `size` are the dump's; `migrations` are those applied, by app; `tables` the rows of each.
    """

    made_at: datetime
    version: str
    server_version: int
    system_identifier: int
    sha256: str
    size: int
    migrations: Mapping[str, Sequence[str]]
    tables: Mapping[str, int]

    def encode(self) -> bytes:
        values = {"product": PRODUCT, "format": FORMAT} | asdict(self) | {"made_at": self.made_at.isoformat()}
        return json.dumps(values, ensure_ascii=False, indent=1).encode()


def decode(content: bytes) -> Manifest:
    """Read it again. Raises BackupError for one of a later format or of something else."""
    try:
        values = json.loads(content)
        product, format_ = values.pop("product"), values.pop("format")
    except (ValueError, AttributeError, KeyError) as error:
        raise _not_ours() from error
    if product != PRODUCT:
        raise _not_ours()
    if not isinstance(format_, int) or format_ > FORMAT:
        raise BackupError(
            _("A later release of Regulars made this backup. Bring this installation up to date first.")
        )
    try:
        return Manifest(**values | {"made_at": datetime.fromisoformat(values["made_at"])})
    except (TypeError, ValueError, KeyError) as error:
        raise _not_ours() from error


def _not_ours() -> BackupError:
    return BackupError(_("This file is not a backup of Regulars, or it is damaged. Take another one."))
