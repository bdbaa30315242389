"""An offer is put together: its kind, its form with what it says and what a cart would cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.analytics.wording.numbers import plain
from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.forms.offers import OfferForm
from regulars.console.forms.programme_fields import Around
from regulars.console.offers_pages import price_files
from regulars.console.offers_pages.lines import ICONS, KINDS, offer_voice
from regulars.console.offers_pages.price_files import ShownList
from regulars.console.offers_pages.trying import trying
from regulars.console.programme_pages.names import offered
from regulars.console.views.offers import changed, known, taken_out
from regulars.console.voice import Voice, voice
from regulars.console.wording.log_offers import changed_terms
from regulars.console.xlsx import Cell, Column, workbook
from regulars.kit.errors import RegularsError
from regulars.loyalty.types import Programme
from regulars.offers import queries, services
from regulars.offers.types import Offer, OfferKind, OfferState, OfPrices, Terms
from regulars.offers.wording import sentences
from regulars.team.types import Permission

_WHAT_FOR = {
    OfferKind.SHARED: gettext_lazy("SPRING for everybody who reads it: in letters, on posters, by bloggers."),
    OfferKind.CODES: gettext_lazy("Each code works once: printed on cards, sent one by one, up to millions."),
    OfferKind.PERSONAL: gettext_lazy("For a segment, until a day: applies by itself when they are known."),
    OfferKind.PRICES: gettext_lazy("What goods cost a segment, such as wholesale or staff, from a list."),
}


@never_cache
@require_safe
@allowed(Permission.SET_UP_LOYALTY)
def choose(request: HttpRequest) -> HttpResponse:
    """What kind of offer it is to be."""
    kinds = [
        {"key": kind.value, "name": KINDS[kind], "text": _WHAT_FOR[kind], "icon": ICONS[kind]}
        for kind in OfferKind
    ]
    return render(request, "console/offers/kinds.html", {"kinds": kinds})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_LOYALTY)
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """A new offer, which is a draft until it is started."""
    speak, chosen = voice(), _kind(kind)
    form, listed = _form(request, chosen, None, speak)
    if _is_to_be_saved(request, form) and (terms := _terms(form, None)):
        try:
            with transaction.atomic():
                made = services.make_offer(
                    terms=terms,
                    shared_code=form.cleaned_data.get("code", ""),
                    now=speak.now,
                    user_id=user_id_of(request),
                )
                changed(request, speak, made, what="made")
        except RegularsError as error:
            _refuse(form, error)
        else:
            said.done(
                request, _("“%(name)s” is a draft. Look it over, then start it.") % {"name": terms.name}
            )
            return redirect("offers-one", made.id)
    return _page(request, form, None, speak, listed)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_LOYALTY)
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Other terms for an offer; what was used stays as it is."""
    speak, offer = voice(), known(number)
    if offer.key or offer.state is OfferState.STOPPED:
        said.refused(request, _("This offer cannot be changed any more."))
        return redirect("offers-one", number)
    form, listed = _form(request, offer.terms.kind, offer, speak)
    if _is_to_be_saved(request, form) and (terms := _terms(form, offer.terms)):
        revision = request.POST.get("revision", "")
        try:
            with transaction.atomic():
                now = services.change_offer(
                    offer_id=number,
                    terms=terms,
                    shared_code=form.cleaned_data.get("code", ""),
                    revision=int(revision) if revision.isascii() and revision.isdigit() else None,
                    now=speak.now,
                )
                if fields := changed_terms(offer, now):
                    changed(request, speak, now, what="changed", fields=fields)
        except RegularsError as error:
            _refuse(form, error)
        else:
            said.done(request, _("“%(name)s” is changed.") % {"name": plain(terms.name)})
            return redirect("offers-one", number)
    return _page(request, form, offer, speak, listed)


@require_safe
@allowed(Permission.SEE_CUSTOMERS, Permission.TAKE_LISTS_OUT)
def prices(request: HttpRequest, number: int) -> HttpResponseBase:
    """The prices of an offer as a file."""
    speak, offer = voice(), known(number)
    takes = offer.terms.takes
    if not isinstance(takes, OfPrices):
        raise Http404
    taken_out(request, speak, "offer-prices", takes.size, offer)
    columns = [Column(_("Product"), width=48), Column(_("Price"), "money"), Column(_("Currency"))]
    rows: Iterator[list[Cell]] = (
        [plain(name), speak.amount(price, offer.currency), offer.currency]
        for name, price in queries.prices_of(takes)
    )
    return workbook(name=f"prices-{number}", columns=columns, rows=rows, timezone=speak.shop.timezone)


