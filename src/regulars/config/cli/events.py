"""`regulars events`: how far those are who read the log, and what to do about what they could not handle."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

import click
from django.utils.translation import gettext

from regulars.config.cli.setup import require_database
from regulars.config.words import gettext as _

if TYPE_CHECKING:
    from regulars.events.types import OldestTransaction

FOLLOW_SECONDS = 2.0
LISTED = 50
LONG_SECONDS = 5
"""A transaction that is open for longer than this is worth a line."""


@click.group(
    "events",
    invoke_without_command=True,
    help=_("Show how far those are who read the log of events."),
)
@click.pass_context
def events(context: click.Context) -> None:
    """Without a command: the state."""
    require_database()
    if context.invoked_subcommand is None:
        _show()


@events.command(help=_("Show it again and again until Ctrl-C."))
def watch() -> None:
    """A look every few seconds."""
    while True:
        _show()
        time.sleep(FOLLOW_SECONDS)
        click.echo()


@events.command("set-aside", help=_("List events that could not be handled, the newest first."))
@click.option("--consumer", help=_("Only those of this consumer."))
def set_aside(consumer: str | None) -> None:
    """Number, consumer, event, when, tries and why."""
    from regulars.events import queries

    for aside in queries.set_aside_page(consumer=consumer, limit=LISTED):
        waits = " " + gettext("(will be tried again)") if aside.asked_at else ""
        click.echo(
            f"{aside.id:>8}  {aside.consumer}  {aside.name}  {_moment(aside.set_aside_at)}  "
            f"×{aside.tries}{waits}\n          {aside.error}"
        )


def _ids_or_consumer(consumer: str | None, ids: tuple[int, ...]) -> None:
    if bool(ids) == (consumer is not None):
        raise click.UsageError(
            _("Name numbers from `regulars events set-aside`, or --consumer for all of it.")
        )


@events.command(help=_("Try events that were set aside again."))
@click.argument("ids", nargs=-1, type=int)
@click.option("--consumer", help=_("All of this consumer's."))
def replay(ids: tuple[int, ...], consumer: str | None) -> None:
    """The worker does it."""
    from regulars.events import services
    from regulars.kit import clock

    _ids_or_consumer(consumer, ids)
    count = services.replay(ids=ids or None, consumer=consumer, now=clock.now())
    click.echo(gettext("The worker will try %(count)s again.") % {"count": count})


@events.command(help=_("Leave events that were set aside unhandled for good."))
@click.argument("ids", nargs=-1, type=int)
@click.option("--consumer", help=_("All of this consumer's."))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
def drop(ids: tuple[int, ...], consumer: str | None, yes: bool) -> None:
    """They stay in the log; only this consumer never sees them."""
    from regulars.events import services
    from regulars.kit import clock

    _ids_or_consumer(consumer, ids)
    if yes or click.confirm(gettext("Nothing will ever come of these events. Leave them?")):
        count = services.drop_set_aside(ids=ids or None, consumer=consumer, now=clock.now())
        click.echo(gettext("%(count)s left unhandled.") % {"count": count})


@events.command(help=_("Have a consumer read from the beginning, or only what happens from now on."))
@click.argument("consumer")
@click.option("--from", "from_", type=click.Choice(["beginning", "now"]), required=True)
@click.option("--yes", is_flag=True, help=_("Do not ask."))
def restart(consumer: str, from_: str, yes: bool) -> None:
    """What it did before it may do again."""
    from regulars.events import registry, services
    from regulars.events.types import Start
    from regulars.kit import clock

    registry.consumer(consumer)
    question = {
        "beginning": gettext("%(name)s will do again what it did for every event. Go on?"),
        "now": gettext("%(name)s will never see the events that wait for it. Go on?"),
    }[from_]
    if yes or click.confirm(question % {"name": consumer}):
        services.start_again(consumer, from_=Start(from_), now=clock.now())


@events.command(help=_("Give a consumer nothing more for now."))
@click.argument("consumer")
def pause(consumer: str) -> None:
    """What happens meanwhile waits for it."""
    from regulars.events import services
    from regulars.kit import clock

    services.pause(consumer, now=clock.now())


@events.command(help=_("Let a paused consumer go on."))
@click.argument("consumer")
def resume(consumer: str) -> None:
    """It is given what has waited."""
    from regulars.events import services
    from regulars.kit import clock

    services.resume(consumer, now=clock.now())


def _show() -> None:
    from regulars.events import queries
    from regulars.events.types import BEHIND_MAX
    from regulars.kit import clock

    now = clock.now()
    states = queries.consumers_state()
    if not states:
        click.echo(gettext("Nobody reads the log."))
    width = max((len(state.name) for state in states), default=0)
    for state in states:
        behind = f"{state.behind}+" if state.behind >= BEHIND_MAX else str(state.behind)
        told = [gettext("behind: %(count)s") % {"count": behind}]
        if state.oldest_waiting_at:
            told.append(gettext("the oldest from %(moment)s") % {"moment": _moment(state.oldest_waiting_at)})
        if state.set_aside:
            told.append(gettext("set aside: %(count)s") % {"count": state.set_aside})
        if state.paused:
            told.append(gettext("paused"))
        click.echo(f"{state.name:<{width}}  " + ", ".join(told))
    oldest = queries.oldest_transaction()
    if oldest is not None and (oldest.since is None or (now - oldest.since).total_seconds() > LONG_SECONDS):
        click.echo(_in_the_way(oldest))


def _in_the_way(oldest: OldestTransaction) -> str:
    whose = " ".join(filter(None, [oldest.application, oldest.user and f"({oldest.user})"])) or "?"
    since = _moment(oldest.since) if oldest.since else "?"
    return gettext("Waits for a transaction open since %(since)s: %(whose)s, process %(pid)s, %(doing)s") % {
        "since": since,
        "whose": whose,
        "pid": oldest.pid or "-",
        "doing": " ".join(filter(None, [oldest.doing.value, oldest.statement])),
    }


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
