"""What dies in the middle: nothing that was answered is lost, nothing is stored twice."""

from __future__ import annotations

import contextlib
import functools
import http.client
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from tests.api.ingest.shop import Shop, running

pytestmark = pytest.mark.slow

CLIENTS = 16
PATIENCE_SECONDS = 90
T = TypeVar("T")
NOBODY_ANSWERED = (OSError, http.client.HTTPException, ValueError)


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    # Not below pytest's folder, which the database's user cannot enter.
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as home,
        running(Path(folder), Path(home)) as shop,
    ):
        yield shop


def batch(name: str, size: int) -> list[dict[str, Any]]:
    return [
        {"type": "track", "userId": f"K{n % 50}", "event": "Table Booked", "messageId": f"{name}-{n}"}
        for n in range(size)
    ]


class Client:
    """Sends what it has until it was answered for, as Segment's libraries do; keeps what it was told."""

    def __init__(self, shop: Shop, calls: list[tuple[str, Any]]) -> None:
        self.shop = shop
        self.calls = calls
        self.taken = self.repeated = self.tries = 0
        self.statuses: set[int] = set()

    def run(self) -> None:
        for path, body in self.calls:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not self._sent(path, body):
                assert time.monotonic() < deadline
                time.sleep(0.05)  # between two tries, as any client waits

    def _sent(self, path: str, body: Any) -> bool:
        self.tries += 1
        try:
            status, answer = self.shop.post(path, body)
        except NOBODY_ANSWERED:
            return False
        self.statuses.add(status)
        if status != 200:
            return False
        assert answer["refused"] == 0
        self.taken += answer["taken"]
        self.repeated += answer["repeated"]
        return True


def clients_of(shop: Shop, name: str, turns: int) -> tuple[list[Client], list[str]]:
    """Half of them send batches, half single events; and the ids of all they send."""
    clients, ids = [], []
    for number in range(CLIENTS):
        sent = [batch(f"{name}-{number}-{turn}", 40 if number % 2 else 1) for turn in range(turns)]
        calls = [("batch", {"batch": items}) if number % 2 else ("track", items[0]) for items in sent]
        clients.append(Client(shop, calls))
        ids += [item["messageId"] for items in sent for item in items]
    return clients, sorted(ids)


def under(shop: Shop, clients: list[Client], fault: Any) -> None:
    """Let the clients run while something happens."""
    with ThreadPoolExecutor(len(clients)) as pool:
        running = [pool.submit(client.run) for client in clients]
        fault()
        for one in running:
            one.result(2 * PATIENCE_SECONDS)


def at_once(functions: Sequence[Callable[[], T]]) -> list[T]:
    """What each gives, begun at the same moment."""
    barrier = threading.Barrier(len(functions))

    def run(function: Callable[[], T]) -> T:
        barrier.wait(30)
        return function()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions, timeout=PATIENCE_SECONDS))


def of(shop: Shop, name: str) -> list[str]:
    return [key for key in shop.stored() if key.startswith(f"{name}-")]