@never_cache
@require_POST
@allowed(Permission.SET_UP_LOYALTY)
def says(request: HttpRequest, kind: str) -> HttpResponse:
    """What the form says, in words, and what the cart beside it would cost."""
    speak, chosen = voice(), _kind(kind)
    number = request.POST.get("offer", "")
    offer = known(int(number)) if number.isascii() and number.isdigit() else None
    if offer is not None and offer.terms.kind is not chosen:
        raise Http404
    form, _listed = _form(request, chosen, offer, speak, with_file=False)
    return render(request, "console/offers/aside.html", _said(request.POST, form, offer, speak))


def _page(
    request: HttpRequest, form: OfferForm, offer: Offer | None, speak: Voice, listed: ShownList | None
) -> HttpResponse:
    context = {
        "form": form,
        "offer": offer,
        "kind": form.kind.value,
        "listed": listed,
        "title": plain(offer.terms.name) if offer else KINDS[form.kind],
        "offered": offered(form),
        **_said(request.POST, form, offer, speak),
    }
    return render(request, "console/offers/form.html", context)


def _said(asked: QueryDict, form: OfferForm, offer: Offer | None, speak: Voice) -> dict[str, Any]:
    """The sentences of the form and the cart tried on it."""
    currency = form.around.currency
    terms: Terms | None = offer.terms if offer and not form.is_bound else None
    if form.is_bound and form.is_valid():
        terms = _terms(form, offer.terms if offer else None)
    texts: list[str] = []
    if terms is not None:
        code = (
            form.cleaned_data.get("code", "").upper() if form.is_bound else offer.shared_code if offer else ""
        )
        texts = [plain(one) for one in sentences(terms, offer_voice(speak, currency), shared_code=code)]
    wrong = [
        (form.fields[name].label if name in form.fields else "", errors[0])
        for name, errors in form.errors.items()
    ]
    return {"texts": texts, "wrong": wrong, "trying": trying(asked, terms, currency, speak)}


def _is_to_be_saved(request: HttpRequest, form: OfferForm) -> bool:
    """Whether it was sent to be saved and can be: a file that came with it is to be looked at first."""
    return request.method == "POST" and form.is_valid() and "prices_file" not in request.FILES


def _form(
    request: HttpRequest, kind: OfferKind, offer: Offer | None, speak: Voice, *, with_file: bool = True
) -> tuple[OfferForm, ShownList | None]:
    currency = offer.currency if offer else speak.shop.currency
    terms = offer.terms if offer else None
    around = Around(Programme(currency=currency), speak, terms)
    initial = OfferForm.filled(terms, around) | ({"code": offer.shared_code} if offer else {})
    data = request.POST if request.method == "POST" else None
    found = (
        _prices(request, offer, currency, speak, with_file=with_file) if kind is OfferKind.PRICES else None
    )
    listed = found if isinstance(found, ShownList) else None
    form = OfferForm(data, initial=initial, around=around, kind=kind, listed=listed.takes if listed else None)
    if isinstance(found, str) and form.is_bound:
        form.errors.pop("prices", None)
        form.add_error("prices", found)
    return form, listed


def _prices(
    request: HttpRequest, offer: Offer | None, currency: str, speak: Voice, *, with_file: bool
) -> ShownList | str | None:
    """The list of the file that came along, or of the form, or of the offer; a text: what is wrong."""
    file = request.FILES.get("prices_file") if with_file else None
    if file is not None:
        return price_files.read(file, file.size or 0, offer, currency, speak)
    return price_files.named(request.POST.get("list", ""), offer, currency, speak)


def _terms(form: OfferForm, before: Terms | None) -> Terms | None:
    try:
        return form.part("", before)
    except ValidationError as error:
        form.add_error(None, error)
        return None


def _refuse(form: OfferForm, error: RegularsError) -> None:
    form.add_error("code" if error.code == "code_taken" and "code" in form.fields else None, error.message)


def _kind(text: str) -> OfferKind:
    try:
        return OfferKind(text)
    except ValueError:
        raise Http404 from None
