"""Settings of the shop: itself, its branches and tills, the demo shop; and the way to what else is set."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from regulars.analytics import services as analytics
from regulars.commerce import queries as commerce
from regulars.commerce import services as commerce_services
from regulars.commerce.types import BranchRow
from regulars.console import demo
from regulars.console.access import allowed, user_id_of
from regulars.console.forms.places import BranchForm, TillForm
from regulars.console.forms.shop import ShopForm
from regulars.console.loyalty_pages import in_words
from regulars.console.voice import voice
from regulars.console.wording.team import TRADES
from regulars.console.zones import Zone, label_of, zones
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.loyalty import queries as loyalty
from regulars.team import queries, services
from regulars.team.types import Action, Permission, ShopProfile

RECKONED_WITH = ("timezone", "currency", "margin")
"""What the figures depend on."""


@never_cache
@require_safe
@allowed(Permission.SET_UP_SHOP)
def page(request: HttpRequest) -> HttpResponse:
    """What there is to set, and how it stands."""
    speak = voice()
    shop = speak.shop
    branches = [branch for branch in commerce.branches() if branch.active]
    members = [member for member in queries.members() if member.active]
    context = {
        "shop": shop,
        "trade": TRADES[shop.trade],
        "zone": label_of(shop.timezone, speak.language, speak.now),
        "branches": len(branches),
        "tills": sum(till.active for branch in branches for till in branch.tills),
        "members": len(members),
        "without_second_step": sum(not member.second_step for member in members),
        "invitations": len(queries.open_invitations()),
        "removal": demo.removal(),
        "programme": in_words.headline(loyalty.versions(), speak),
    }
    return render(request, "console/settings/index.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_SHOP)
def shop(request: HttpRequest) -> HttpResponse:
    """The shop itself."""
    before = queries.shop()
    kept = {"currency": before.currency}
    form = ShopForm(request.POST, initial=kept) if request.method == "POST" else ShopForm.filled(before)
    if request.method == "POST" and form.is_valid():
        profile = form.profile()
        services.save_shop(shop=profile, user_id=user_id_of(request), now=clock.now())
        messages.success(request, _what_it_means(before, profile))
        return redirect("settings")
    return render(request, "console/settings/shop.html", {"form": form, "zones": zone_list()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_SHOP)
def branches(request: HttpRequest) -> HttpResponse:
    """All branches with their tills; a new one is added here."""
    form = BranchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            number = commerce_services.save_branch(**form.cleaned_data)
        except RegularsError as error:
            form.add_error("name", error.message)
        else:
            _log_branch(request, number)
            return redirect("settings-branch", number=number)
    return render(request, "console/settings/branches.html", {"form": form, "branches": commerce.branches()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_SHOP)
def branch(request: HttpRequest, number: int) -> HttpResponse:
    """One branch: its name and code, its tills, whether it is in use."""
    found = next((row for row in commerce.branches() if row.id == number), None)
    if found is None:
        raise Http404
    action = request.POST.get("do", "") if request.method == "POST" else ""
    form = BranchForm(
        request.POST if action == "save" else None,
        initial={"name": found.name, "external_id": found.external_id},
    )
    till_form = TillForm(request.POST if action == "till" else None)
    if action and _change_branch(action, found, form, till_form, request):
        _log_branch(request, number)
        return redirect("settings-branch", number=number)
    context = {"branch": found, "form": form, "till_form": till_form}
    return render(request, "console/settings/branch.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_SHOP)
def remove_demo(request: HttpRequest) -> HttpResponse:
    """Asks once more, then has the demo shop taken away and begins with the setting up."""
    if request.method == "POST":
        with transaction.atomic():
            demo.ask_for_removal()
            services.forget_demo(user_id=user_id_of(request), now=clock.now())
        return redirect("setup")
    if not queries.shop().demo:
        return redirect("settings")
    return render(request, "console/settings/demo.html")


@never_cache
@require_safe
@allowed(Permission.SET_UP_SHOP)
def demo_removal(request: HttpRequest) -> HttpResponse:
    """How far the removal is, asked by the page every few seconds."""
    return render(request, "console/setup/removal.html", {"removal": demo.removal(), "polled": True})


def zone_list() -> list[Zone]:
    """What the field of the time zone offers."""
    return zones(get_language() or "ru", clock.now())


def _what_it_means(before: ShopProfile, after: ShopProfile) -> str:
    """Saved, and what becomes of the figures."""
    changed = [name for name in RECKONED_WITH if getattr(before, name) != getattr(after, name)]
    if not changed:
        return gettext("Saved.")
    analytics.request_figures()
    if "currency" in changed:
        return gettext(
            "Saved. From now on the figures count orders in %(currency)s only; they are being worked "
            "out anew."
        ) % {"currency": after.currency}
    if "timezone" in changed:
        return gettext(
            "Saved. Orders near midnight may move to another day or month; the figures are being worked "
            "out anew."
        )
    return gettext("Saved. The figures are being worked out anew.")


def _change_branch(
    action: str, found: BranchRow, form: BranchForm, till_form: TillForm, request: HttpRequest
) -> bool:
    """Do what was asked for; False if something has to be mended first."""
    asked = form if action == "save" else till_form
    if action in ("save", "till") and not asked.is_valid():
        return False
    try:
        if action == "save":
            commerce_services.save_branch(branch_id=found.id, **form.cleaned_data)
        elif action == "till":
            commerce_services.save_till(branch_id=found.id, **till_form.cleaned_data)
        elif action in ("archive", "restore"):
            commerce_services.archive_branch(branch_id=found.id, archived=action == "archive")
        elif action in ("archive-till", "restore-till"):
            till = request.POST.get("till", "")
            if till not in {str(row.id) for row in found.tills}:
                raise Http404
            commerce_services.archive_till(till_id=int(till), archived=action == "archive-till")
        else:
            raise Http404
    except RegularsError as error:
        asked.add_error("name", error.message)
        return False
    return True


def _log_branch(request: HttpRequest, number: int) -> None:
    services.log(
        user_id=user_id_of(request),
        action=Action.BRANCH_CHANGED,
        now=clock.now(),
        subject=f"branch:{number}",
    )
