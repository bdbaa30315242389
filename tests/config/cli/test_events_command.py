"""`regulars events`: what it says, and what it does."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from tests.events.reading import NOW, beat, drained, settled
from tests.events.test_in_the_way import open_one

from regulars.config.cli.events import events
from regulars.events import queries, registry, services
from regulars.events.errors import NoSuchConsumer
from regulars.events.types import Batch, Consumer

pytestmark = pytest.mark.django_db(transaction=True)


def fail(batch: Batch) -> None:
    raise ValueError("Anna's order")


def run(*arguments: str, says: str | None = None) -> Result:
    return CliRunner().invoke(events, arguments, input=says)


def told(*arguments: str, says: str | None = None) -> str:
    result = run(*arguments, says=says)
    assert result.exit_code == 0, result.output
    return result.output


def test_how_far_each_is_and_what_is_in_the_way() -> None:
    with registry.only_consumers(Consumer("test.one", fail), Consumer("test.another", lambda batch: None)):
        assert told() == "test.one      behind: 0\ntest.another  behind: 0\n"
        services.pause("test.one", now=NOW)
        beat([1, 2, 3])
        assert drained() == 3
        assert told().splitlines()[:2] == [
            "test.one      behind: 3, the oldest from 2026-03-15 12:00:00, paused",
            "test.another  behind: 0",
        ]
        with open_one():
            assert "transaction" not in told()  # not for a moment's
    with registry.only_consumers():
        assert told() == "Nobody reads the log.\n"


def test_what_was_set_aside_is_listed_replayed_and_dropped() -> None:
    with registry.only_consumers(Consumer("test.one", fail)):
        beat([1, 2])
        drained()
        newest, oldest = queries.set_aside_page()
        assert told().splitlines()[0] == "test.one  behind: 0, set aside: 2"
        listed = told("set-aside").splitlines()
        assert len(listed) == 4
        assert listed[0].split()[:3] == [str(newest.id), "test.one", "drum_beaten"]
        assert "ValueError: Anna" in listed[1]
        assert told("set-aside", "--consumer", "test.two") == ""
        assert told("replay", str(oldest.id)) == "The worker will try 1 again.\n"
        assert "(will be tried again)" in told("set-aside").splitlines()[2]
        assert told("replay", "--consumer", "test.one") == "The worker will try 1 again.\n"
        assert told("drop", str(oldest.id), says="n\n").endswith(": n\n")
        assert len(queries.set_aside_page()) == 2
        assert told("drop", str(oldest.id), says="y\n").endswith("1 left unhandled.\n")
        assert told("drop", "--consumer", "test.one", "--yes") == "1 left unhandled.\n"
        assert queries.set_aside_page() == []


@pytest.mark.parametrize("command", ["replay", "drop"])
def test_either_numbers_or_a_consumer(command: str) -> None:
    for arguments in ((), ("1", "--consumer", "test.one")):
        result = run(command, *arguments)
        assert result.exit_code == 2
        assert "Name numbers from" in result.output


def test_read_again_paused_and_resumed() -> None:
    got: list[int] = []
    with registry.only_consumers(Consumer("test.one", lambda batch: got.extend(e.id for e in batch.events))):
        beat([1, 2])
        assert drained() == 2
        assert "do again" in told("restart", "test.one", "--from", "beginning", says="n\n")
        assert drained() == 0
        told("restart", "test.one", "--from", "beginning", "--yes")
        assert drained() == 2
        beat([3], "more")
        settled()
        assert "never see" in told("restart", "test.one", "--from", "now", says="y\n")
        assert drained() == 0
        told("pause", "test.one")
        assert queries.consumers_state()[0].paused
        told("resume", "test.one")
        assert not queries.consumers_state()[0].paused


def test_a_consumer_that_there_is_not() -> None:
    for arguments in (("pause", "test.nobody"), ("restart", "test.nobody", "--from", "now", "--yes")):
        error = run(*arguments).exception
        assert isinstance(error, NoSuchConsumer)  # which the command line says in a line
        assert error.message == "There is no consumer test.nobody."
