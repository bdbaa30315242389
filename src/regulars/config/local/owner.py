"""The sign-in made for a new installation; shown at each start until its password is changed."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from regulars.config import home

FILE = "owner.json"
EMAIL = "owner@regulars.local"
_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that look alike


@dataclass(frozen=True)
class SignIn:
    """What the first owner types."""

    email: str
    password: str


def read(folder: Path) -> SignIn | None:
    """The sign-in made here, or None if there is none or its password was changed since."""
    found = home.read_json(folder / FILE)
    if found is None or not {"email", "password"} <= found.keys():
        return None
    return SignIn(email=str(found["email"]), password=str(found["password"]))


def invent() -> SignIn:
    """A sign-in with a password of 80 random bits."""
    groups = ("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(4))
    return SignIn(email=EMAIL, password="-".join(groups))


def write(folder: Path, made: SignIn) -> None:
    """Keep it in a 0600 file."""
    home.write_secretly(folder / FILE, json.dumps(asdict(made)))


def forget(folder: Path) -> None:
    """Show it no more."""
    (folder / FILE).unlink(missing_ok=True)
