"""What kind of file it is, by its content: names lie."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Literal

from django.utils.translation import gettext as _

from regulars.analytics.compute.reading.limits import MAX_COLUMNS, MIB
from regulars.analytics.errors import InputError

Found = Literal["text", "parquet", "workbook", "gzip", "zip"]
_HEAD = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

# What these are is said by name, as that is what tells the person which file was taken by mistake.
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"RIFF", "RIFF"),
    (b"{\\rtf", "RTF"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"SQLite format 3", "SQLite"),
    (b"\x7fELF", "ELF"),
    (b"MZ", "EXE"),
    (b"ARROW1", "Arrow"),
    (b"ORC", "ORC"),
    (b"Obj\x01", "Avro"),
    (b"\x00\x00\x00\x18ftyp", "MP4"),
    (b"\x00\x00\x00\x20ftyp", "MP4"),
    (b"ID3", "MP3"),
)
_BINARY_ONLY = {"BMP", "EXE", "ORC", "ID3", "RIFF"}  # short marks that a text may begin with


def sniff(path: Path, name: str) -> Found:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise InputError("empty", _("%(name)s is empty.") % {"name": name})
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path, name)
    if head.startswith(_OLE):
        raise _old_office(path, name)
    for mark, kind in _OTHERS:
        if head.startswith(mark) and (kind not in _BINARY_ONLY or b"\0" in head):
            raise not_a_table(name, kind)
    if head[257:262] == b"ustar":
        raise not_a_table(name, "tar")
    if marked := _marked_text(head):
        raise not_a_table(name, marked)
    return "text"


def not_a_table(name: str, kind: str) -> InputError:
    return InputError(
        "not_a_table",
        _("%(name)s is not a table but a file of another kind (%(kind)s). Export the orders as CSV or XLSX.")
        % {"name": name, "kind": kind},
    )


def not_text(name: str) -> InputError:
    return InputError(
        "not_a_table",
        _("%(name)s is neither text nor XLSX nor Parquet. Export the orders as CSV or XLSX.")
        % {"name": name},
    )


def too_many_columns(name: str, count: int) -> InputError:
    return InputError(
        "too_many_columns",
        _("%(name)s has too many columns: %(count)s; the limit is %(limit)s. Leave those the orders need.")
        % {"name": name, "count": count, "limit": MAX_COLUMNS},
    )


def _zip_kind(path: Path, name: str) -> Found:
    """A workbook is a zip as well."""
    try:
        with zipfile.ZipFile(path) as archive:
            inside = set(archive.namelist())
            mime = archive.read("mimetype")[:100] if "mimetype" in inside else b""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return "zip"  # what is wrong with it, unpacking will say
    if "xl/workbook.xml" in inside:
        return "workbook"
    if b"opendocument" in mime:
        raise not_a_table(name, "OpenDocument")
    if "xl/workbook.bin" in inside:
        raise not_a_table(name, "XLSB")
    if "word/document.xml" in inside:
        raise not_a_table(name, "DOCX")
    if "ppt/presentation.xml" in inside:
        raise not_a_table(name, "PPTX")
    return "zip"


def _old_office(path: Path, name: str) -> InputError:
    """The container of old Office files; a protected workbook is put into it as well."""
    with path.open("rb") as file:
        if _ENCRYPTED in file.read(MIB):
            return InputError(
                "password",
                _("%(name)s is protected by a password. Save it without the password and try again.")
                % {"name": name},
            )
    return InputError(
        "old_excel",
        _("%(name)s is in the old format of Office (XLS). Open it and save it as XLSX or CSV.")
        % {"name": name},
    )


def _marked_text(head: bytes) -> str | None:
    text = head.decode("utf-8-sig", "replace").lstrip().lower()
    if text.startswith(("<!doctype html", "<html", "<head", "<body", "<script", "<table", "<div", "<meta")):
        return "HTML"
    if text.startswith(("<?xml", "<svg")):
        return "XML"
    if text.startswith(("{", "[{", "[[", "[\n", "[\r")) and any(c in text for c in ('":', '" :', "]", "}")):
        return "JSON"
    return None
