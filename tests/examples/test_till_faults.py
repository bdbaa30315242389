"""The example of a till when its own machine, or what stands between it and the server, fails it."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from examples.till import Memory, Server, Till, main

NEVER = "http://127.0.0.1:9"  # where nobody answers


class Says(httpx.BaseTransport):
    """Somebody on the way who answers every call alike."""

    def __init__(self, status: int, told: Any, **headers: str) -> None:
        self.status, self.told, self.headers = status, told, headers

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(self.status, json=self.told, headers=self.headers)


def till_at(memory: Path, way: httpx.BaseTransport) -> Till:
    client = httpx.Client(transport=way, base_url="http://server")
    return Till(Server(client, rest_seconds=0), Memory(str(memory)))


def takes(till: Till, *, nothing: bool) -> None:
    """Whether the disk takes nothing any more: it is full, or was made to be read only."""
    till.memory._file.execute(f"PRAGMA query_only = {int(nothing)}")


def journal(till: Till) -> list[str]:
    return [entry["kind"] for entry in till.memory.unsent()]


@pytest.fixture
def away(tmp_path: Path) -> Till:
    """A till whose server is away."""
    return till_at(tmp_path / "till.db", Says(502, {}))


def test_what_was_paid_is_kept_while_the_disk_takes_nothing(away: Till) -> None:
    away.add("tea", 100_000)

    def take(_quote: Any) -> bool:
        takes(away, nothing=True)  # just when the money is taken
        return True

    receipt = away.pay(take=take)
    assert "Paid 1000.00" in receipt
    assert "NOT WRITTEN DOWN" in receipt
    assert journal(away) == []
    assert "NOT WRITTEN DOWN" in away.send()
    takes(away, nothing=False)
    for _ in range(2):
        assert "NOT WRITTEN DOWN" not in away.send()
        assert journal(away) == ["order"]


def test_no_money_is_taken_for_what_cannot_be_noted(away: Till) -> None:
    away.add("tea", 100_000)
    away.memory.next_order = lambda: "T-1"  # type: ignore[method-assign]
    takes(away, nothing=True)
    with pytest.raises(sqlite3.OperationalError):
        away.pay(take=lambda quote: pytest.fail("the money was taken"))


def damage(memory: Path, how: str) -> None:
    raw = memory.read_bytes()
    if how == "another file":
        memory.write_bytes(b"no memory of a till" * 1000)
    elif how == "a page of zeros":
        memory.write_bytes(raw[:4096] + bytes(len(raw) - 4096))
    else:
        assert b'"kind": "order"' in raw
        memory.write_bytes(raw.replace(b'"kind": "order"', b'"kind": \xffrder"'))


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("how", ["another file", "a page of zeros", "an entry"])
def test_a_damaged_memory_is_put_aside_and_the_till_goes_on(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    how: str,
) -> None:
    path = tmp_path / "till.db"
    before = till_at(path, Says(502, {}))
    before.add("tea", 100_000)
    before.pay()
    name = before.memory.note("till")
    before.memory._file.close()
    damage(path, how)
    damaged = path.read_bytes()
    command = ["till", "--address", NEVER, "--key", "tk_1", "--memory", str(path), "--language", language]
    monkeypatch.setattr(sys, "argv", command)
    monkeypatch.setattr(sys, "stdin", io.StringIO("add tea 10\npay\ny\nquit\n"))
    main()
    (aside,) = tmp_path.glob("till.db.damaged-*")
    assert aside.read_bytes() == damaged
    shown = capsys.readouterr().out
    assert str(aside) in shown
    assert ("Память кассы повреждена" if language == "ru" else "memory of this till is damaged") in shown
    assert "Paid 10.00" in shown
    after = Memory(str(path))
    assert [entry["kind"] for entry in after.unsent()] == ["order"]
    assert (after.damaged, after.note("till") != name) == ("", True)


def test_a_memory_that_somebody_holds_is_not_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "till.db"
    Memory(str(path))
    other = sqlite3.connect(path)
    other.execute("BEGIN EXCLUSIVE")
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda name: connect(name, timeout=0))
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        Memory(str(path))
    assert [one.name for one in tmp_path.glob("*damaged*")] == []


def test_nobody_leaves_while_something_is_not_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    memory = Memory(str(tmp_path / "till.db"))

    def paid(_quote: Any) -> bool:
        memory._file.execute("PRAGMA query_only = 1")
        return True

    monkeypatch.setattr("examples.till.Memory", lambda path: memory)
    monkeypatch.setattr("examples.till._paid", paid)
    monkeypatch.setattr(sys, "argv", ["till", "--address", NEVER, "--key", "tk"])
    monkeypatch.setattr(sys, "stdin", io.StringIO("add tea 10\npay\nquit\nwrong"))
    main()
    said = capsys.readouterr().out
    assert said.index("NOT WRITTEN DOWN") < said.index("Nothing.")
    assert [entry["kind"] for entry in memory.unwritten] == ["order"]


@pytest.mark.parametrize(("said", "sold"), [("y", ["order"]), ("n", [])])
def test_a_plug_pulled_while_the_money_is_taken(
    away: Till,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    said: str,
    sold: list[str],
) -> None:
    def pulled(_quote: Any) -> bool:
        raise KeyboardInterrupt

    away.add("tea", 100_000)
    with pytest.raises(KeyboardInterrupt):
        away.pay(take=pulled)
    memory = str(tmp_path / "till.db")
    monkeypatch.setattr(sys, "argv", ["till", "--address", NEVER, "--key", "tk", "--memory", memory])
    for typed in (f"{said}\nquit", "quit"):  # asked once
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        main()
        assert journal(away) == sold
    assert capsys.readouterr().out.count("This till stopped while") == 1


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (403, {"message": "blocked"}),
        (404, ["nothing"]),
        (401, {"code": "not_authenticated", "detail": "The key is unknown or revoked."}),
    ],
)
def test_a_till_sells_whatever_stands_in_the_way(tmp_path: Path, status: int, told: Any) -> None:
    till = till_at(tmp_path / "till.db", Says(status, told))
    till.add("tea", 100_000)
    assert "Paid 1000.00" in till.pay()
    assert till.send() == f"The server answers {status}."
    assert journal(till) == ["order"]


def test_a_program_started_twice_sells_under_two_numbers(tmp_path: Path) -> None:
    one, other = (Memory(str(tmp_path / "till.db")) for _ in range(2))
    numbers: list[str] = []

    def meanwhile(statement: str) -> None:
        if statement.startswith("INSERT") and not numbers:
            numbers.append(other.next_order())

    one._file.set_trace_callback(meanwhile)
    assert one.next_order() not in numbers
    assert len(numbers) == 1


def test_a_clock_that_was_set_back_sells_at_the_servers_time(tmp_path: Path) -> None:
    date = "Fri, 01 Jan 2100 12:00:00 GMT"  # all clocks of the tests are far behind it
    till = till_at(tmp_path / "till.db", Says(200, {}, date=date))
    assert till.send() == ""
    till = till_at(tmp_path / "till.db", Says(502, {}))  # switched off and on again, with no server
    till.add("tea", 100_000)
    till.pay()
    (entry,) = till.memory.unsent()
    assert entry["at"] == entry["body"]["ordered_at"] == "2100-01-01T12:00:00+00:00"


def test_what_could_not_be_read_is_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sent once, it would stand in the way of all that comes after it."""
    memory = str(tmp_path / "till.db")
    monkeypatch.setattr(sys, "argv", ["till", "--address", NEVER, "--key", "tk", "--memory", memory])
    typed = ["add te\udce0 10", "add t\x00 10", "pay", "y", "quit"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(typed)))
    main()
    assert "nothing in the cart" in capsys.readouterr().out
    assert json.dumps(Memory(memory).unsent()) == "[]"
