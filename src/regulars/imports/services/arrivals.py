"""A file comes in: copied whole, hashed on the way, or not taken at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.customers.types import SHOP
from regulars.imports import folders
from regulars.imports.errors import ImportProblem
from regulars.imports.models import Import
from regulars.imports.services.jobs import wake
from regulars.imports.types import Origin, State

BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Copy:
    """What arrived in the folder `place`."""

    place: Path
    sha256: str
    size: int


def take_file(
    *,
    name: str,
    now: datetime,
    user_id: int | None,
    chunks: Iterable[bytes] | None = None,
    path: Path | None = None,
    kind: str | None = None,
    origin: Origin = Origin.UPLOAD,
    source: str = SHOP,
    mapping: Mapping[str, str] | None = None,
    examine: bool = True,
    watch_id: int | None = None,
    etag: str = "",
) -> int:
    """Copy a file into the installation's folder and have the worker look at it; gives the import's number.

    Either `chunks` (an upload) or `path`. `kind` None: to be guessed. `source` says whose ids the file
    uses: other than the shop's own, its customers and orders are kept apart from those. Without `examine`
    it waits for `start` at once.

    A file that cannot be taken (too large, empty, changed meanwhile, the disk full) leaves an import that
    failed and says why; of the file nothing stays.
    """
    if (chunks is None) == (path is None):
        raise ValueError("either chunks or a path")
    arrived = Import(
        kind=kind or "",
        state=(State.EXAMINING if examine else State.EXAMINED).value,
        origin=origin.value,
        name=name[-255:],
        source=source,
        language=get_language() or settings.LANGUAGE_CODE,
        mapping=dict(mapping or {}),
        started_by=user_id,
        watch_id=watch_id,
        etag=etag,
        created_at=now,
    )
    file = folders.safe_name(name)
    try:
        with _copied(_blocks_of(path) if path is not None else chunks or (), file) as copy:
            return _keep(arrived, copy, file)
    except ImportProblem as problem:
        arrived.state = State.FAILED.value
        arrived.error_code, arrived.error_text = problem.code, problem.message
        arrived.finished_at = now
        arrived.save(force_insert=True)
        return arrived.pk


@transaction.atomic
def _keep(arrived: Import, copy: _Copy, file: str) -> int:
    arrived.file, arrived.sha256, arrived.size = file, copy.sha256, copy.size
    arrived.save(force_insert=True)
    # A folder without its row, should we die here, is found and removed later.
    copy.place.rename(folders.folder_of(arrived.pk))
    if arrived.state == State.EXAMINING.value:
        wake(arrived.pk)
    return arrived.pk


@contextlib.contextmanager
def _copied(blocks: Iterable[bytes], file: str) -> Iterator[_Copy]:
    """Our copy, on the disk for good, in a folder that goes again unless it was given another name."""
    try:
        place = folders.root() / f"arriving-{secrets.token_hex(8)}"
        place.mkdir(mode=0o700)
    except OSError as error:
        raise _disk_problem(error) from error
    try:
        try:
            copy = _write(blocks, place, file)
        except OSError as error:
            raise _disk_problem(error) from error
        yield copy
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _write(blocks: Iterable[bytes], place: Path, file: str) -> _Copy:
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(place / file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        for block in blocks:
            size += len(block)
            if size > settings.IMPORT_BYTES_MAX:
                raise _too_large()
            digest.update(block)
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
    if not size:
        raise ImportProblem(_("The file is empty. Choose another one."), code="empty_file")
    return _Copy(place, digest.hexdigest(), size)


def _blocks_of(path: Path) -> Iterator[bytes]:
    """The content of a file that stays as it is while it is read."""
    try:
        opened = path.open("rb")
    except OSError as error:
        raise ImportProblem(
            _("%(file)s cannot be opened: %(reason)s. Check the path and the rights to read it.")
            % {"file": path, "reason": error.strerror},
            code="cannot_open",
        ) from error
    with opened:
        before = os.fstat(opened.fileno())
        if before.st_size > settings.IMPORT_BYTES_MAX:
            raise _too_large()
        while block := _read(opened, path):
            yield block
        if _changed(before, os.fstat(opened.fileno())) or _changed(before, path.stat()):
            raise ImportProblem(
                _(
                    "%(file)s was being written to while it was read. "
                    "Wait until the program that makes it has finished, then bring it in again."
                )
                % {"file": path.name},
                code="file_changed",
            )


def _read(opened: object, path: Path) -> bytes:
    try:
        return bytes(opened.read(BLOCK))  # type: ignore[attr-defined]
    except OSError as error:
        raise ImportProblem(
            _("%(file)s cannot be read: %(reason)s.") % {"file": path.name, "reason": error.strerror},
            code="cannot_read",
        ) from error


def _changed(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_ino, before.st_size, before.st_mtime_ns) != (
        after.st_ino,
        after.st_size,
        after.st_mtime_ns,
    )


def _too_large() -> ImportProblem:
    return ImportProblem(
        _("The file is larger than %(size)s MB. Divide it into several and bring them in one after another.")
        % {"size": settings.IMPORT_BYTES_MAX // 1024**2},
        code="too_large",
    )


def _disk_problem(error: OSError) -> ImportProblem:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return ImportProblem(
            _("There is no room left on the disk for a copy of the file. Make room and bring it in again."),
            code="disk_full",
        )
    return ImportProblem(
        _("A copy of the file could not be kept in %(folder)s: %(reason)s.")
        % {"folder": Path(settings.HOME) / "imports", "reason": error.strerror},
        code="cannot_keep",
    )
