"""What the pages of imports show of one import and of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from regulars.analytics.previews import Preview
from regulars.analytics.wording.numbers import plain
from regulars.console.voice import Voice
from regulars.console.wording import imports as wording
from regulars.console.wording import previews
from regulars.imports import queries
from regulars.imports.types import ImportRow, State, UndoPlan
from regulars.kit import locks

EXAMPLES = 5
"""Rows set aside that the page itself shows; the file has all of them."""
CELLS_SHOWN = 8


@dataclass(frozen=True)
class Listed:
    """An import in the list."""

    id: int
    name: str
    what: str
    standing: wording.Standing
    who: str
    when: str
    result: str
    can_undo: bool


def listed(rows: Sequence[ImportRow], names: Mapping[int, str], voice: Voice) -> list[Listed]:
    return [
        Listed(
            id=row.id,
            name=plain(row.name),
            what=wording.kind_name(row.kind),
            standing=wording.standing(row),
            who=names.get(row.started_by or 0, "") or wording.origin(row),
            when=moment(row.created_at, voice),
            result=wording.result(row, voice),
            can_undo=row.can_undo,
        )
        for row in rows
    ]


def moment(at: datetime, voice: Voice) -> str:
    """ "14:05" of today, else the day with it."""
    day = voice.day_of(at)
    if day == voice.today:
        return _("today at %(time)s") % {"time": voice.time(at)}
    return _("%(day)s at %(time)s") % {"day": voice.day(day), "time": voice.time(at)}


@dataclass(frozen=True)
class PreviewSeen:
    """The preview's words; `field` is the one whose choice mends the trouble."""

    trouble: previews.Trouble | None
    basis: str
    part: str
    other_parts: int
    notes: list[str]
    reasons: list[wording.Aside]
    is_guessed: bool
    is_whole: bool
    kind: str


@dataclass(frozen=True)
class UndoSeen:
    removed: list[str]
    restored: list[str]
    kept: list[str]
    caused: list[str]
    later: list[int]


@dataclass(frozen=True)
class SetAsideRow:
    """An example of a row set aside."""

    row: str
    part: str
    reason: str
    cells: list[tuple[str, str]]


@dataclass(frozen=True)
class Kept:
    """What an undo left as it is."""

    things: str
    reason: str


