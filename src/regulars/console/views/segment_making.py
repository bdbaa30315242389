"""Making segments without the builder: a ready one, or a list out of a file."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.ids import id_of
from regulars.console.segment_pages import not_found, references, words
from regulars.console.segment_pages.logged import log_changed, log_made
from regulars.console.segment_pages.references import References
from regulars.console.voice import Voice, voice
from regulars.console.ways import back, with_choices
from regulars.console.xlsx import Column, workbook
from regulars.kit.errors import RegularsError
from regulars.segments import queries, services
from regulars.segments.queries.references import persons_named
from regulars.segments.ready import BY_KEY, READY, Ready
from regulars.segments.types import MadeStatic
from regulars.segments.wording import sentence, speech
from regulars.team.types import Permission


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.MAKE_SEGMENTS)
def ready(request: HttpRequest) -> HttpResponse:
    """Segments that are thought out already: one click, and it is kept."""
    if request.method == "POST":
        return _keep_ready(request, request.POST.get("key", ""))
    if counted := BY_KEY.get(request.GET.get("count", "")):
        return _counted(request, counted)
    speak = voice()
    by = speech([offer.condition for offer in READY])
    rows = {row.id: row for row in queries.segments()}
    kept = {condition: rows[id_] for id_, condition in words.conditions_of(rows.values()).items()}
    offers = [
        {
            "key": offer.key,
            "name": offer.name,
            "what_for": offer.what_for,
            "sentence": words.capital(sentence(offer.condition, by=by)),
            "kept": kept.get(offer.condition),
            "count": _just_now(kept[offer.condition].members, speak) if offer.condition in kept else "",
        }
        for offer in READY
    ]
    return render(request, "console/segments/ready.html", {"offers": offers})


def _counted(request: HttpRequest, offer: Ready) -> HttpResponse:
    """How many one would have now: the page asks for each by itself, so that no slow one holds it up."""
    speak = voice()
    try:
        count = queries.count(offer.condition, now=speak.now, examples=0)
    except RegularsError:
        return HttpResponse()
    return HttpResponse(_just_now(count.members, speak), content_type="text/plain; charset=utf-8")


def _just_now(count: int, speak: Voice) -> str:
    return _("%(customers)s just now") % {"customers": speak.formats.customers(count)}


def _keep_ready(request: HttpRequest, key: str) -> HttpResponse:
    offer, speak = BY_KEY.get(key), voice()
    if offer is None:
        raise Http404
    try:
        with transaction.atomic():
            made = services.make_segment(
                name=str(offer.name),
                condition=offer.condition,
                now=speak.now,
                user_id=user_id_of(request),
                note=str(offer.what_for),
            )
            log_made(request, made, speak, ready=key)
    except RegularsError as error:
        said.refused(request, error.message)
        return redirect("segments-ready")
    undo = reverse("segments-archive", args=[made])
    said.done(request, _("“%(name)s” is kept from now on.") % {"name": offer.name}, undo=undo)
    return redirect("segments-one", made)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.MAKE_SEGMENTS)
def upload(request: HttpRequest) -> HttpResponse:
    """A list out of a file, or of what is pasted."""
    context: dict[str, Any] = {
        "name": request.POST.get("name", "").strip(),
        "pasted": request.POST.get("pasted", ""),
        "size": references.BYTES_MAX // 1024**2,
    }
    if request.method == "POST":
        speak = voice()
        try:
            found = _given(request)
            name = context["name"] or _file_name(request) or _("My list")
            made = services.make_static(
                name=name, references=found.values, now=speak.now, user_id=user_id_of(request)
            )
            log_made(request, made.segment_id, speak, people=made.found)
        except RegularsError as error:
            context["problem"] = error.message
        else:
            not_found.keep(made.unknown, segment_id=made.segment_id, user_id=user_id_of(request))
            undo = reverse("segments-archive", args=[made.segment_id])
            said.done(request, _became(made, found, speak), undo=undo)
            return redirect("segments-one", made.segment_id)
    return render(
        request, "console/segments/upload.html", context, status=422 if "problem" in context else 200
    )


@require_POST
@allowed(Permission.MAKE_SEGMENTS)
def add(request: HttpRequest, number: int) -> HttpResponse:
    """More people for a list: what is pasted, as when it was made."""
    speak = voice()
    try:
        found = references.of_text(request.POST.get("pasted", ""))
        named = persons_named(found.values)
        count = services.add_members(
            segment_id=number, person_ids=set().union(*named.values()), now=speak.now
        )
        log_changed(request, number, speak, "put_in")
    except RegularsError as error:
        said.refused(request, error.message)
        return redirect("segments-one", number)
    lost = [value for value in found.values if value not in named]
    not_found.keep(lost, segment_id=number, user_id=user_id_of(request))
    put_in = ngettext("%(n)s customer was put in.", "%(n)s customers were put in.", count)
    said.done(request, " ".join([put_in % {"n": speak.formats.number(count)}, *_lost(len(lost), speak)]))
    return redirect("segments-one", number)


@require_POST
@allowed(Permission.MAKE_SEGMENTS)
def take_out(request: HttpRequest, number: int) -> HttpResponse:
    """Somebody is no longer on a list; what follows offers to put them back."""
    person, speak = _person(request), voice()
    try:
        with transaction.atomic():
            done = services.remove_members(segment_id=number, person_ids=[person], now=speak.now)
            log_changed(request, number, speak, "taken_out")
    except RegularsError as error:
        said.refused(request, error.message)
    else:
        undo = with_choices(reverse("segments-put-back", args=[number]), person=person)
        if done:
            said.done(request, _("Taken out of the list."), undo=undo)
    return redirect(back(request, reverse("segments-one", args=[number])))


@require_POST
@allowed(Permission.MAKE_SEGMENTS)
def put_back(request: HttpRequest, number: int) -> HttpResponse:
    """Take back that somebody was taken out."""
    speak = voice()
    try:
        with transaction.atomic():
            services.add_members(segment_id=number, person_ids=[_person(request)], now=speak.now)
            log_changed(request, number, speak, "put_back")
    except RegularsError as error:
        said.refused(request, error.message)
    else:
        said.done(request, _("Back on the list."))
    return redirect(back(request, reverse("segments-one", args=[number])))


@require_safe
@allowed(Permission.MAKE_SEGMENTS)
def unknown(request: HttpRequest, number: int) -> HttpResponseBase:
    """What the file named and nobody was found for, as a file to put right."""
    values = not_found.kept(segment_id=number, user_id=user_id_of(request))
    if not values:
        raise Http404
    columns = [Column(_("Found nobody for"), width=40)]
    name = _("not-found-%(id)s") % {"id": number}
    rows = [[value] for value in values]
    return workbook(name=name, columns=columns, rows=rows, timezone=voice().shop.timezone)


def _person(request: HttpRequest) -> int:
    """Who is meant by the address; nobody has the number 0."""
    asked = request.GET.get("person", "")
    return id_of(asked) or 0


def _given(request: HttpRequest) -> References:
    file = _file(request)
    if file is not None:
        if (file.size or 0) > references.BYTES_MAX:
            raise references.CannotRead(
                _("The file is larger than %(size)s MB. Leave only the column with the customers in it.")
                % {"size": references.BYTES_MAX // 1024**2}
            )
        return references.of_file(file.read())
    pasted = request.POST.get("pasted", "")
    if not pasted.strip():
        raise references.CannotRead(_("Choose a file or paste the list first."))
    return references.of_text(pasted)


def _file(request: HttpRequest) -> UploadedFile[bytes] | None:
    file = request.FILES.get("file")
    return file if isinstance(file, UploadedFile) else None


def _file_name(request: HttpRequest) -> str:
    """The file's name without its ending: a name for the list where nobody gave one."""
    file = _file(request)
    name = (file.name or "") if file else ""
    return name.rpartition(".")[0][:80] or name[:80]


def _became(made: MadeStatic, found: References, speak: Voice) -> str:
    """ "312 customers are in the list, 5 lines found nobody. Read from the column “E-mail”."""
    words = [
        ngettext("%(n)s customer is in the list.", "%(n)s customers are in the list.", made.found)
        % {"n": speak.formats.number(made.found)},
        *_lost(len(made.unknown), speak),
    ]
    if found.column:
        words.append(_("The column “%(column)s” was read.") % {"column": found.column})
    return " ".join(words)


def _lost(count: int, speak: Voice) -> list[str]:
    if not count:
        return []
    words = ngettext("For %(n)s line nobody was found.", "For %(n)s lines nobody was found.", count)
    return [words % {"n": speak.formats.number(count)}]
