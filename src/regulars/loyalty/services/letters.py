"""Sending codes by e-mail, through the shop's SMTP server."""

from __future__ import annotations

import smtplib
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.customers.rules import mask
from regulars.customers.types import Contacts, IdentityType
from regulars.loyalty.registry import CannotSend, CodeMessage, Unsendable

_FOR_EVER = range(500, 600)
"""Replies of a mail server that the same letter gets again (RFC 5321)."""


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

    def send(self, message: CodeMessage) -> None:
        with translation.override(message.language or "en"):
            letter = EmailMessage(
                subject=_("%(code)s is your code to pay with points") % {"code": message.code},
                body=_text(message),
                from_email=formataddr((" ".join(message.shop.split()), settings.DEFAULT_FROM_EMAIL)),
                to=[message.to],
                headers={"Auto-Submitted": "auto-generated"},
                connection=EmailBackend(),
            )
        try:
            letter.send()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # What was said may name the address: it stays out of our log.
            raise (Unsendable if _is_for_ever(error) else CannotSend)(type(error).__name__) from None


def _is_one(address: str) -> bool:
    """Whether a letter can be written to it: files bring addresses as somebody typed them."""
    try:
        sanitize_address(address, "utf-8")
    except ValueError:
        return False
    return address.rpartition("@")[0].isascii()  # Django would encode it into another one


def _is_for_ever(error: Exception) -> bool:
    """Whether it is of no use to try again: the letter is not taken, rather than the server not there."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code in _FOR_EVER for code, _said in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code in _FOR_EVER
    return isinstance(error, ValueError | smtplib.SMTPNotSupportedError)


def _text(message: CodeMessage) -> str:
    lines = (
        _("Your code to pay with points: %(code)s") % {"code": message.code},
        _("Say it at the till. It works once, for %(minutes)s minutes.") % {"minutes": message.minutes},
        _("If you are not paying with points just now, tell it to nobody; then nothing happens."),
    )
    return "\n\n".join(line for line in (*lines, message.shop) if line) + "\n"
