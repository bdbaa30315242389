"""In a process of its own: calls a server over many connections, each as soon as it was answered before.

`python -m bench.ingest.load PORT CONNECTIONS SECONDS PATH KEY ITEMS` prints what came of it as JSON.
Bodies are made beforehand in most parts, so that the machine's cores are left to the server.
"""

from __future__ import annotations

import base64
import json
import select
import socket
import sys
import time
import uuid

PROFILES = 10_000


class Calls:
    """Makes one call after the other; every item has an id of its own. Without items a batch is as long."""

    def __init__(self, port: int, path: str, key: str, items: int) -> None:
        self._run = uuid.uuid4().hex[:12]
        self._items = items
        self._count = 0
        credentials = base64.b64encode(f"{key}:".encode()).decode()
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Basic {credentials}\r\n"
            "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        )

    def next(self) -> bytes:
        if self._items == 0:
            body = '{"batch":[],"context":' + self._item() + "}"
        elif self._items == 1:
            body = self._item()
        else:
            body = '{"batch":[' + ",".join(self._item() for _ in range(self._items)) + "]}"
        return (self._head % len(body) + body).encode()

    def _item(self) -> str:
        self._count += 1
        return (
            f'{{"type":"track","userId":"K{self._count * 7919 % PROFILES}","event":"Table Booked",'
            f'"messageId":"{self._run}-{self._count:012d}","timestamp":"{_NOW}",'
            '"properties":{"seats":4,"hall":"garden","wine":true},'
            '"context":{"library":{"name":"bench","version":"1"}}}'
        )


_NOW = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())


class Connection:
    """A connection of its own, and the answer that is coming in on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self._answer = b""

    def send(self, call: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(call)

    def answered(self) -> bool:
        """Whether the answer is whole now. Raises RuntimeError if it is not what it should be."""
        self._answer += self.socket.recv(65536)
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found:
            return False
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return False
        if not head.startswith(b"HTTP/1.1 200") or not body.endswith((b'"results":[]}', b'"success":true}')):
            raise RuntimeError(self._answer[:1000].decode(errors="replace"))
        self._answer = b""
        return True


def main(port: str, connections: str, seconds: str, path: str, key: str, items: str) -> None:
    calls = Calls(int(port), path, key, int(items))
    those = {one.socket.fileno(): one for one in (Connection(int(port)) for _ in range(int(connections)))}
    ready = select.epoll()
    took = []
    started = time.perf_counter()
    until = started + float(seconds)
    for number, one in those.items():
        ready.register(number, select.EPOLLIN)
        one.send(calls.next())
    while those:
        for number, _ in ready.poll():
            one = those[number]
            if not one.answered():
                continue
            now = time.perf_counter()
            took.append(now - one.sent_at)
            if now < until:
                one.send(calls.next())
            else:
                ready.unregister(number)
                del those[number]
    whole = time.perf_counter() - started
    took.sort()
    json.dump(
        {
            "calls": len(took),
            "seconds": whole,
            "a_second": len(took) / whole,
            "p50_ms": took[len(took) // 2] * 1000,
            "p95_ms": took[len(took) * 95 // 100] * 1000,
            "core": time.process_time() / whole,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
