"""From the paths a person named to plain files, each of a known kind, outside any archive."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import archives, limits, workbook
from regulars.analytics.compute.reading.archives import Folder
from regulars.analytics.compute.reading.names import shown
from regulars.analytics.compute.reading.sniffing import not_a_table, sniff
from regulars.analytics.compute.reading.types import PlainFile
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Progress


@dataclass(slots=True)
class Gathered:
    """`files`: with the family of each; members of one archive and sheets of one workbook are a family.
    `left_out`: names of members that are of no kind that could hold a table."""

    files: list[tuple[PlainFile, str | None]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def gather(paths: Sequence[Path], folder: Folder, progress: Progress) -> Gathered:
    """All files in the order given, outside of their archives."""
    if not paths:
        raise InputError("no_files", _("Name at least one file with orders."))
    if len(paths) > limits.MAX_FILES:
        raise InputError(
            "too_many_files",
            _("These are too many files: %(count)s; the limit is %(limit)s.")
            % {"count": len(paths), "limit": limits.MAX_FILES},
        )
    names = _names(paths)
    for path, name in zip(paths, names, strict=True):
        _check(path, name)
    gathered = Gathered()
    for path, name in zip(paths, names, strict=True):
        _open(path.absolute(), name, folder, progress, gathered)
    return gathered


def _names(paths: Sequence[Path]) -> list[str]:
    """File names; with their folder where two are the same."""
    short = [shown(p.name) for p in paths]
    return [
        n if short.count(n) == 1 else shown(str(Path(p.parent.name) / p.name))
        for p, n in zip(paths, short, strict=True)
    ]


def _check(path: Path, name: str) -> None:
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise InputError(
            "bad_name",
            _("The name of %(name)s has broken characters in it. Rename the file.") % {"name": name},
        ) from error
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise InputError("no_file", _("There is no file %(path)s.") % {"path": shown(str(path))}) from error
    except (OSError, ValueError) as error:
        raise _not_allowed(name) from error
    if stat.S_ISDIR(status.st_mode):
        raise InputError(
            "folder",
            _("%(name)s is a folder. Name the files in it, for example %(name)s/*.csv.") % {"name": name},
        )
    if not stat.S_ISREG(status.st_mode):
        raise not_a_table(name, "device")
    try:
        path.open("rb").close()
    except OSError as error:
        raise _not_allowed(name) from error
    if status.st_size > limits.MAX_FILE_BYTES:
        raise InputError(
            "too_big",
            _(
                "%(name)s is %(size)s GB; the limit is %(limit)s GB. "
                "Leave only the columns and the years that the figures need, or save it as Parquet."
            )
            % {
                "name": name,
                "size": round(status.st_size / limits.GIB, 1),
                "limit": limits.MAX_FILE_BYTES // limits.GIB,
            },
        )


def _not_allowed(name: str) -> InputError:
    return InputError(
        "no_permission", _("%(name)s may not be read: the permission is missing.") % {"name": name}
    )


def _open(path: Path, name: str, folder: Folder, progress: Progress, gathered: Gathered) -> None:
    kind = sniff(path, name)
    if kind == "zip":
        progress.step(_("Unpacking %(name)s") % {"name": name})
        _open_members(archives.from_zip(path, name, folder), name, path, folder, gathered)
    elif kind == "gzip":
        progress.step(_("Unpacking %(name)s") % {"name": name})
        gathered.files += _inside(archives.from_gzip(path, name, folder), name, path, folder, None)
    else:
        if kind == "workbook":
            progress.step(_("Reading %(name)s") % {"name": name})
        gathered.files += _inside(path, name, path, folder, None)


def _open_members(
    members: Sequence[tuple[str, Path]], name: str, origin: Path, folder: Folder, gathered: Gathered
) -> None:
    if not members:
        raise InputError("empty", _("%(name)s is empty.") % {"name": name})
    refused: list[tuple[str, InputError]] = []
    files: list[tuple[PlainFile, str | None]] = []
    for inside, member in members:
        called = name if len(members) == 1 else f"{name}: {inside}"
        try:
            files += _inside(member, called, origin, folder, name)
        except InputError as error:  # a picture beside the tables
            refused.append((called, error))
    if not files:
        raise refused[0][1]
    gathered.files += files
    gathered.left_out += [called for called, _error in refused]


def _inside(
    path: Path, name: str, origin: Path, folder: Folder, family: str | None
) -> list[tuple[PlainFile, str | None]]:
    kind = sniff(path, name)
    if kind in {"gzip", "zip"}:
        raise InputError(
            "nested_archive",
            _("%(name)s holds an archive inside an archive. Unpack it and give the files inside.")
            % {"name": name},
        )
    if kind == "workbook":
        sheets = workbook.sheets(path, name, folder)
        alone = len(sheets) == 1
        return [
            (PlainFile(s.path, name if alone else f"{name}: {s.name}", "workbook", origin), family or name)
            for s in sheets
        ]
    if kind == "parquet":
        return [(PlainFile(_without_patterns(path, folder), name, "parquet", origin), family)]
    return [(PlainFile(path, name, "text", origin), family)]


def _without_patterns(path: Path, folder: Folder) -> Path:
    """The database takes "orders[1].parquet" for a pattern of names."""
    if not any(c in str(path) for c in "*?["):
        return path
    link = folder.subfolder() / "table"
    link.symlink_to(path)
    return link
