"""`regulars import`: bring a file in, look at what was brought in, take it back."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from django.utils.translation import gettext

from regulars.config.cli.setup import require_database
from regulars.config.words import gettext as _
from regulars.kit.errors import RegularsError

if TYPE_CHECKING:
    from regulars.imports.types import ImportRow

REFUSED = 2
INTERRUPTED = 130
ASK_SECONDS = 0.5
LISTED = 30


@click.command(
    "import",
    help=_(
        "Bring in a file of orders, customers, products, returns or costs (CSV, TSV, XLSX, Parquet, gzip or "
        "zip of them). The same file again changes nothing."
    ),
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--kind", default="orders", show_default=True, help=_("What the file tells of."))
@click.option(
    "mapping",
    "--map",
    multiple=True,
    metavar="FIELD=COLUMN",
    help=_("Which column a field is read from, for dates with the format: ordered_at=Date:%d.%m.%Y."),
)
@click.option("--source", help=_("Whose numbers the file uses, if not the shop's own."))
@click.option("--dry-run", is_flag=True, help=_("Only say what would be done."))
@click.option("--undo", type=int, metavar="NUMBER", help=_("Take an import back."))
@click.option("--resume", type=int, metavar="NUMBER", help=_("Go on with an import that was stopped."))
@click.option("listing", "--list", is_flag=True, help=_("Show what was brought in."))
@click.option("--yes", is_flag=True, help=_("Do not ask before taking back."))
def bring_in(
    file: Path | None,
    kind: str,
    mapping: tuple[str, ...],
    source: str | None,
    dry_run: bool,
    undo: int | None,
    resume: int | None,
    listing: bool,
    yes: bool,
) -> None:
    """What cannot be done ends with 2, Ctrl-C with 130."""
    wanted = [thing for thing in (file, undo, resume, listing or None) if thing is not None]
    if len(wanted) != 1:
        raise click.UsageError(_("Name a file, or use one of --list, --undo and --resume."))
    require_database()
    try:
        if listing:
            _list()
        elif undo is not None:
            _undo(undo, ask=not yes)
        elif resume is not None:
            _resume(resume)
        elif file is not None:
            _bring_in(file, kind, _mapping_of(mapping), source, dry_run)
    except RegularsError as error:
        click.echo(error.message, err=True)
        raise SystemExit(REFUSED) from error


def _mapping_of(pairs: tuple[str, ...]) -> dict[str, str]:
    """`field=COL` or `field=COL:format`, as given; an empty column leaves the field out."""
    found = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not equals:
            raise RegularsError(gettext("--map %(given)s: write field=COLUMN.") % {"given": pair})
        found[field.strip().lower()] = column.strip()
    return found


def _bring_in(file: Path, kind: str, mapping: dict[str, str], source: str | None, dry_run: bool) -> None:
    from regulars.customers.types import SHOP
    from regulars.imports import registry, rules, services
    from regulars.imports.types import Origin
    from regulars.kit import clock

    rules.check_mapping(mapping, [field.name for field in registry.kind(kind).fields])
    number = services.take_file(
        name=file.name,
        path=file,
        kind=kind,
        mapping=mapping,
        source=source or SHOP,
        user_id=None,
        now=clock.now(),
        origin=Origin.COMMAND,
        examine=False,
    )
    row = _row(number)
    if row.error_text:
        raise RegularsError(row.error_text)
    if dry_run:
        services.check(import_id=number, now=clock.now())
    else:
        services.start(import_id=number, user_id=None, now=clock.now())
    _tell(_wait(number))


def _resume(number: int) -> None:
    from regulars.imports import services
    from regulars.kit import clock

    services.resume(import_id=number, now=clock.now())
    _tell(_wait(number))


def _undo(number: int, *, ask: bool) -> None:
    from regulars.console.voice import Voice
    from regulars.console.wording import imports as wording
    from regulars.imports import services
    from regulars.kit import clock
    from regulars.team import queries as team

    formats = Voice(_language(), team.shop(), clock.now()).formats
    plan = services.plan_undo(import_id=number)
    lines: list[tuple[str, list[str]]] = [
        (gettext("Will be removed: %(things)s."), wording.listed(plan.removed, formats)),
        (gettext("Will be as before: %(things)s."), wording.listed(plan.restored, formats)),
        (
            gettext("Changed by later imports and therefore kept: %(things)s."),
            wording.listed(plan.kept, formats),
        ),
        (gettext("Came of it since: %(things)s."), wording.caused(plan.caused, formats)),
    ]
    for sentence, things in lines:
        if things:
            click.echo(sentence % {"things": wording.joined(things)})
    if ask and not click.confirm(gettext("Take the import back?")):
        return
    services.undo(import_id=number, user_id=None, now=clock.now())
    row = _wait(number)
    _fail_if_failed(row)
    if row.undone is not None:
        for thing, reasons in row.undone.kept.items():
            for reason, count in reasons.items():
                click.echo(f"{wording.thing(thing, count, formats)}: {wording.kept_reason(reason)}")
    click.echo(gettext("Import %(number)s was taken back.") % {"number": number})


def _wait(number: int) -> ImportRow:
    """Do the work here, or wait for the worker that is at it already; Ctrl-C stops it cleanly."""
    from regulars.imports import services
    from regulars.imports.errors import NotNow
    from regulars.kit import clock

    shown = _Progress(number)
    try:
        while (row := _row(number)).is_working:
            services.advance(import_id=number, clock=clock.now, enough=shown.tell)
            if _row(number).is_working:
                shown.tell()
                time.sleep(ASK_SECONDS)
    except KeyboardInterrupt:
        try:
            services.stop(import_id=number, now=clock.now())
            text = gettext("Stopped. What is in stays; `regulars import --resume %(number)s` goes on.")
        except NotNow:
            text = gettext("Import %(number)s goes on in the background.")
        click.echo("\n" + text % {"number": number}, err=True)
        raise SystemExit(INTERRUPTED) from None
    finally:
        shown.end()
    return row


class _Progress:
    """A line on the terminal that says how far it is."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._is_shown = False

    def tell(self) -> bool:
        """Asked between batches; never says that it is enough."""
        if sys.stderr.isatty():
            row = _row(self._number)
            if row.total:
                click.echo(f"\r{row.done} / {row.total}", nl=False, err=True)
                self._is_shown = True
        return False

    def end(self) -> None:
        if self._is_shown:
            click.echo(err=True)


