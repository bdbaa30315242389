"""Files out of gzip and zip, into a private folder, never under the names they have inside."""

from __future__ import annotations

import gzip
import lzma
import zipfile
import zlib
from pathlib import Path
from typing import IO, Protocol

from django.utils.translation import gettext as _

from regulars.analytics.compute.reading.limits import (
    GIB,
    MAX_EXPANDED_BYTES,
    MAX_MEMBERS,
    MAX_RATIO,
    MIB,
    RATIO_FROM_BYTES,
)
from regulars.analytics.compute.reading.names import shown
from regulars.analytics.errors import InputError

_BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, ValueError, IndexError)
_NOT_TABLES = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Folder:
    """The private folder of one reading, with what may still be unpacked into it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._left = MAX_EXPANDED_BYTES
        self._count = 0

    def subfolder(self) -> Path:
        self._count += 1
        place = self.path / f"{self._count}"
        place.mkdir(mode=0o700)
        return place

    def unpack(self, source: _Readable, packed_size: int, name: str) -> Path:
        """The whole of `source` as a file of the folder; too much of it is refused while it comes."""
        self._count += 1
        target = self.path / f"{self._count}"
        size = 0
        with target.open("xb") as out:
            while chunk := source.read(MIB):
                size += len(chunk)
                self._left -= len(chunk)
                if self._left < 0 or (size > RATIO_FROM_BYTES and size > MAX_RATIO * max(packed_size, 1)):
                    raise _too_much(name)
                _write(out, chunk, name)
        return target


def _write(out: IO[bytes], chunk: bytes, name: str) -> None:
    try:
        out.write(chunk)
    except OSError as error:
        raise no_room(name) from error


def no_room(name: str) -> InputError:
    return InputError(
        "no_room",
        _("There is not enough memory or room on the disk to read %(name)s. Free some and try again.")
        % {"name": name},
    )


def _too_much(name: str) -> InputError:
    return InputError(
        "too_much_inside",
        _(
            "%(name)s unpacks to far more than a table of orders would (the limit is %(limit)s GB in all). "
            "Unpack it yourself, look at what is inside, and give the files one by one or by year."
        )
        % {"name": name, "limit": MAX_EXPANDED_BYTES // GIB},
    )


def broken(name: str) -> InputError:
    return InputError(
        "broken_file",
        _("%(name)s is damaged or was cut off: it cannot be read to its end. Export or download it again.")
        % {"name": name},
    )


def from_gzip(path: Path, name: str, folder: Folder) -> Path:
    try:
        with gzip.open(path, "rb") as source:
            return folder.unpack(source, path.stat().st_size, name)
    except _BROKEN as error:
        raise broken(name) from error


def from_zip(path: Path, name: str, folder: Folder) -> list[tuple[str, Path]]:
    """(name inside, file) of each member that may be a table."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if _may_be_a_table(m)]
            if len(members) > MAX_MEMBERS:
                raise InputError(
                    "too_many_members",
                    _("%(name)s holds too many files: %(count)s; the limit is %(limit)s.")
                    % {"name": name, "count": len(members), "limit": MAX_MEMBERS},
                )
            return [(shown(_decoded(m)), _member(archive, m, name, folder)) for m in members]
    except NotImplementedError as error:
        raise InputError(
            "unknown_compression",
            _("%(name)s is packed in a way that is not known here. Pack it as an ordinary zip.")
            % {"name": name},
        ) from error
    except _BROKEN as error:
        raise broken(name) from error


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, folder: Folder) -> Path:
    if member.flag_bits & 1:
        raise InputError(
            "password",
            _("%(name)s is protected by a password. Unpack it yourself and give the files inside.")
            % {"name": name},
        )
    with archive.open(member) as source:
        return folder.unpack(source, member.compress_size, name)


def _may_be_a_table(member: zipfile.ZipInfo) -> bool:
    hidden = member.filename.rsplit("/", 1)[-1].startswith(".")
    return (
        not member.is_dir()
        and member.file_size > 0
        and not hidden
        and not any(w in member.filename for w in _NOT_TABLES)
    )


def _decoded(member: zipfile.ZipInfo) -> str:
    """Old archivers wrote Russian names in cp866 without saying so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("cp866")
    except UnicodeError:
        return member.filename
