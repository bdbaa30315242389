"""Handing a letter to the shop's mail server.

As Django's own way, but in two steps: what comes before the letter itself may be tried again; once the server
has it nobody knows whether it was taken until it says so, and it has ten minutes to (RFC 5321, 4.5.3.2.6).
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from smtplib import SMTP
from socket import socket
from threading import BoundedSemaphore, Thread
from typing import cast

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.db import connections

from regulars.loyalty.registry import CannotSend, Unanswered, Unsendable

ANSWER_SECONDS_MAX = 600.0
WAITING_MAX = 100
"""Letters whose answer is waited for at the same time, each on a thread and a connection of its own."""
_ACCEPTED, _LATER, _NEVER = range(200, 300), range(400, 500), range(500, 600)
"""Replies of a mail server (RFC 5321): the same letter gets those of the last kind again."""

_waiting = BoundedSemaphore(WAITING_MAX)


def hand_over(letter: EmailMessage, claim: Callable[[], None]) -> Future[None]:
    """Send a letter to its one address, as `registry.Sender.send` says."""
    if not _waiting.acquire(blocking=False):
        raise CannotSend("too many letters wait for an answer")
    try:
        answer: Future[None] = Future()
        content = _content(letter)
        smtp = _announced(letter)
        try:
            claim()
            # A daemon: whoever stops the worker waits for no mail server.
            Thread(target=_finish, args=(smtp, content, answer), name="letter", daemon=True).start()
        except BaseException:
            smtp.close()
            raise
    except BaseException:
        _waiting.release()
        raise
    return answer


def _content(letter: EmailMessage) -> bytes:
    """All of it as it goes over the line, with its end. Raises Unsendable."""
    try:
        content = letter.message().as_bytes()
    except ValueError as error:
        raise _failed(error) from None
    lines = [b"." + line if line.startswith(b".") else line for line in content.splitlines()]
    return b"\r\n".join([*lines, b".", b""])


def _announced(letter: EmailMessage) -> SMTP:
    """A connection on which the server waits for the letter. Raises CannotSend, Unsendable."""
    backend = EmailBackend()
    try:
        sender, to = (sanitize_address(one, "utf-8") for one in (letter.from_email, letter.to[0]))
        backend.open()
        smtp = cast(SMTP, backend.connection)
        smtp.ehlo_or_helo_if_needed()
        _expect(smtp.mail(sender), _ACCEPTED)
        _expect(smtp.rcpt(to), _ACCEPTED)
        _expect(smtp.docmd("DATA"), range(354, 355))
    except (OSError, ValueError) as error:
        if backend.connection is not None:
            backend.connection.close()
        # What was said may name the address: it stays out of our log.
        raise _failed(error) from None
    return smtp


def _finish(smtp: SMTP, content: bytes, answer: Future[None]) -> None:
    try:
        failed = _given(smtp, content)
        with suppress(OSError):
            smtp.putcmd("quit")  # nobody waits for the answer
        smtp.close()
        _waiting.release()
        if failed is None:
            answer.set_result(None)
        else:
            answer.set_exception(failed)
    finally:
        connections.close_all()  # whoever waited for the answer has noted it from this thread


def _given(smtp: SMTP, content: bytes) -> Exception | None:
    """Give the letter; what the server has against it."""
    try:
        smtp.send(content)
        cast(socket, smtp.sock).settimeout(ANSWER_SECONDS_MAX)
        _expect(smtp.getreply(), _ACCEPTED)
    except smtplib.SMTPResponseException as error:
        if error.smtp_code in _LATER or error.smtp_code in _NEVER:
            return _failed(error)
        return Unanswered(type(error).__name__)
    except Exception as error:  # whatever it was: nobody knows whether the letter was taken
        return Unanswered(type(error).__name__)
    return None


def _expect(reply: tuple[int, bytes], wanted: range) -> None:
    code, said = reply
    if code not in wanted:
        raise smtplib.SMTPResponseException(code, said)


def _failed(error: Exception) -> CannotSend | Unsendable:
    """What is to be said of it, without the words of the server: of no use to try again, or perhaps."""
    for_ever = isinstance(error, ValueError | smtplib.SMTPNotSupportedError) or (
        isinstance(error, smtplib.SMTPResponseException) and error.smtp_code in _NEVER
    )
    return (Unsendable if for_ever else CannotSend)(type(error).__name__)
