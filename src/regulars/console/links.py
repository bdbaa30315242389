"""Links that are shown once, right after they were made."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.http import HttpRequest

KEY = "link_to_hand_over"


@dataclass(frozen=True)
class Link:
    """`url` with the name of the host; `kind` is "invitation" or "password"; `who`: whom it is for."""

    url: str
    kind: str
    who: str


def keep(request: HttpRequest, link: Link) -> None:
    """Have the next page show it: the page that made it answers with a redirect."""
    request.session[KEY] = asdict(link)


def take(request: HttpRequest) -> Link | None:
    """The link to show now, if there is one; it is forgotten with that."""
    kept = request.session.pop(KEY, None)
    return Link(**kept) if kept else None
