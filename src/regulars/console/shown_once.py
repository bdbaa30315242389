"""Secrets that are shown once, right after they were made.

The page that made one answers with a redirect, so that loading it anew makes no second; until the next
page shows it, it waits in the session, sealed: sessions stand in the database, which keeps no secret.
"""

from __future__ import annotations

from django.http import HttpRequest

from regulars.kit import sealing

KEY = "shown_once"
PURPOSE = "shown once"


def keep(request: HttpRequest, secret: str, *, about: str) -> None:
    """Have the next page about this show it; `about` as in "key:3"."""
    request.session[KEY] = {"about": about, "sealed": sealing.seal(secret, purpose=PURPOSE)}


def take(request: HttpRequest, *, about: str) -> str:
    """The secret to show now, if one about this was just made; it is forgotten with that."""
    kept = request.session.get(KEY)
    if not kept or kept["about"] != about or request.method == "HEAD":
        return ""
    del request.session[KEY]
    try:
        return sealing.unseal(kept["sealed"], purpose=PURPOSE)
    except sealing.SealBroken:
        return ""
