"""In a process of its own: tills at work, each doing the next thing as soon as it is answered.

`python -m bench.loyalty.till_load PORT TILLS SECONDS KEY CUSTOMERS` prints, by what was done, how often and
how long it took (milliseconds), and what went wrong. Of a hundred things 70 are quotes of five lines, 15 a
hold and its capture, 10 orders and 5 returns of orders that were told of before.
"""

from __future__ import annotations

import json
import random
import re
import select
import sys
import time
from collections import defaultdict
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any

from bench.ingest.load import Connection
from bench.loyalty.quote_load import LINES

WHAT = ("quote", "hold", "order", "return")
WEIGHTS = (70, 15, 10, 5)
POINTS = 1_000
"""Of a hold: everybody has three hundred times as many."""
TOTAL = sum(line["amount_minor"] for line in LINES)  # type: ignore[misc]
_HOLD = re.compile(rb'"id":(\d+)')

Call = tuple[str, bytes]
"""What is done, and the call that does it."""


class Working(Connection):
    """A till; `answer` is what came last."""

    def __init__(self, port: int, calls: Generator[Call, bytes, None]) -> None:
        super().__init__(port)
        self.answer = b""
        self.what, call = next(calls)
        self._calls = calls
        self.send(call)

    def answered(self) -> bool:
        self._answer += self.socket.recv(65536)
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found:
            return False
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if len(body) < int(length[1]) if length else not body.endswith(b"0\r\n\r\n"):
            return False
        self.answer, self._answer = self._answer, b""
        return True

    def go_on(self) -> None:
        self.what, call = self._calls.send(self.answer)
        self.send(call)


class Calls:
    """What one till does, one thing after the other."""

    def __init__(self, number: int, port: str, key: str, customers: int) -> None:
        self._chance = random.Random(number)  # noqa: S311 (to be had again)
        self._name = f"{int(time.time())}-{number}"
        self._head = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\nAccept-Language: ru\r\n"
        self._customers = customers
        self._orders: list[str] = []
        self._count = 0

    def __call__(self) -> Generator[Call, bytes, None]:
        while True:
            what = self._chance.choices(WHAT, WEIGHTS)[0]
            if what == "return" and not self._orders:
                continue
            self._count += 1
            if what == "hold":
                answer = yield "hold", self._call("POST", "/loyalty/holds", self._hold())
                if found := _HOLD.search(answer):
                    path = f"/loyalty/holds/{found[1].decode()}/capture"
                    yield "capture", self._call("POST", path, {"order_id": f"T{self._name}-{self._count}"})
            elif what == "quote":
                cart = {"customer": self._who(), "currency": "RUB", "points_minor": 20_000, "lines": LINES}
                yield what, self._call("POST", "/loyalty/quote", cart)
            elif what == "order":
                self._orders.append(f"T{self._name}-{self._count}")
                yield what, self._call("PUT", f"/orders/{self._orders[-1]}", self._order())
            else:
                order = self._orders.pop(self._chance.randrange(len(self._orders)))
                lines = [{"product_id": LINES[0]["product_id"], "quantity": 1}]
                body = {"order_id": order, "returned_at": _now(), "lines": lines}
                yield what, self._call("PUT", f"/returns/R{order}", body)

    def _who(self) -> str:
        return f"id:K{self._chance.randint(1, self._customers)}"

    def _hold(self) -> dict[str, Any]:
        return {
            "key": f"{self._name}-{self._count}",
            "customer": self._who(),
            "points_minor": POINTS,
            "amount_minor": TOTAL,
            "currency": "RUB",
        }

    def _order(self) -> dict[str, Any]:
        who = self._who().removeprefix("id:")
        return {"customer_id": who, "ordered_at": _now(), "currency": "RUB", "lines": LINES}

    def _call(self, method: str, path: str, body: dict[str, Any]) -> bytes:
        text = json.dumps(body)
        return (
            f"{method} /api/v1{path} HTTP/1.1\r\n{self._head}Content-Type: application/json\r\n"
            f"Content-Length: {len(text)}\r\n\r\n{text}"
        ).encode()


def main(port: str, tills: str, seconds: str, key: str, customers: str) -> None:
    took: defaultdict[str, list[float]] = defaultdict(list)
    wrong: list[str] = []
    those: dict[int, Working] = {}
    ready = select.epoll()
    for number in range(int(tills)):
        one = Working(int(port), Calls(number, port, key, int(customers))())
        those[one.socket.fileno()] = one
        ready.register(one.socket.fileno(), select.EPOLLIN)
    until = time.perf_counter() + float(seconds)
    while those:
        for number, _ in ready.poll():
            one = those[number]
            if not one.answered():
                continue
            now = time.perf_counter()
            took[one.what].append((now - one.sent_at) * 1000)
            if not one.answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
                wrong.append(f"{one.what}: {one.answer[:500].decode(errors='replace')}")
            if now < until:
                one.go_on()
            else:
                ready.unregister(number)
                del those[number]
    told = {what: _summary(sorted(times)) for what, times in took.items()}
    json.dump({"took": told, "wrong": wrong[:5], "errors": len(wrong)}, sys.stdout)


def _summary(times: list[float]) -> dict[str, float]:
    return {
        "calls": len(times),
        "p50_ms": round(times[len(times) // 2], 2),
        "p99_ms": round(times[len(times) * 99 // 100], 2),
        "longest_ms": round(times[-1], 2),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat()


if __name__ == "__main__":
    main(*sys.argv[1:])
