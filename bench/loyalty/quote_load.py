"""In a process of its own: quotes carts of five lines, or reads balances, over many connections.

`python -m bench.loyalty.quote_load PORT CONNECTIONS SECONDS SIDE KEY CUSTOMERS COUPON…`, where SIDE is
`quote` or `balance`, prints what came of it as JSON. Each connection asks as soon as it was answered.
"""

from __future__ import annotations

import json
import random
import select
import sys
import time

from bench.ingest.load import Connection

LINES = [
    {"product_id": f"SKU-{n}", "name": f"Article {n}", "quantity": n, "amount_minor": 12_345 * n}
    for n in range(1, 6)
]


class Asking(Connection):
    """A connection whose answers come in chunks, as those of the API do."""

    def answered(self) -> bool:
        self._answer += self.socket.recv(65536)
        if not self._answer.endswith(b"\r\n0\r\n\r\n"):
            return False
        if not self._answer.startswith(b"HTTP/1.1 200") or b'"spendable_minor":300000' not in self._answer:
            raise RuntimeError(self._answer[:1000].decode(errors="replace"))
        self._answer = b""
        return True


def main(
    port: str, connections: str, seconds: str, side: str, key: str, customers: str, *coupons: str
) -> None:
    who = [random.randint(1, int(customers)) for _ in range(20_000)]  # noqa: S311
    calls = [_call(side, key, port, customer, coupons) for customer in who]
    those = {one.socket.fileno(): one for one in (Asking(int(port)) for _ in range(int(connections)))}
    ready = select.epoll()
    took: list[float] = []
    started = time.perf_counter()
    until = started + float(seconds)
    sent = 0
    for number, one in those.items():
        ready.register(number, select.EPOLLIN)
        one.send(calls[sent := sent + 1])
    while those:
        for number, _ in ready.poll():
            one = those[number]
            if not one.answered():
                continue
            now = time.perf_counter()
            took.append(now - one.sent_at)
            if now < until:
                one.send(calls[(sent := sent + 1) % len(calls)])
            else:
                ready.unregister(number)
                del those[number]
    whole = time.perf_counter() - started
    took.sort()
    told = {
        "a_second": len(took) / whole,
        "p50_ms": took[len(took) // 2] * 1000,
        "p99_ms": took[len(took) * 99 // 100] * 1000,
    }
    json.dump(told, sys.stdout)


def _call(side: str, key: str, port: str, customer: int, coupons: tuple[str, ...]) -> bytes:
    head = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\nAccept-Language: ru\r\n"
    if side == "balance":
        return f"GET /api/v1/loyalty/customers/id:K{customer} HTTP/1.1\r\n{head}\r\n".encode()
    cart = {"customer": f"id:K{customer}", "currency": "RUB", "points_minor": 20_000, "lines": LINES}
    body = json.dumps(cart | {"coupons": coupons})
    return (
        f"POST /api/v1/loyalty/quote HTTP/1.1\r\n{head}Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


if __name__ == "__main__":
    main(*sys.argv[1:])
