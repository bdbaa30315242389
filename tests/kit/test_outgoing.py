from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests import tls

from regulars.kit import outgoing
from regulars.kit.outgoing import OutgoingError

HERE = outgoing.networks(["127.0.0.1/32"])
CONTENT = b"order_id,amount\n1,10\n" * 100


class Server:
    """An https server on this machine with a certificate of its own."""

    def __init__(self, folder: Path) -> None:
        self.seen: list[dict[str, str]] = []
        certificate, key = tls.certificate(folder)
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.seen.append(dict(self.headers))
                server.answer(self)

            def log_message(self, *words: Any) -> None:
                return None

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        speaking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        speaking.load_cert_chain(certificate, key)
        self._http.socket = speaking.wrap_socket(self._http.socket, server_side=True)
        self.context = ssl.create_default_context(cafile=str(certificate))
        self.url = f"https://localhost:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if request.path == "/elsewhere":
            request.send_response(302)
            request.send_header("Location", f"{self.url}/orders.csv")
            request.end_headers()
        elif request.path == "/short":
            request.send_response(200)
            request.send_header("Content-Length", "1000")
            request.end_headers()
            request.wfile.write(b"not all of it")
        elif request.headers.get("If-None-Match") == '"one"':
            request.send_response(304)
            request.end_headers()
        else:
            request.send_response(200 if request.path == "/orders.csv" else 404)
            request.send_header("ETag", '"one"')
            if request.path == "/orders.csv":
                request.send_header("Content-Length", str(len(CONTENT)))
            request.end_headers()
            request.wfile.write(CONTENT)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("tls"))
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _only_v4(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that `localhost` is one address whatever the machine's files say."""
    original = socket.getaddrinfo

    def only_v4(host: Any, port: Any, family: int = 0, *rest: Any, **how: Any) -> Any:
        return original(host, port, socket.AF_INET, *rest, **how)

    monkeypatch.setattr(socket, "getaddrinfo", only_v4)


def _fetch(server: Server, path: str = "/orders.csv", **values: Any) -> bytes:
    told = {"limit": 10**6, "allow": HERE, "context": server.context} | values
    with outgoing.fetch(server.url + path, **told) as answer:
        return b"".join(answer.blocks)


def test_a_file_is_fetched_whole(server: Server) -> None:
    assert _fetch(server) == CONTENT
    assert server.seen[-1]["Host"].startswith("localhost:")


def test_nothing_is_fetched_again_that_did_not_change(server: Server) -> None:
    told: dict[str, Any] = {"limit": 10**6, "allow": HERE, "context": server.context}
    with outgoing.fetch(server.url + "/orders.csv", **told) as answer:
        assert (answer.is_same, answer.etag, answer.size) == (False, '"one"', len(CONTENT))
    with outgoing.fetch(server.url + "/orders.csv", etag=answer.etag, **told) as answer:
        assert (answer.is_same, list(answer.blocks)) == (True, [])


@pytest.mark.parametrize(
    ("path", "values", "code"),
    [
        ("/elsewhere", {}, "status_302"),
        ("/nothing", {}, "status_404"),
        ("/short", {}, "broken_off"),
        ("/orders.csv", {"limit": 100}, "too_large"),
        ("/orders.csv", {"allow": []}, "private_address"),
        ("/orders.csv", {"context": ssl.create_default_context()}, "no_answer"),
    ],
)
def test_what_is_refused(server: Server, path: str, values: dict[str, Any], code: str) -> None:
    with pytest.raises(OutgoingError) as error:
        _fetch(server, path, **values)
    assert error.value.code == code


def test_a_length_that_is_not_told_is_limited_too(server: Server) -> None:
    before = server.answer
    server.answer = lambda request: (  # type: ignore[method-assign]
        request.send_response(200),
        request.end_headers(),
        request.wfile.write(CONTENT),
    )
    try:
        assert _fetch(server) == CONTENT
        with pytest.raises(OutgoingError, match="larger"):
            _fetch(server, limit=100)
    finally:
        server.answer = before  # type: ignore[method-assign]


def test_the_name_is_resolved_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second answer of the name server cannot lead elsewhere."""
    asked: list[str] = []
    original = socket.getaddrinfo

    def count(host: str, *rest: Any, **how: Any) -> Any:
        asked.append(host)
        return original(host, *rest, **how)

    monkeypatch.setattr(socket, "getaddrinfo", count)
    assert _fetch(server) == CONTENT
    assert [host for host in asked if host == "localhost"] == ["localhost"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
        "::1", "::", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_addresses_of_our_own_network_are_refused(address: str) -> None:
    assert not outgoing.is_allowed(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_addresses_of_the_world_are_allowed(address: str) -> None:
    assert outgoing.is_allowed(ipaddress.ip_address(address))


def test_a_network_can_be_allowed() -> None:
    allow = outgoing.networks(["10.1.0.0/16"])
    assert outgoing.is_allowed(ipaddress.ip_address("10.1.2.3"), allow)
    assert outgoing.is_allowed(ipaddress.ip_address("::ffff:10.1.2.3"), allow)
    assert not outgoing.is_allowed(ipaddress.ip_address("10.2.2.3"), allow)


@pytest.mark.parametrize(
    "url",
    ["http://example.com/a", "https://", "file:///etc/passwd", "https://u:p@example.com/", "https://a:port/",
     "https://example.com/\nHost: x", "https://пример.рф/a", "ftp://example.com", "https://a/" + "x" * 3000],
)  # fmt: skip
def test_only_plain_https_addresses(url: str) -> None:
    with pytest.raises(OutgoingError) as error:
        outgoing.check_url(url)
    assert error.value.code == "bad_address"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "2130706433", "0x7f.1", "localhost"])
def test_other_spellings_of_here_are_refused(host: str) -> None:
    with pytest.raises(OutgoingError), outgoing.fetch(f"https://{host}/", limit=10):
        pass