def until_stored(shop: Shop, name: str, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(of(shop, name)) < count:
        assert time.monotonic() < deadline


def test_killed_in_the_middle_of_batches(shop: Shop) -> None:
    """kill -9 of the web server, three times: all that was answered is there, and all is there once."""
    clients, ids = clients_of(shop, "kill", 15)

    def fault() -> None:
        for share in (0.1, 0.3, 0.6):
            until_stored(shop, "kill", int(share * len(ids)))
            shop.kill()
            shop.start()

    under(shop, clients, fault)
    assert of(shop, "kill") == ids
    assert sum(client.tries for client in clients) > sum(len(client.calls) for client in clients)
    answered = sum(client.taken + client.repeated for client in clients)
    assert answered == len(ids)  # each call was answered once in the end
    assert sum(client.taken for client in clients) <= len(ids)


def test_the_database_restarts_under_load(shop: Shop) -> None:
    clients, ids = clients_of(shop, "restart", 12)

    def fault() -> None:
        for share in (0.1, 0.5):
            until_stored(shop, "restart", int(share * len(ids)))
            shop.database.stop()
            shop.start_database()

    under(shop, clients, fault)
    assert of(shop, "restart") == ids
    seen = set().union(*(client.statuses for client in clients))
    assert seen <= {200, 503}  # mostly 200: who finds the connection dead waits for a new one


def test_a_batch_without_a_database_is_told_to_come_again(shop: Shop) -> None:
    shop.database.stop()
    try:
        started = time.monotonic()
        status, answer = shop.post("batch", {"batch": batch("away", 3)})
        assert (status, answer["code"]) == (503, "unavailable")
        assert time.monotonic() - started < 15
    finally:
        shop.start_database()
    client = Client(shop, [("batch", {"batch": batch("away", 3)})])
    client.run()
    assert len(of(shop, "away")) == 3


def test_the_same_batch_by_16_clients_at_once_is_stored_once(shop: Shop) -> None:
    """First the race: who looks before storing and has no key to hold on to stores it several times."""
    keys = [f"race-{n}" for n in range(40)]
    address = shop.address
    looked = threading.Barrier(CLIENTS)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE naive (key text NOT NULL)")

    def naive() -> None:
        with psycopg.connect(address) as connection:
            known = {key for (key,) in connection.execute("SELECT key FROM naive").fetchall()}
            looked.wait(30)
            connection.cursor().executemany(
                "INSERT INTO naive VALUES (%s)", [[key] for key in keys if key not in known]
            )

    at_once([naive] * CLIENTS)
    with psycopg.connect(address, autocommit=True) as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM naive").fetchall()
        connection.execute("DROP TABLE naive")
    assert count > len(keys)

    for turn in range(5):
        name = f"same{turn}"
        items = batch(name, 200)
        bodies = [random.Random(n).sample(items, len(items)) for n in range(CLIENTS)]  # noqa: S311
        answers = at_once([lambda body=body: shop.post("batch", {"batch": body}) for body in bodies])
        told = [answer[1] for answer in answers if answer[0] == 200]
        assert len(told) == CLIENTS
        assert sum(answer["taken"] for answer in told) == len(items)
        assert sum(answer["repeated"] for answer in told) == (CLIENTS - 1) * len(items)
        assert of(shop, name) == sorted(item["messageId"] for item in items)


def test_the_same_order_and_cart_by_16_clients_at_once_count_once(shop: Shop) -> None:
    product = {"product_id": "P1", "name": "Tea", "price": 5, "quantity": 1}
    told = [
        {
            "event": "Order Completed",
            "properties": {"order_id": "O1", "currency": "RUB", "products": [product]},
        },
        {"event": "Product Added", "properties": product},
        {"event": "Table Booked"},
        {
            "event": "Order Refunded",
            "properties": {"order_id": "O1", "refund_id": "R1", "total": 1, "currency": "RUB"},
        },
    ]
    items = [
        {"type": "track", "userId": "K1", "anonymousId": "a1", "messageId": f"deal-{n}", **one}
        for n, one in enumerate(told)
    ] + [
        {
            "type": "identify",
            "userId": "K1",
            "messageId": "deal-i",
            "traits": {"name": "Anna", "plan": "gold"},
        }
    ]
    answers = at_once([lambda: shop.post("batch", {"batch": items})] * CLIENTS)
    results = [answer[1] for answer in answers if answer[0] == 200]
    assert len(results) == CLIENTS, answers
    assert sum(answer["taken"] for answer in results) == len(items)
    assert sum(answer["refused"] for answer in results) == 0
    with psycopg.connect(shop.address) as connection:
        counted = connection.execute(
            "SELECT name, count(*) FROM events WHERE name IN"
            " ('order_completed', 'product_added', 'order_refunded', 'anonymous_linked', 'traits_changed')"
            " GROUP BY name ORDER BY name"
        ).fetchall()
    assert dict(counted) == dict.fromkeys(
        ("anonymous_linked", "order_completed", "order_refunded", "product_added", "traits_changed"), 1
    )


def test_many_at_once_about_the_same_customers_wait_for_each_other_and_none_is_lost(shop: Shop) -> None:
    """Overlapping batches of all kinds, in any order."""

    def sent(number: int) -> tuple[int, Any]:
        chance = random.Random(number)  # noqa: S311
        items: list[dict[str, Any]] = []
        for n in range(60):
            who = {"userId": f"C{chance.randrange(8)}", "anonymousId": f"c{chance.randrange(8)}"}
            what: dict[str, Any] = chance.choice(
                [
                    {"type": "page"},
                    {"type": "track", "event": f"Event {chance.randrange(5)}"},
                    {
                        "type": "identify",
                        "traits": {"plan": chance.randrange(9), "email": f"c{n}@example.com"},
                    },
                    {
                        "type": "track",
                        "event": "Product Added",
                        "properties": {"product_id": f"P{n % 5}", "currency": "RUB"},
                    },
                    {
                        "type": "track",
                        "event": "Order Completed",
                        "properties": {
                            "order_id": f"C{chance.randrange(20)}",
                            "revenue": n,
                            "currency": "RUB",
                        },
                    },
                ]
            )
            items.append({"messageId": f"many-{number}-{n}", **who, **what})
        return shop.post("batch", {"batch": items})

    answers = at_once([lambda number=number: sent(number) for number in range(CLIENTS * 3)])
    assert [answer[0] for answer in answers] == [200] * CLIENTS * 3
    assert sum(answer[1]["taken"] for answer in answers) == CLIENTS * 3 * 60


def test_more_first_calls_at_once_than_there_are_connections_to_the_database(shop: Shop) -> None:
    """Each asks for its key; who then waits for another to write must not keep what that one needs."""
    shop.kill()
    shop.start()
    calls = batch("first", 3 * CLIENTS)
    answers = at_once([functools.partial(shop.post, "track", one) for one in calls])
    assert [status for status, _ in answers] == [200] * len(calls)
    assert len(of(shop, "first")) == len(calls)


def test_a_client_that_goes_away_in_the_middle_leaves_the_server_well(shop: Shop) -> None:
    for _ in range(20):
        connection = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=5)
        with contextlib.suppress(OSError):
            connection.putrequest("POST", "/v1/batch")
            connection.putheader("Authorization", f"Bearer {shop.key}")
            connection.putheader("Content-Length", "100000")
            connection.endheaders()
            connection.send(b'{"batch": [')
        connection.close()
    assert shop.post("track", batch("after", 1)[0])[0] == 200
