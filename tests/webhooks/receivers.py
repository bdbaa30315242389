"""Receivers of webhooks: real https servers on this machine, well-behaved and otherwise."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

WAIT_SECONDS_MAX = 30
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


@dataclass(frozen=True)
class Message:
    """What arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


class Receiver:
    """`answer` says what a message gets; by default 200. `seen` holds all that arrived, in order."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self.seen: list[Message] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = status(200)
        self.under_way = self.most_under_way = 0
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver._lock:
                    receiver.seen.append(
                        Message(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                    )
                    receiver.under_way += 1
                    receiver.most_under_way = max(receiver.most_under_way, receiver.under_way)
                try:
                    with contextlib.suppress(OSError):
                        receiver.answer(self)
                finally:
                    with receiver._lock:
                        receiver.under_way -= 1

            def log_message(self, *words: Any) -> None:
                return None

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *about: Any) -> None:
                return None  # clients that hang up are what these tests are about

        self._http = Server(("127.0.0.1", 0), Handler)
        speaking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        speaking.load_cert_chain(certificate, key)
        self._http.socket = speaking.wrap_socket(
            self._http.socket, server_side=True, do_handshake_on_connect=False
        )
        self.url = f"https://localhost:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while len(self.seen) < count:
            assert time.monotonic() < deadline, f"{len(self.seen)} of {count} arrived"
            time.sleep(0.01)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def status(code: int, body: bytes = b"", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answers at once."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        request.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def never(ended: threading.Event) -> Callable[[BaseHTTPRequestHandler], None]:
    """Takes the message and says nothing."""
    return lambda request: (ended.wait(WAIT_SECONDS_MAX), None)[1]


def endless(request: BaseHTTPRequestHandler) -> None:
    """Says 200 and never stops talking."""
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(b"x" * 65536)


def dripping(code: int) -> Callable[[BaseHTTPRequestHandler], None]:
    """A byte of its headers now and then, each soon enough to keep a patient reader waiting."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        head = f"HTTP/1.1 {code} Slow\r\nX-Long: ".encode()
        for byte in head + b"y" * 10_000:
            request.wfile.write(bytes([byte]))
            request.wfile.flush()
            time.sleep(0.05)

    return answer


@contextlib.contextmanager
def silent() -> Iterator[str]:
    """An address where somebody takes connections and never speaks, not even TLS."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield f"https://localhost:{server.getsockname()[1]}"