def _tell(row: ImportRow) -> None:
    """What became of it."""
    from regulars.console.voice import Voice
    from regulars.console.wording import imports as wording
    from regulars.kit import clock
    from regulars.team import queries as team

    formats = Voice(_language(), team.shop(), clock.now()).formats
    _fail_if_failed(row)
    report = row.report
    if report.dry:
        click.echo(gettext("Nothing was written; this is what would be done."))
    for thing, counts in report.things.items():
        click.echo(
            gettext("%(name)s: %(created)s new, %(changed)s changed, %(same)s as they were")
            % {
                "name": wording.thing_name(thing),
                "created": formats.number(counts.created),
                "changed": formats.number(counts.changed),
                "same": formats.number(counts.same),
            }
        )
    click.echo(
        gettext("Rows: %(rows)s, of them set aside: %(aside)s")
        % {
            "rows": formats.number(report.rows),
            "aside": formats.number(sum(report.set_aside.values())),
        }
    )
    for aside in wording.asides(report.set_aside, formats):
        click.echo(f"  {aside.title}: {aside.count}")
    if not report.dry:
        click.echo(
            gettext("This is import %(number)s; `regulars import --undo %(number)s` takes it back.")
            % {"number": row.id}
        )


def _fail_if_failed(row: ImportRow) -> None:
    if row.error_text:
        raise RegularsError(row.error_text)


def _list() -> None:
    from regulars.console.wording import imports as wording
    from regulars.imports import queries

    for row in queries.imports_page(limit=LISTED):
        state, kind = wording.standing(row).name, wording.kind_name(row.kind)
        click.echo(f"{row.id:>6}  {row.created_at:%Y-%m-%d %H:%M}  {kind:<12} {state:<24} {row.name}")


def _row(number: int) -> ImportRow:
    from regulars.imports import queries
    from regulars.imports.errors import NoSuchImport

    row = queries.import_state(number)
    if row is None:
        raise NoSuchImport(gettext("There is no import number %(id)s.") % {"id": number})
    return row


def _language() -> str:
    from regulars.config import words

    return words.language()
