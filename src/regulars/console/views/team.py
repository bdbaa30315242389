"""The team: who may do what, invitations, links to set a password."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.console import links
from regulars.console.access import allowed, user_id_of
from regulars.console.forms.people import InviteForm, RoleForm
from regulars.console.wording.team import ROLES, ROLES_EXPLAINED
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.team import queries, services
from regulars.team.types import Permission, Role


@never_cache
@require_safe
@allowed(Permission.MANAGE_TEAM)
def page(request: HttpRequest) -> HttpResponse:
    """Everybody, and who has been invited."""
    now = clock.now()
    context = {
        "members": [(member, _role(member.role)) for member in queries.members()],
        "invitations": [
            (invitation, ROLES[invitation.role], invitation.expires_at <= now)
            for invitation in queries.open_invitations()
        ],
        "link": links.take(request),
        "me": user_id_of(request),
        "zone": queries.shop().timezone,
    }
    return render(request, "console/team/page.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.MANAGE_TEAM)
def invite(request: HttpRequest) -> HttpResponse:
    """Whom, and as what; the link then stands on the page of the team."""
    form = InviteForm(request.POST or None, initial={"role": Role.MARKETER.value})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = services.invite(
                email=data["email"], role=data["role"], by=user_id_of(request), now=clock.now()
            )
        except RegularsError as error:
            form.add_error("email", error.message)
        else:
            url = request.build_absolute_uri(reverse("join", args=[made.token]))
            links.keep(request, links.Link(url=url, kind="invitation", who=data["email"]))
            return redirect("settings-team")
    return render(request, "console/team/invite.html", {"form": form, "explained": _explained()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.MANAGE_TEAM)
def member(request: HttpRequest, number: int) -> HttpResponse:
    """One person: role, second step, in or out."""
    found = queries.member(number)
    if found is None:
        raise Http404
    action = request.POST.get("do", "") if request.method == "POST" else ""
    form = RoleForm(
        request.POST if action == "role" else None,
        initial={"role": found.role.value if found.role else ""},
    )
    if action and (action != "role" or form.is_valid()):
        try:
            _change(action, number, form, user_id_of(request))
        except RegularsError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, gettext("Done."))
        return redirect("settings-team-member", number=number)
    context = {
        "member": found,
        "role": _role(found.role),
        "form": form,
        "explained": _explained(),
        "link": links.take(request),
        "is_me": number == user_id_of(request),
        "zone": queries.shop().timezone,
    }
    return render(request, "console/team/member.html", context)


@require_POST
@allowed(Permission.MANAGE_TEAM)
def password_link(request: HttpRequest, number: int) -> HttpResponse:
    """A link by which this person sets a new password, shown on their page."""
    found = queries.member(number)
    if found is None:
        raise Http404
    try:
        made = services.make_password_link(user_id=number, by=user_id_of(request), now=clock.now())
    except RegularsError as error:
        messages.error(request, error.message)
    else:
        url = request.build_absolute_uri(reverse("new-password", args=[made.token]))
        links.keep(request, links.Link(url=url, kind="password", who=found.called))
    return redirect("settings-team-member", number=number)


@require_POST
@allowed(Permission.MANAGE_TEAM)
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """The link of this invitation leads nowhere from now on."""
    if services.withdraw(invitation_id=number, by=user_id_of(request), now=clock.now()):
        messages.success(request, gettext("The invitation is withdrawn; its link leads nowhere now."))
    return redirect("settings-team")


def _change(action: str, number: int, form: RoleForm, by: int) -> None:
    now = clock.now()
    if action == "role":
        services.set_role(user_id=number, role=form.cleaned_data["role"], by=by, now=now)
    elif action == "shut-out":
        services.shut_out(user_id=number, by=by, now=now)
    elif action == "let-in":
        services.let_in(user_id=number, by=by, now=now)
    elif action == "second-step-off":
        services.remove_second_step(user_id=number, by=by, now=now)
    else:
        raise Http404


def _explained() -> list[tuple[str, object, object]]:
    return [(role.value, ROLES[role], ROLES_EXPLAINED[role]) for role in ROLES]


def _role(role: Role | None) -> object:
    return "" if role is None else ROLES[role]
