"""What people say of themselves and of each other."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.console.wording.team import ROLES
from regulars.team.models import User
from regulars.team.rules import fold_email
from regulars.team.types import Role

NAME_MAX = 200
PASSWORD_MAX = 500  # characters; argon2 would grind longer texts for whoever sends them
PASSWORD_HELP = _(
    "At least 10 characters. A few words that have nothing to do with each other are easy to keep in "
    "mind and hard to guess."
)


class NameForm(forms.Form):
    """One's name."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=NAME_MAX,
        help_text=_("Colleagues see it beside your notes and tasks."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Say how your colleagues call you.")},
    )


class NewPasswordForm(forms.Form):
    """A new password, typed twice. `user` is whom it may not resemble; a stand-in will do."""

    password1 = forms.CharField(
        label=_("New password"),
        max_length=PASSWORD_MAX,
        strip=False,
        help_text=PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Think up a password.")},
    )
    password2 = forms.CharField(
        label=_("New password once more"),
        max_length=PASSWORD_MAX,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Type the password once more.")},
    )

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, second = data.get("password1"), data.get("password2")
        if first and second and first != second:
            self.add_error("password2", gettext("This is another password than the one above."))
        if first:
            try:
                validate_password(first, self.user)
            except ValidationError as error:
                self.add_error("password1", error)
        return data


class JoinForm(NewPasswordForm, NameForm):
    """What the invited person says."""

    field_order = ("name", "password1", "password2")


class EmailField(forms.EmailField):
    """An address, folded as it is stored."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=254,
            error_messages={
                "required": _("Give an e-mail address."),
                "invalid": _("This is not an e-mail address. It looks like name@example.com."),
            },
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        return fold_email(super().clean(value))


class FirstOwnerForm(NameForm):
    """The owner's own name and address."""

    email = EmailField(
        label=_("Your e-mail"),
        help_text=_("You sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class FirstOwnerWithPasswordForm(NewPasswordForm, FirstOwnerForm):
    """The same, and a password in place of the one that was made up."""

    field_order = ("name", "email", "password1", "password2")


class AccountForm(NameForm):
    """One's name and language."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class RoleForm(forms.Form):
    """A role."""

    role = forms.TypedChoiceField(
        label=_("Role"),
        choices=[(role.value, title) for role, title in ROLES.items()],
        coerce=Role,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )


class InviteForm(RoleForm):
    """Whom to invite, and as what."""

    email = EmailField(
        label=_("E-mail of the colleague"),
        help_text=_("They will sign in with it. Nothing is sent there: you hand the link over yourself."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("email", "role")
