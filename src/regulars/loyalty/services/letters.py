"""Sending codes by e-mail, through the shop's SMTP server."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.message import sanitize_address
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import Formats
from regulars.customers.rules import mask
from regulars.customers.types import Contacts, IdentityType
from regulars.loyalty.registry import CodeMessage
from regulars.loyalty.services.smtp import hand_over
from regulars.loyalty.wording.amounts import points


class Letters:
    """Codes by e-mail."""

    channel = "email"
    order = 100
    """After what reaches a telephone: a letter may take minutes, and somebody stands at the till."""

    def missing(self) -> str:
        if settings.EMAIL_HOST and settings.DEFAULT_FROM_EMAIL:
            return ""
        return (
            "Set REGULARS_SMTP_HOST and REGULARS_MAIL_FROM for the web server and the worker "
            "(docs/settings.md)."
        )

    def address(self, contacts: Contacts) -> str:
        return next(filter(_is_one, contacts.emails), "")

    def mask(self, address: str) -> str:
        return mask(IdentityType.EMAIL, address)

    def send(self, message: CodeMessage, claim: Callable[[], None]) -> Future[None]:
        return hand_over(_letter(message), claim)


def _is_one(address: str) -> bool:
    """Whether a letter can be written to it: files bring addresses as somebody typed them."""
    try:
        sanitize_address(address, "utf-8")
    except ValueError:
        return False
    return address.rpartition("@")[0].isascii()  # Django would encode it into another one


def _letter(message: CodeMessage) -> EmailMessage:
    language = message.language or "en"
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
    with translation.override(language):
        return EmailMessage(
            subject=_allows(message, language),
            body=_text(message, language),
            from_email=formataddr((_line(message.shop), settings.DEFAULT_FROM_EMAIL)),
            to=[message.to],
            # The same for each try: by it a copy is known, if there is one after all.
            headers={"Auto-Submitted": "auto-generated", "Message-ID": f"<{message.id}@{domain}>"},
        )


def _allows(message: CodeMessage, language: str) -> str:
    """What the code is for, in a line: "Code 482134: pay with 1,500 points, Coffee House, Station"."""
    told = {"code": message.code}
    if message.points_minor is None:
        first = _("Code %(code)s: pay with points") % told
    else:
        amount = points(message.points_minor, Formats(language))
        first = _("Code %(code)s: pay with %(points)s") % (told | {"points": amount})
    return ", ".join(filter(None, (first, _line(message.shop), _line(message.branch))))


def _text(message: CodeMessage, language: str) -> str:
    lines = (
        _allows(message, language),
        _("Say it at the till. It works once, for %(minutes)s minutes.") % {"minutes": message.minutes},
        _("If you are not paying with points just now, tell it to nobody; then nothing happens."),
        _line(message.shop),
    )
    return "\n\n".join(filter(None, lines)) + "\n"


def _line(name: str) -> str:
    return " ".join(name.split())
