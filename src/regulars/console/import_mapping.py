"""Which column is read as what: the choices a page offers, and what a person made of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from regulars.analytics.previews import FIELDS, JOINED, FieldSpec, Preview, PreviewColumn, PreviewField
from regulars.analytics.wording.numbers import plain
from regulars.console.voice import Voice
from regulars.console.wording import previews as wording
from regulars.imports import registry

EXAMPLES = 3
"""Values of a column shown under it."""
ROWS = 8
"""Rows shown as they were understood."""
NAME_SHOWN = 60
"""Characters of a column's name."""
COLUMNS_SHOWN = 40
"""Columns of a raw row shown; a file may have two thousand."""


@dataclass(frozen=True)
class Option:
    value: str
    name: str
    chosen: bool = False


@dataclass(frozen=True)
class FieldChoice:
    """A field with what it can be read from. `need`: why it cannot be left out, in words."""

    name: str
    title: str
    need: str
    options: list[Option]
    likely: list[Option]
    examples: list[str]
    reading: str
    ways: list[Option]
    is_missing: bool
    is_used: bool


@dataclass(frozen=True)
class Understood:
    """One row of the file: as it stands, and as it was read."""

    number: str
    cells: list[str]
    raw: list[tuple[str, str]]
    trouble: str


def choices(preview: Preview) -> tuple[list[FieldChoice], list[FieldChoice]]:
    """A choice for each field of the kind: those in use or still needed, and all the others."""
    if not preview.parts:
        return [], []
    part = preview.parts[0]
    found = {field.name: field for field in part.fields}
    missing = preview.problem.field if preview.problem else None
    specs = registry.kind(preview.kind).fields
    settled = {s.one_of for s in specs if s.one_of and (f := found.get(s.name)) and f.columns}
    made = [
        _choice(spec, found.get(spec.name), part.columns, missing == spec.name, spec.one_of in settled)
        for spec in specs
    ]
    first = [choice for choice in made if choice.is_missing or choice.is_used or choice.need]
    return first, [choice for choice in made if choice not in first]


def _choice(
    spec: FieldSpec,
    field: PreviewField | None,
    columns: list[PreviewColumn],
    is_missing: bool,
    is_settled: bool,
) -> FieldChoice:
    """`is_settled`: the field or another one that would do in its place has a column."""
    field = field or PreviewField(name=spec.name, columns=[], others=[])
    chosen = JOINED.join(field.columns)
    likely = [Option(name, _short(name), name == chosen) for name in field.others]
    if len(field.columns) > 1:
        likely.insert(0, Option(chosen, _short(chosen), chosen=True))
    known = {option.value for option in likely}
    rest = [Option(c.name, _short(c.name), c.name == chosen) for c in columns if c.name not in known]
    examples = _examples(field, columns)
    return FieldChoice(
        name=spec.name,
        title=str(spec.title),
        need="" if is_settled else _need(spec),
        options=rest,
        likely=likely,
        examples=examples,
        reading=wording.understood_as(field),
        ways=_ways(field),
        is_missing=is_missing,
        is_used=bool(field.columns),
    )


def _short(name: str) -> str:
    """A column's name as a choice can show it."""
    clean = plain(name)
    return clean if len(clean) <= NAME_SHOWN else f"{clean[: NAME_SHOWN - 1]}…"


def _examples(field: PreviewField, columns: list[PreviewColumn]) -> list[str]:
    if not field.columns:
        return []
    values = next((c.values for c in columns if c.name == field.columns[0]), [])
    return list(dict.fromkeys(v for v in values if v))[:EXAMPLES]


def _need(spec: FieldSpec) -> str:
    if spec.required:
        return _("needed")
    words = {
        "amount": _("the amount or the price is needed"),
        "customer": _("one of number, e-mail and phone is needed"),
        "product": _("the code or the name is needed"),
        "order": _("the order or the customer is needed"),
    }
    return words.get(spec.one_of or "", "")


def _ways(field: PreviewField) -> list[Option]:
    """The orders of day and month between which a person can choose."""
    found = field.dates
    if found is None or len(found.ways) < 2:
        return []
    names = {"dmy": _("Day first (31.12.)"), "mdy": _("Month first (12/31)")}
    unsaid = _("— choose") if found.order == "open" else _("As found")
    by_itself = [Option("", unsaid, not field.format)]
    given = [Option(way, names.get(key, way), field.format == way) for key, way in found.ways.items()]
    return [*by_itself, *given]


def rows(preview: Preview, voice: Voice) -> tuple[list[str], list[Understood]]:
    """Titles of the fields in use, and the first rows read as these."""
    if not preview.parts:
        return [], []
    part = preview.parts[0]
    seen = [row.values for row in part.first_rows]
    used = [
        spec
        for spec in FIELDS.get(preview.kind, ())
        if any(values.get(spec.name) is not None for values in seen)
    ]
    names = [_short(column.name) for column in part.columns[:COLUMNS_SHOWN]]
    found = [
        Understood(
            number=voice.formats.number(row.row),
            cells=[wording.value(preview.kind, s.name, row.values.get(s.name), voice) for s in used],
            raw=[(name, cell) for name, cell in zip(names, row.raw, strict=False) if cell],
            trouble=row.reason or "",
        )
        for row in part.first_rows[:ROWS]
    ]
    return [str(spec.title) for spec in used], found


@dataclass(frozen=True)
class Chosen:
    """What a person said of a file. `is_as_shown`: nothing else than the page showed."""

    kind: str
    mapping: dict[str, str]
    is_as_shown: bool


def chosen(post: QueryDict, preview: Preview) -> Chosen:
    """The choices of the form. Fields it does not have are left as they were found."""
    kind = post.get("kind") or preview.kind
    if kind != preview.kind or not preview.parts:
        return Chosen(kind, {}, is_as_shown=kind == preview.kind)
    part = preview.parts[0]
    columns = {column.name for column in part.columns}
    shown = {field.name: field for field in part.fields}
    mapping: dict[str, str] = {}
    is_as_shown = True
    for spec in registry.kind(kind).fields:
        said = post.get(f"field-{spec.name}")
        if said is None:
            continue
        field = shown.get(spec.name)
        before = JOINED.join(field.columns) if field else ""
        if said and said != before and not columns.issuperset(said.split(JOINED)) and said not in columns:
            continue
        way = _way(post, spec, field if said == before else None)
        mapping[spec.name] = f"{said}:{way}" if said and way else said
        is_as_shown = is_as_shown and said == before and way == ((field and field.format) or "")
    return Chosen(kind, mapping, is_as_shown)


def _way(post: QueryDict, spec: FieldSpec, field: PreviewField | None) -> str:
    """How the dates are written, if it was said of the column that is still chosen."""
    if field is None or field.dates is None or not spec.dated:
        return ""
    said = post.get(f"way-{spec.name}", "")
    if said in field.dates.ways.values() or said == field.format:
        return said
    return ""
