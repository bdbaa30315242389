"""The first start: the owner's own sign-in, the shop, its branches, and the way to the first file."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from regulars.commerce import queries as commerce
from regulars.commerce import services as commerce_services
from regulars.console import demo
from regulars.console.access import allowed, first_page_for, permissions_of, user_id_of
from regulars.console.forms.people import FirstOwnerForm, FirstOwnerWithPasswordForm
from regulars.console.forms.places import FirstBranchForm
from regulars.console.forms.shop import ShopForm
from regulars.console.views.settings import zone_list
from regulars.console.voice import language
from regulars.console.zones import zone_of_server
from regulars.kit import clock
from regulars.kit.errors import Conflict, RegularsError
from regulars.team import queries, services
from regulars.team.models import User
from regulars.team.types import Action, Permission

STEPS = (
    ("you", _("You")),
    ("shop", _("The shop")),
    ("places", _("Branches")),
    ("orders", _("Orders")),
)


@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_SHOP)
def page(request: HttpRequest) -> HttpResponse:
    """One step at a time; each is kept when it is sent, and any may be come back to."""
    step = request.GET.get("step", "")
    handle = _HANDLERS.get(step)
    if handle is None:
        return _to(_first_open_step(_me(request)))
    return handle(request)


@never_cache
@require_safe
@allowed()
def waiting(request: HttpRequest) -> HttpResponse:
    """For everybody but the owner, until the shop is set up."""
    if queries.shop().set_up_at is not None:
        return redirect(first_page_for(permissions_of(request)))
    return render(request, "console/setup/waiting.html")


def _you(request: HttpRequest) -> HttpResponse:
    me = _me(request)
    data = request.POST if request.method == "POST" else None
    # The address that came with the made-up password is nobody's.
    known = {"name": me.name, "email": "" if me.made_up_password else me.email}
    form: FirstOwnerForm
    if me.made_up_password:
        form = FirstOwnerWithPasswordForm(data, initial=known, user=me)
    else:
        form = FirstOwnerForm(data, initial=known)
    if data is not None and form.is_valid():
        said, now = form.cleaned_data, clock.now()
        try:
            services.save_self(
                user_id=me.pk, name=said["name"], email=said["email"], language=language(), now=now
            )
        except Conflict as error:
            form.add_error("email", error.message)
        else:
            if me.made_up_password:
                me.password = services.set_password(user_id=me.pk, password=said["password1"], now=now)
                update_session_auth_hash(request, me)
            return _to("shop")
    return _show(request, "you", {"form": form, "made_up": me.made_up_password})


def _shop(request: HttpRequest) -> HttpResponse:
    shop = queries.shop()
    if request.method == "POST":
        form = ShopForm(request.POST)
        if form.is_valid():
            services.save_shop(shop=form.profile(), user_id=user_id_of(request), now=clock.now())
            return _to("places")
    elif shop.set_up_at is None:
        form = ShopForm.filled(shop, timezone=zone_of_server())
    else:
        form = ShopForm.filled(shop)
    guess = shop.set_up_at is None and request.method != "POST"
    return _show(request, "shop", {"form": form, "zones": zone_list(), "guess_zone": guess})


def _places(request: HttpRequest) -> HttpResponse:
    form = FirstBranchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now, user_id = clock.now(), user_id_of(request)
        try:
            branch = commerce_services.save_branch(name=form.cleaned_data["name"])
            for till in form.cleaned_data["tills"]:
                commerce_services.save_till(branch_id=branch, name=till)
        except RegularsError as error:
            form.add_error("name", error.message)
        else:
            services.log(user_id=user_id, action=Action.BRANCH_CHANGED, now=now, subject=f"branch:{branch}")
            return _to("places")
    return _show(request, "places", {"form": form, "branches": commerce.branches()})


def _orders(request: HttpRequest) -> HttpResponse:
    begins = reverse(first_page_for(permissions_of(request)))
    return _show(request, "orders", {"shop": queries.shop(), "begins": begins})


_HANDLERS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "you": _you,
    "shop": _shop,
    "places": _places,
    "orders": _orders,
}


def _first_open_step(me: User) -> str:
    if me.made_up_password or not me.name:
        return "you"
    return "shop" if queries.shop().set_up_at is None else "places"


def _show(request: HttpRequest, step: str, context: dict[str, object]) -> HttpResponse:
    names = [name for name, _title in STEPS]
    place = names.index(step)
    steps = [
        {"name": name, "title": title, "done": number < place, "current": number == place}
        for number, (name, title) in enumerate(STEPS)
    ]
    shared = {"steps": steps, "number": place + 1, "removal": demo.removal()}
    return render(request, f"console/setup/{step}.html", shared | context)


def _to(step: str) -> HttpResponse:
    return redirect(f"{reverse('setup')}?step={step}")


def _me(request: HttpRequest) -> User:
    return User.objects.get(pk=user_id_of(request))
