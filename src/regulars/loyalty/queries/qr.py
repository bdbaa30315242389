"""The changing code of a customer, under the key of this installation."""

from __future__ import annotations

from datetime import datetime

from regulars.kit.sealing import signing_key
from regulars.loyalty.rules import qr
from regulars.loyalty.rules.qr import Scanned
from regulars.loyalty.types.till import Qr

_PURPOSE = "loyalty/qr"


def customer_qr(*, profile_id: int, now: datetime) -> Qr:
    """What the customer's telephone is to show now."""
    text = qr.token(profile_id, at=now, key=signing_key(purpose=_PURPOSE))
    return Qr(text, qr.svg(text), qr.ends_at(now))


def scan_qr(text: str, *, now: datetime) -> Scanned | None:
    """Whose code a till has scanned, and whether it is shown now; None: it is none of ours."""
    return qr.read(text, at=now, key=signing_key(purpose=_PURPOSE))
