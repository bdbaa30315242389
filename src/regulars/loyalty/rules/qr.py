"""The changing code on a customer's telephone: whoever shows it stands there with the account open.

A token names a profile and a step of half a minute, and is signed under the key of the installation: nothing
is stored for it, nobody else can make one, and a photograph of it opens nothing a minute later.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime

import segno

STEP_SECONDS = 30
STEPS_TAKEN = 2
"""The step it was made in and the one after: it lasts for 30 to 60 seconds."""
SIGNATURE_BYTES = 10
"""80 bits: more than anybody tries in a minute, and a picture that a cheap scanner reads."""
PREFIX = "RG"

# Capital letters, digits and a few signs: what QR codes store most tightly.
_TOKEN = re.compile(rf"{PREFIX}([0-9A-Z]{{1,13}})-([0-9A-Z]{{1,7}})-([A-Z2-7]{{16}})")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BIGINT_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Scanned:
    """Whose token that is; `fresh`: it is shown now, and may open something."""

    profile_id: int
    step: int
    fresh: bool


def token(profile_id: int, *, at: datetime, key: bytes) -> str:
    """What the picture says at that moment."""
    step = step_of(at)
    return f"{PREFIX}{_base36(profile_id)}-{_base36(step)}-{_signature(profile_id, step, key)}"


def ends_at(at: datetime) -> datetime:
    """When the application shows the next one; this one is taken for a step longer."""
    return datetime.fromtimestamp((step_of(at) + 1) * STEP_SECONDS, UTC)


def read(text: str, *, at: datetime, key: bytes) -> Scanned | None:
    """Whose token that is, at that moment; None: it is none of ours."""
    match = _TOKEN.fullmatch(text.strip().upper())
    if match is None:
        return None
    profile_id, step = int(match[1], 36), int(match[2], 36)
    if profile_id > _BIGINT_MAX or not hmac.compare_digest(match[3], _signature(profile_id, step, key)):
        return None
    # One of the step to come is of a server whose clock is a little ahead of ours.
    return Scanned(profile_id, step, fresh=-1 <= step_of(at) - step < STEPS_TAKEN)


def svg(text: str) -> str:
    """The token as an SVG of the size of where it stands; black on white in the dark too, for the scanner."""
    picture = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        picture,
        kind="svg",
        border=4,
        dark="#000",
        light="#fff",
        omitsize=True,
        xmldecl=False,
        nl=False,
        svgclass=None,
        lineclass=None,
    )
    return picture.getvalue().decode()


def step_of(at: datetime) -> int:
    """The number of the half minute."""
    return int(at.timestamp()) // STEP_SECONDS


def _signature(profile_id: int, step: int, key: bytes) -> str:
    digest = hmac.digest(key, f"{profile_id} {step}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:SIGNATURE_BYTES]).decode()


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits
