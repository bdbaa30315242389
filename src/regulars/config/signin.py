"""How people get into the console: what allauth asks of us at each step.

What has to be noted in the audit log is noted here: allauth tells of it by these hooks.
"""

from __future__ import annotations

import base64
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from regulars.console.access import entrance
from regulars.console.preferences import keep_language
from regulars.kit import clock
from regulars.kit.sealing import SealBroken, seal, unseal
from regulars.team import services as team
from regulars.team.rules import fold_email
from regulars.team.types import Action

# allauth mails these to people; as long as no mail is set up, they are noted in the log.
NOTED = {
    "mfa/email/totp_activated": Action.SECOND_STEP_ON,
    "mfa/email/totp_deactivated": Action.SECOND_STEP_OFF,
    "mfa/email/recovery_codes_generated": Action.RECOVERY_CODES_MADE,
}
PURPOSE = "second step"


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by himself: people come by the invitation of a colleague."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail or the password is not right."),
        "incorrect_password": _("This password is not right."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": _("This code is not right, or its time is over. Take the one shown now."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes and try again."),
        "rate_limited": _("Too many attempts. Wait five minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        team.log_failed_sign_in(email=str(credentials.get("email", "")), now=clock.now())

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        # allauth would look for the address in a table of its own, which is empty here.
        found = self.authenticate(context.request, email=user.get_username(), password=password)
        return found is not None and found.pk == user.pk

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, *, redirect_url: str | None, **more: Any
    ) -> HttpResponse:
        now = clock.now()
        team.log(user_id=user.pk, action=Action.SIGNED_IN, now=now, subject=f"user:{user.pk}")
        response: HttpResponse = super().post_login(
            request, user, redirect_url=entrance(request, redirect_url), **more
        )
        # Who has never said a language, as the made-up first owner, keeps that of the browser.
        said = not user.made_up_password  # type: ignore[attr-defined]
        if said and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            keep_language(response, user.language)  # type: ignore[attr-defined]
        return response

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        # The object has to know the new hash too: the session that changed the password goes on.
        user.password = team.set_password(user_id=user.pk, password=password, now=clock.now())

    def send_notification_mail(
        self, template_prefix: str, user: AbstractBaseUser, *rest: Any, **more: Any
    ) -> None:
        action = NOTED.get(template_prefix)
        if action is not None:
            team.log(user_id=user.pk, action=action, now=clock.now(), subject=f"user:{user.pk}")

    def forgive_attempts(self, request: HttpRequest, email: str) -> None:
        """Who has just set a new password by a link need not wait because of wrong ones before."""
        ratelimit.clear(request, app="allauth.account", action="login_failed", key=fold_email(email))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth counts by host as well; the host names its port, and the port is what a caller says it is.
        return fold_email(str(credentials.get("email", "")))


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals what codes are made from, so that a copy of the database gives nobody the second step."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": StaffAdapter.error_messages["incorrect_code"]
    }

    def encrypt(self, text: str) -> str:
        return seal(text, purpose=PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return unseal(encrypted_text, purpose=PURPOSE)
        except SealBroken:
            # Sealed under another key, as after a move without it: no code may be right then, and none is
            # foreseeable. `regulars password` lets the owner in again.
            return base64.b32encode(secrets.token_bytes(20)).decode()


class _Once:
    """A code opens once, for as long as it is valid: allauth remembers it for one period of three."""

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            user = self.user  # type: ignore[attr-defined]
            team.log(user_id=None, action=Action.WRONG_CODE, now=clock.now(), subject=f"user:{user.pk}")
            raise
        authenticator: Authenticator = self.authenticator  # type: ignore[attr-defined]
        valid = mfa_settings.TOTP_PERIOD * (2 * mfa_settings.TOTP_TOLERANCE + 1)
        digits = "".join(sign for sign in code if sign.isalnum())
        if authenticator.type == Authenticator.Type.TOTP and not cache.add(
            f"second-step:{authenticator.pk}:{digits}", True, timeout=valid
        ):
            raise SecondStepAdapter().validation_error("incorrect_code")
        return code


class SecondStepForm(_Once, AuthenticateForm):  # type: ignore[misc]
    """The code asked for at sign-in."""


class SecondStepAgainForm(_Once, ReauthenticateForm):  # type: ignore[misc]
    """The code asked for before something delicate."""
