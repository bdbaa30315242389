"""`regulars audit`: from files of orders to a report, without a database or a server."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Literal

import click
from django.utils.translation import gettext

from regulars.config import words
from regulars.config.cli.audit_screen import never_fail
from regulars.config.words import gettext as _

if TYPE_CHECKING:
    from regulars.analytics.compute.audit import AuditOptions
    from regulars.analytics.types import Audit

INTERRUPTED = 130  # what a shell gives for a program ended by Ctrl-C
REFUSED = 2
FAILED = 1
DEFAULT_ZONE = "UTC"
STDOUT = "-"


@dataclass(frozen=True)
class Asked:
    """The command line as it was given."""

    orders: tuple[Path, ...]
    costs: Path | None
    mapping: tuple[str, ...]
    as_of: str | None
    timezone: str
    currency: str | None
    margin: str | None
    language: Literal["ru", "en"]
    hide_ids: bool
    out: Path | None
    json: Path | None

    @property
    def sources(self) -> list[Path]:
        return [*self.orders, *([self.costs] if self.costs else [])]

    @property
    def json_to_stdout(self) -> bool:
        return str(self.json) == STDOUT


@click.command(
    help=_(
        "Audit retention from files of orders (CSV, TSV, XLSX, Parquet, gzip or zip of them): how retention "
        "stands, who is slipping away and what to do first."
    )
)
@click.argument("orders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--costs", type=click.Path(path_type=Path), help=_("File of costs per channel and day."))
@click.option(
    "mapping",
    "--map",
    multiple=True,
    metavar="FIELD=COLUMN",
    help=_("Which column a field is read from, for dates with the format: ordered_at=Date:%d.%m.%Y."),
)
@click.option("--as-of", metavar="DAY", help=_("Only what happened before this day counts."))
@click.option("--timezone", default=DEFAULT_ZONE, show_default=True, help=_("The shop's time zone."))
@click.option("--currency", metavar="CODE", help=_("The currency to count in."))
@click.option("--margin", metavar="SHARE", help=_("Share of revenue left after the goods, such as 0.3."))
@click.option("--lang", type=click.Choice(["ru", "en"]), help=_("Language of the report."))
@click.option("--hide-ids", is_flag=True, help=_("Show no customer ids."))
@click.option("--out", type=click.Path(path_type=Path), help=_("Where the HTML report goes."))
@click.option(
    "json", "--json", type=click.Path(path_type=Path), help=_("Where the JSON goes (- for the screen).")
)
def audit(
    orders: tuple[Path, ...],
    costs: Path | None,
    mapping: tuple[str, ...],
    as_of: str | None,
    timezone: str,
    currency: str | None,
    margin: str | None,
    lang: Literal["ru", "en"] | None,
    hide_ids: bool,
    out: Path | None,
    json: Path | None,
) -> None:
    """Run the audit; input that cannot be used ends with 2, a bug with 1, Ctrl-C with 130."""
    asked = Asked(
        orders,
        costs,
        mapping,
        as_of,
        timezone,
        currency,
        margin,
        lang or words.language(),
        hide_ids,
        out,
        json,
    )
    for stream in (sys.stdout, sys.stderr):
        never_fail(stream)
    pressed = _Pressed()
    try:
        _start_django(asked.language)
        code = _guarded(asked, pressed)
    except KeyboardInterrupt:
        click.echo(_("Stopped; nothing was written."), err=True)
        code = INTERRUPTED
    raise SystemExit(code)


class _Pressed:
    """Ctrl-C, remembered: the libraries that read and reckon turn it into errors of their own."""

    def __init__(self) -> None:
        self.yes = False
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # started so that it is not to be stopped
            signal.signal(signal.SIGINT, self._handle)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.yes = True
        raise KeyboardInterrupt

    def check(self) -> None:
        """Raise KeyboardInterrupt if somebody swallowed it."""
        if self.yes:
            raise KeyboardInterrupt


def _start_django(language: str) -> None:
    """Only its templates and translations are used."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    import django
    from django.utils import translation

    django.setup()
    translation.activate(language)


