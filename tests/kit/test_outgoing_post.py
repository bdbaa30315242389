"""POST to receivers that mean well and to such as do not."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import tls
from tests.webhooks import receivers
from tests.webhooks.receivers import Receiver

from regulars.kit import outgoing
from regulars.kit.outgoing import OutgoingError

HERE = outgoing.networks(["127.0.0.1/32", "::1/128"])
SECONDS = 0.3


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return tls.certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def receiver(files: tuple[Path, Path]) -> Iterator[Receiver]:
    receiver = Receiver(*files)
    yield receiver
    receiver.close()


@pytest.fixture
def told(files: tuple[Path, Path]) -> dict[str, Any]:
    trusting = ssl.create_default_context(cafile=str(files[0]))
    return {"body": b'{"a":1}', "headers": {"webhook-id": "m1"}, "allow": HERE, "context": trusting}


@pytest.fixture(autouse=True)
def _only_v4(monkeypatch: pytest.MonkeyPatch) -> None:
    original = socket.getaddrinfo

    def only_v4(host: Any, port: Any, family: int = 0, *rest: Any, **how: Any) -> Any:
        return original(host, port, socket.AF_INET, *rest, **how)

    monkeypatch.setattr(socket, "getaddrinfo", only_v4)


def test_a_message_arrives_as_it_was_given(receiver: Receiver, told: dict[str, Any]) -> None:
    receiver.answer = receivers.status(202, b"thank you")
    reply = outgoing.post(receiver.url + "/hook?shop=1", **told)
    assert (reply.status, reply.text, reply.retry_after) == (202, "thank you", None)
    (message,) = receiver.seen
    assert (message.path, message.body, message.id) == ("/hook?shop=1", b'{"a":1}', "m1")
    assert message.headers["content-length"] == "7"
    assert message.headers["host"] == receiver.url.removeprefix("https://")


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_redirects_are_answers_and_are_not_followed(
    receiver: Receiver, told: dict[str, Any], code: int
) -> None:
    receiver.answer = receivers.status(code, Location="https://10.0.0.1/inside")
    assert outgoing.post(receiver.url, **told).status == code
    assert len(receiver.seen) == 1


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("120", 120), ("0", 0), (str(10**8), 24 * 3600), ("9" * 30, None), ("-5", None), ("tomorrow", None)],
)
def test_how_long_to_wait(receiver: Receiver, told: dict[str, Any], said: str, seconds: int | None) -> None:
    receiver.answer = receivers.status(429, Retry_After=said)
    assert outgoing.post(receiver.url, **told).retry_after == seconds


def test_only_the_first_of_an_endless_answer_is_read(receiver: Receiver, told: dict[str, Any]) -> None:
    receiver.answer = receivers.endless
    reply = outgoing.post(receiver.url, **told)
    assert (reply.status, reply.text) == (200, "x" * outgoing.REPLY_BYTES_MAX)


def test_a_status_counts_though_the_words_never_come(
    receiver: Receiver, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "REPLY_READ_SECONDS", 0.2)
    ended = threading.Event()

    def answer(request: Any) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.send_header("Connection", "close")
        request.end_headers()
        request.wfile.flush()
        ended.wait(30)

    receiver.answer = answer
    began = time.monotonic()
    reply = outgoing.post(receiver.url, **told)
    ended.set()
    assert (reply.status, reply.text) == (200, "")
    assert time.monotonic() - began < 3


def test_odd_bytes_become_text_that_can_be_stored(receiver: Receiver, told: dict[str, Any]) -> None:
    receiver.answer = receivers.status(500, b"\xff\x00\xd0\xb4\xd0")
    assert outgoing.post(receiver.url, **told).text == "\ufffdд\ufffd"


def test_who_never_answers_is_given_up(receiver: Receiver, told: dict[str, Any]) -> None:
    ended = threading.Event()
    receiver.answer = receivers.never(ended)
    _refused(receiver.url, told, "too_slow")
    ended.set()


def test_who_answers_a_byte_at_a_time_is_given_up(receiver: Receiver, told: dict[str, Any]) -> None:
    receiver.answer = receivers.dripping(200)
    _refused(receiver.url, told, "too_slow")


def test_who_never_speaks_tls_is_given_up(told: dict[str, Any]) -> None:
    with receivers.silent() as url:
        _refused(url, told, "too_slow")


def test_nobody_there(told: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    _refused(f"https://localhost:{port}", told, "no_answer")


def test_a_certificate_nobody_vouches_for(receiver: Receiver, told: dict[str, Any]) -> None:
    _refused(receiver.url, told | {"context": ssl.create_default_context()}, "bad_certificate")


def test_a_certificate_of_another_host(receiver: Receiver, told: dict[str, Any]) -> None:
    _refused(receiver.url.replace("localhost", "127.0.0.1"), told, "bad_certificate")


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://2130706433/", "https://10.1.2.3/", "https://169.254.169.254/x"]
)
def test_our_own_network_is_not_posted_into(url: str, told: dict[str, Any]) -> None:
    _refused(url, told | {"allow": []}, "private_address")
    with pytest.raises(OutgoingError):
        outgoing.check_target(url)


def test_plain_http_is_not_spoken(told: dict[str, Any]) -> None:
    _refused("http://localhost/", told, "bad_address")


def test_nothing_is_slipped_into_the_headers(receiver: Receiver, told: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        outgoing.post(receiver.url, **told | {"headers": {"webhook-id": "a\r\nX-Other: b"}})
    assert receiver.seen == []


def _refused(url: str, told: dict[str, Any], code: str) -> None:
    began = time.monotonic()
    with pytest.raises(OutgoingError) as error:
        outgoing.post(url, **{"seconds": SECONDS} | told)
    assert error.value.code == code
    assert time.monotonic() - began < SECONDS + 2
