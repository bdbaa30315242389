"""Coming in by a link, and what one says of oneself."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from regulars.console.access import allowed, entrance, user_id_of
from regulars.console.forms.people import AccountForm, JoinForm, NewPasswordForm
from regulars.console.preferences import keep_language
from regulars.console.wording.team import ROLES, ROLES_EXPLAINED
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.team import queries, services
from regulars.team.models import User
from regulars.team.types import Action, Role

BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@login_not_required  # who is invited has no account yet
@sensitive_post_parameters("password1", "password2")
@sensitive_variables("token", "data")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Take up an invitation: one's name and a password, and one is in."""
    invitation = queries.invitation_of(token, clock.now())
    if invitation is None:
        return render(request, "account/link_spent.html", {"kind": "invitation"}, status=410)
    form = JoinForm(request.POST or None, user=User(email=invitation.email))
    if request.method == "POST" and form.is_valid():
        data, now = form.cleaned_data, clock.now()
        try:
            user = services.accept(
                token=token,
                name=data["name"],
                password=data["password1"],
                language=get_language() or settings.LANGUAGE_CODE,
                now=now,
            )
        except RegularsError as error:
            form.add_error(None, error.message)
        else:
            login(request, user, backend=BACKEND)
            services.log(user_id=user.pk, action=Action.SIGNED_IN, now=now, subject=f"user:{user.pk}")
            return redirect(entrance(request, None))
    context = {
        "form": form,
        "invitation": invitation,
        "role": ROLES[invitation.role],
        "explained": ROLES_EXPLAINED[invitation.role],
        "shop": queries.shop(),
    }
    return render(request, "account/join.html", context)


@never_cache
@login_not_required  # who has forgotten the password is outside
@sensitive_post_parameters("password1", "password2")
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest, token: str) -> HttpResponse:
    """Set a new password by a link; then one signs in with it, in two steps where two are asked for."""
    member = queries.password_link_of(token, clock.now())
    if member is None:
        return render(request, "account/link_spent.html", {"kind": "password"}, status=410)
    form = NewPasswordForm(request.POST or None, user=User(email=member.email, name=member.name))
    if request.method == "POST" and form.is_valid():
        try:
            services.use_password_link(token=token, password=form.cleaned_data["password1"], now=clock.now())
            get_adapter(request).forgive_attempts(request, member.email)
        except RegularsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, gettext("The new password is set. Sign in with it."))
            return redirect("account_login")
    return render(request, "account/new_password.html", {"form": form, "member": member})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed()
def account(request: HttpRequest) -> HttpResponse:
    """One's own name, language, password and second step."""
    member = queries.member(user_id_of(request))
    assert member is not None  # noqa: S101 (who is signed in is of the team)
    form = AccountForm(request.POST or None, initial={"name": member.name, "language": _me(request).language})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        services.save_self(user_id=member.id, name=data["name"], language=data["language"], now=clock.now())
        with override(data["language"]):
            messages.success(request, gettext("Saved."))
        response = redirect("account")
        keep_language(response, data["language"])
        return response
    roles = "" if member.role is None else ROLES[Role(member.role)]
    return render(request, "account/account.html", {"form": form, "member": member, "role": roles})


@require_http_methods(["GET", "HEAD"])
@allowed()
def second_step(request: HttpRequest) -> HttpResponse:
    """allauth sends here after the second step was changed; it stands on the page of the account."""
    return redirect("account")


def _me(request: HttpRequest) -> User:
    return User.objects.get(pk=user_id_of(request))