def _guarded(asked: Asked, pressed: _Pressed) -> int:
    """The exit code of the work; whatever happens is told in a line or two."""
    from regulars.analytics.errors import InputError
    from regulars.analytics.wording.numbers import plain

    try:
        _work(asked, pressed)
    except InputError as error:
        pressed.check()
        click.echo("\n".join(plain(line) for line in error.message.splitlines()), err=True)
        return REFUSED
    except BrokenPipeError:  # who reads has seen enough; the files were written before
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        pressed.check()
        if _disk_full(error):
            click.echo(gettext("The disk is full. Make room, or point TMPDIR to a larger disk."), err=True)
            return REFUSED
        if os.environ.get("REGULARS_DEBUG"):
            raise
        click.echo(
            gettext("The audit failed: %(error)s.")
            % {"error": plain(f"{type(error).__name__}: {error}")[:300]},
            err=True,
        )
        click.echo(gettext("This is a mistake of ours; REGULARS_DEBUG=1 shows where."), err=True)
        return FAILED
    return 0


def _disk_full(error: Exception) -> bool:
    """Said by the system, or by DuckDB in words of its own."""
    import errno

    return getattr(error, "errno", None) == errno.ENOSPC or "No space left on device" in str(error)


def _work(asked: Asked, pressed: _Pressed) -> None:
    from rich.console import Console

    from regulars.analytics.compute.audit import run_audit
    from regulars.config.cli.audit_files import write_whole
    from regulars.config.cli.audit_progress import TerminalProgress

    target = _report_target(asked)
    options = _options(asked)
    with TerminalProgress(Console(stderr=True)) as progress:
        progress.step(gettext("Reading the files"))
        document = run_audit(orders=asked.orders, costs=asked.costs, options=options, progress=progress)
        page = None
        if target is not None:
            progress.step(gettext("Drawing the report"))
            page = _page(document, asked.language)
    pressed.check()
    if target is not None and page is not None:
        write_whole(target, page)
    _write_json(asked, document)
    if not asked.json_to_stdout:
        _print(asked, document, target)


def _report_target(asked: Asked) -> Path | None:
    """Where the HTML goes: as asked, else beside where one stands; None if only JSON was asked for."""
    from regulars.analytics.errors import InputError
    from regulars.analytics.report import GENERATOR
    from regulars.config.cli.audit_files import check_target, default_target

    target = asked.out
    if target is None and asked.json is None:
        target = default_target(GENERATOR)
    if target is not None:
        check_target(target, "--out", asked.sources)
    if asked.json is not None and not asked.json_to_stdout:
        check_target(asked.json, "--json", asked.sources)
        if target is not None and target.resolve() == asked.json.resolve():
            raise InputError("bad_target", gettext("--out and --json name the same file."))
    return target


def _options(asked: Asked) -> AuditOptions:
    from regulars.analytics.compute.audit import AuditOptions
    from regulars.config.cli import audit_options

    return AuditOptions(
        timezone=audit_options.zone_of(asked.timezone),
        mapping=audit_options.mapping_of(asked.mapping),
        as_of=audit_options.day_of(asked.as_of),
        currency=audit_options.currency_of(asked.currency),
        margin=audit_options.margin_of(asked.margin),
        hide_ids=asked.hide_ids,
    )


def _page(document: Audit, language: str) -> bytes:
    from regulars.analytics.compute.charts import draw_charts
    from regulars.analytics.report import render_report

    return render_report(document, language, draw_charts(document, language)).encode()


def _write_json(asked: Asked, document: Audit) -> None:
    from regulars.analytics.export import audit_json
    from regulars.config.cli.audit_files import write_whole

    if asked.json is None:
        return
    content = audit_json(document, asked.language)
    if asked.json_to_stdout:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        write_whole(asked.json, content)


def _print(asked: Asked, document: Audit, target: Path | None) -> None:
    from rich.text import Text

    from regulars.analytics.terminal import print_audit
    from regulars.analytics.wording.numbers import plain
    from regulars.config.cli.audit_screen import Screen

    console = Screen(highlight=False, markup=False)
    print_audit(document, asked.language, console)
    for name, path in ((gettext("Report"), target), (gettext("JSON"), asked.json)):
        if path is not None:
            where = plain(str(path if path is asked.json or asked.out else path.resolve()))
            console.print(Text(f"{name}: {where}"), soft_wrap=True)
