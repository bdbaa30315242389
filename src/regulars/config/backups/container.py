"""The file of a backup: a ZIP with the dump, stored as it is, and the manifest behind it.

Behind, because only then the dump's size and sum are known; so everything is written once, in one pass.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from regulars.config.backups import manifest as manifests
from regulars.config.backups.errors import BackupError
from regulars.config.backups.manifest import Manifest
from regulars.config.local.errors import from_os
from regulars.config.words import gettext as _

DUMP = "database.dump"
MANIFEST = "manifest.json"
MANIFEST_BYTES_MAX = 5_000_000
BLOCK = 1 << 20


class Summing:
    """Passes on what is written, keeping its length and sum."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._sum = hashlib.sha256()
        self.size = 0

    def write(self, block: bytes) -> None:
        self._target.write(block)
        self._sum.update(block)
        self.size += len(block)

    @property
    def sha256(self) -> str:
        return self._sum.hexdigest()


def write(path: Path, fill: Callable[[Summing], Callable[[], Manifest]]) -> Manifest:
    """Make a backup's file (0600), wholly or not at all; `fill` writes the dump and tells what it is.

    It grows under another name beside it. Raises BackupError if there is a file already, LocalError if the
    folder cannot be written to or the disk is full.
    """
    require_new(path)
    new = path.with_name(f"{path.name}.part")
    with _only_writer(new) as file:
        try:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                with archive.open(zipfile.ZipInfo(DUMP), "w", force_zip64=True) as dump:
                    summing = Summing(dump)
                    told = fill(summing)
                manifest = told()
                archive.writestr(zipfile.ZipInfo(MANIFEST), manifest.encode())
            file.flush()
            os.fsync(file.fileno())
            _move(new, path)
        except BaseException as error:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise from_os(path, error) from error
            raise
    return manifest


def require_new(path: Path) -> None:
    """Raise BackupError if there is something of that name."""
    if path.exists():
        raise BackupError(_("%(path)s is there already. Choose another name.") % {"path": path})


@contextlib.contextmanager
def _only_writer(path: Path) -> Iterator[IO[bytes]]:
    """The file, empty; one that a killed attempt left is taken over, one that grows is not."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise from_os(path, error) from error
    file = os.fdopen(descriptor, "r+b")
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(_("Another backup is being written to %(path)s.") % {"path": path}) from None
        os.ftruncate(descriptor, 0)
        os.fchmod(descriptor, 0o600)
        yield file
    except BaseException:
        with contextlib.suppress(OSError):  # on a full disk closing fails like the writing before it
            file.close()
        raise
    file.close()


def _move(new: Path, path: Path) -> None:
    """Give the whole file its name, unless somebody took that meanwhile."""
    try:
        os.link(new, path)
    except FileExistsError:
        raise BackupError(_("%(path)s is there already. Choose another name.") % {"path": path}) from None
    except OSError:
        require_new(path)
        new.rename(path)  # a file system without links, as on many sticks
    else:
        new.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Reading:
    """A backup opened for reading."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def blocks(self) -> Iterator[bytes]:
        """The dump. Raises BackupError at its end if it is not what the manifest says."""
        digest, size = hashlib.sha256(), 0
        with _damage_said(), self._archive.open(DUMP) as dump:
            while block := dump.read(BLOCK):
                digest.update(block)
                size += len(block)
                yield block
        if (digest.hexdigest(), size) != (self.manifest.sha256, self.manifest.size):
            raise _damaged()

    def check(self) -> None:
        """Read all of it. Raises BackupError if anything is damaged."""
        for _block in self.blocks():
            pass


@contextlib.contextmanager
def read(path: Path) -> Iterator[Reading]:
    """A backup's file. Raises BackupError if it cannot be read or is not one."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupError(
            _("Cannot read %(path)s: %(reason)s.") % {"path": path, "reason": error.strerror or error}
        ) from error
    with file:
        with _damage_said():
            archive = zipfile.ZipFile(file)
            with archive.open(MANIFEST) as entry:
                content = entry.read(MANIFEST_BYTES_MAX)
            archive.getinfo(DUMP)
        yield Reading(archive, manifests.decode(content))


@contextlib.contextmanager
def _damage_said() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError) as error:
        raise _damaged() from error


def _damaged() -> BackupError:
    return BackupError(_("This file is not a backup of Regulars, or it is damaged. Take another one."))
