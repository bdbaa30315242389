"""The draft of the programme as a whole: undo, throw away, bring back, begin from an older version."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.loyalty_pages import in_words
from regulars.console.programme_pages.desk import Desk
from regulars.console.voice import voice
from regulars.loyalty import services
from regulars.loyalty.errors import DraftChanged
from regulars.team.types import Permission


@never_cache
@require_POST
@allowed(Permission.SET_UP_LOYALTY)
def do(request: HttpRequest) -> HttpResponse:
    """What a button asks for; an undo has it in its address."""
    asked = request.POST.get("do") or request.GET.get("do", "")
    desk = Desk(voice(), user_id_of(request))
    now, user = desk.speak.now, desk.user_id
    seen = _number(request.POST.get("seen") or request.GET.get("seen", ""))
    try:
        if asked == "undo" and seen is not None:
            services.undo_draft(seen=seen, now=now, user_id=user)
            said.done(request, _("The last change is taken back."))
        elif asked == "drop":
            services.drop_draft(seen=seen, now=now, user_id=user)
            undo = f"{reverse('loyalty-programme-draft')}?do=restore"
            said.done(request, _("The draft is thrown away. What is published holds on."), undo=undo)
        elif asked == "restore":
            services.restore_draft(now=now, user_id=user)
            said.done(request, _("The draft is back."))
        elif asked == "begin":
            _begin(request, desk, seen)
    except DraftChanged:
        said.refused(request, _("Somebody changed the draft meanwhile. Look at it, then decide again."))
    return redirect("loyalty-programme")


def _begin(request: HttpRequest, desk: Desk, seen: int | None) -> None:
    """Make the rules of an older version the draft."""
    wanted = _number(request.POST.get("version", ""))
    version = next((one for one in desk.versions if one.id == wanted), None)
    if version is None or desk.newest is None:
        return
    services.keep_draft(
        programme=version.programme,
        seen=seen or None,
        based_on=desk.newest.id,
        now=desk.speak.now,
        user_id=desk.user_id,
    )
    moment = in_words.moment(version.since, desk.speak)
    text = _("The draft is now what held from %(moment)s on. Change what you like, then publish it.")
    said.done(request, text % {"moment": moment})


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 19 else None
