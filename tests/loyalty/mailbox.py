"""A mail server of the tests: a real one, that keeps what it gets."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from pytest_django.fixtures import Settings


def _set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass
class Mailbox:
    """Letters as they came in; while `refuses` is set none is taken, and `refused` counts them.

    It answers for a letter as soon as `answers` is set, which it is but for a server that is slow.
    """

    port: int
    refuses: str = ""
    says: str = "250 OK"
    refused: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    answers: threading.Event = field(default_factory=_set)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuses:
            self.refused += 1
            return self.refuses
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return await asyncio.to_thread(self._reply)

    def _reply(self) -> str:
        self.answers.wait()
        return self.says


@contextlib.contextmanager
def receiving(settings: Settings) -> Iterator[Mailbox]:
    """Within the block letters of this process come in here."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box = Mailbox(free.getsockname()[1])
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.DEFAULT_FROM_EMAIL = "points@shop.example"
        yield box
    finally:
        box.answers.set()
        controller.stop()
