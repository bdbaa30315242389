"""Secrets in fields of the database, sealed under the key of the installation.

The key stands in the environment or in a 0600 file, outside the database and its backups: who has only
these reads nothing. Each purpose has a key of its own, derived from it.
"""

from __future__ import annotations

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SealBroken(Exception):
    """The text was sealed under another key, or was changed."""


def seal(text: str, *, purpose: str) -> str:
    """The text as it may be stored; sealing it twice gives two different results."""
    return _fernet(settings.SECRET_KEY, purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """The text that was sealed for this purpose. Raises SealBroken."""
    try:
        return _fernet(settings.SECRET_KEY, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken from error


def signing_key(*, purpose: str) -> bytes:
    """A key of 32 bytes to sign with, for this purpose alone."""
    return _derived(settings.SECRET_KEY, purpose)


@cache
def _fernet(key: str, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(key, purpose)))


@cache
def _derived(key: str, purpose: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"regulars/{purpose}".encode())
    return derived.derive(key.encode())