class ImportPage:
    """One import in words; each is made when a template asks for it."""

    def __init__(self, row: ImportRow, voice: Voice) -> None:
        self.row = row
        self.voice = voice

    @property
    def name(self) -> str:
        return plain(self.row.name) or _("File without a name")

    @property
    def what(self) -> str:
        return wording.kind_name(self.row.kind)

    @property
    def size(self) -> str:
        return wording.megabytes(self.row.size, self.voice.formats) if self.row.size else ""

    @property
    def when(self) -> str:
        return moment(self.row.created_at, self.voice)

    @cached_property
    def standing(self) -> wording.Standing:
        return wording.standing(self.row)

    # --- work under way --------------------------------------------------------------------------------
    @cached_property
    def is_waiting(self) -> bool:
        """Whether no worker is at it just now: none is free, or the one that was has died."""
        return self.row.is_working and not locks.is_held(locks.Space.IMPORT, str(self.row.id))

    @property
    def doing(self) -> str:
        words = {
            State.EXAMINING: _("Looking at the columns and the first rows"),
            State.CHECKING: _("Checking every row; nothing is written"),
            State.RUNNING: _("Bringing the rows in"),
            State.UNDOING: _("Taking back what this import did"),
        }
        return words.get(self.row.state, "")

    @property
    def has_measure(self) -> bool:
        return self.row.state in {State.CHECKING, State.RUNNING} and self.row.total > 0

    @property
    def percent(self) -> int:
        return min(100, int(100 * self.row.done / self.row.total)) if self.row.total else 0

    @property
    def progress(self) -> str:
        formats = self.voice.formats
        if self.row.state is State.UNDOING and self.row.undone:
            done = wording.listed(self.row.undone.removed, formats)
            return _("Taken back so far: %(things)s") % {"things": wording.joined(done)} if done else ""
        if not self.has_measure:
            return ""
        return _("%(done)s of %(total)s") % {
            "done": formats.number(self.row.done),
            "total": formats.rows(self.row.total),
        }

    # --- what was done ---------------------------------------------------------------------------------
    @cached_property
    def lines(self) -> list[wording.Line]:
        return wording.lines(self.row.report, self.voice.formats)

    @cached_property
    def asides(self) -> list[wording.Aside]:
        return wording.asides(self.row.report.set_aside, self.voice.formats)

    @property
    def aside_count(self) -> int:
        return sum(self.row.report.set_aside.values())

    @property
    def aside_rows(self) -> str:
        return self.voice.formats.rows(self.aside_count)

    @cached_property
    def examples(self) -> list[SetAsideRow]:
        """The first rows set aside."""
        if not self.asides:
            return []
        found = queries.rejected_rows(self.row.id, limit=EXAMPLES)
        return [
            SetAsideRow(
                row=self.voice.formats.number(aside.row),
                part=plain(aside.part),
                reason=wording.reason_name(aside.reason),
                cells=[(k, v) for k, v in aside.values.items() if v][:CELLS_SHOWN],
            )
            for aside in found.rows
        ]

    @property
    def sentence(self) -> str:
        """What became of it, in one sentence."""
        report, formats = self.row.report, self.voice.formats
        created = wording.listed({name: c.created for name, c in report.things.items()}, formats)
        changed = wording.listed({name: c.changed for name, c in report.things.items()}, formats)
        if self.row.state is State.UNDONE:
            return _("Everything this import did was taken back.")
        if report.dry:
            return self._dry(created, changed)
        if created and changed:
            return _("%(created)s are new, %(changed)s were brought up to date.") % {
                "created": wording.joined(created),
                "changed": wording.joined(changed),
            }
        if created:
            return _("%(created)s are new.") % {"created": wording.joined(created)}
        if changed:
            return _("%(changed)s were brought up to date.") % {"changed": wording.joined(changed)}
        if self.row.state is State.DONE:
            return _("Everything in the file was known already; nothing changed.")
        return ""

    def _dry(self, created: list[str], changed: list[str]) -> str:
        if created or changed:
            return _("Nothing is written yet. It would bring %(things)s.") % {
                "things": wording.joined(created or changed)
            }
        return _("Nothing is written, and nothing would change: everything in the file is known already.")

    @cached_property
    def undone_removed(self) -> list[str]:
        return wording.listed(self.row.undone.removed, self.voice.formats) if self.row.undone else []

    @cached_property
    def undone_restored(self) -> list[str]:
        return wording.listed(self.row.undone.restored, self.voice.formats) if self.row.undone else []

    @cached_property
    def undone_kept(self) -> list[Kept]:
        if not self.row.undone:
            return []
        return [
            Kept(wording.thing(name, count, self.voice.formats), wording.kept_reason(reason))
            for name, reasons in self.row.undone.kept.items()
            for reason, count in reasons.items()
        ]

    @property
    def error(self) -> str:
        return plain(self.row.error_text)

    # --- before it begins ------------------------------------------------------------------------------
    def preview(self, found: Preview) -> PreviewSeen:
        formats = self.voice.formats
        first = found.parts[0] if found.parts else None
        return PreviewSeen(
            trouble=previews.trouble(found),
            basis=previews.basis(first, formats) if first else "",
            part=plain(first.name) if first else "",
            other_parts=max(0, len(found.parts) - 1),
            notes=[
                *self._currency(found),
                *self._adding_up(found),
                *previews.notes(found.notes, formats),
                *self._left_out(found),
            ],
            reasons=wording.asides(first.reasons, formats) if first else [],
            is_guessed=found.is_guessed,
            is_whole=found.is_whole,
            kind=found.kind,
        )

    def _currency(self, found: Preview) -> list[str]:
        if found.currency or found.kind not in {"orders", "returns", "costs"} or not found.parts:
            return []
        if any(field.name == "currency" and field.columns for field in found.parts[0].fields):
            return []
        said = {"currency": self.voice.shop.currency}
        return [
            _("The file names no currency, so amounts are taken to be in %(currency)s, as the shop's.") % said
        ]

    @staticmethod
    def _adding_up(found: Preview) -> list[str]:
        if found.kind != "points":
            return []
        return [_("Several rows of one customer add up: a row that stands there twice counts twice.")]

    @staticmethod
    def _left_out(found: Preview) -> list[str]:
        return [
            _("%(name)s will not be read: it is not a table like the others.") % {"name": plain(name)}
            for name in found.left_out
        ]

    def undo_plan(self, plan: UndoPlan) -> UndoSeen:
        formats = self.voice.formats
        return UndoSeen(
            removed=wording.listed(plan.removed, formats),
            restored=wording.listed(plan.restored, formats),
            kept=wording.listed(plan.kept, formats),
            caused=wording.caused(plan.caused, formats),
            later=plan.later_imports,
        )
