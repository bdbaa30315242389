"""Keys of programs: what is asked when one is made or renamed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.console.wording.connections import BRINGS, TAKES
from regulars.team.rules import KEY_NAME_MAX, KIND_SCOPES
from regulars.team.types import KeyKind, Scope


class NameForm(forms.Form):
    """What a key is called."""

    name = forms.CharField(
        label=_("Name"),
        max_length=KEY_NAME_MAX,
        error_messages={"required": _("Give the key a name, so that you know later what it is for.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class KeyForm(NameForm):
    """A new key of one kind: for which branch where it is a till's, and what it may where one chooses.

    By default it may bring things in and read nothing: a key that leaks then gives no customer away. A till
    has to read, or it finds nobody.
    """

    branch = forms.TypedChoiceField(
        label=_("Branch"),
        coerce=int,
        empty_value=None,
        error_messages={"required": _("Choose the branch whose tills these are.")},
    )
    new_branch = forms.CharField(
        label=_("Or a new branch"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.TypedMultipleChoiceField(
        label=_("What it may"),
        coerce=Scope,
        error_messages={"required": _("Choose at least one thing the key may do.")},
    )

    def __init__(
        self, *args: Any, kind: KeyKind, branches: Sequence[tuple[int, str]] = (), **kwargs: Any
    ) -> None:
        """`branches`: numbers and names of those in use."""
        super().__init__(*args, **kwargs)
        allowed = KIND_SCOPES[kind]
        scopes: Any = self.fields["scopes"]
        scopes.choices = [(scope.value, scope.value) for scope in Scope if scope in allowed]
        scopes.initial = sorted(allowed if kind is KeyKind.TILL else allowed.intersection(BRINGS))
        if kind is KeyKind.BROWSER:
            del self.fields["scopes"]
        branch: Any = self.fields["branch"]
        branch.choices = branches if len(branches) == 1 else [("", _("Choose a branch")), *branches]
        branch.required = False  # it may be a new one
        if kind is not KeyKind.TILL:
            del self.fields["new_branch"]
        elif not branches:
            new: Any = self.fields["new_branch"]
            new.label, new.required = _("Branch"), True
            new.error_messages["required"] = _("Say what the branch is called.")
        if kind is not KeyKind.TILL or not branches:
            del self.fields["branch"]

    def clean(self) -> dict[str, Any]:
        """Some branch is there: of the list, or new."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        asked = "branch" in self.fields and "branch" not in self.errors
        if asked and not said.get("branch") and not said.get("new_branch"):
            self.add_error("branch", self.fields["branch"].error_messages["required"])
        return said

    def chosen(self) -> frozenset[str]:
        """The scopes that are ticked, as they stand in the form."""
        return frozenset(map(str, self["scopes"].value() or ())) if "scopes" in self.fields else frozenset()


SCOPE_GROUPS: tuple[tuple[Any, tuple[Scope, ...]], ...] = (
    (_("Into Regulars"), BRINGS),
    (_("Out of Regulars"), TAKES),
)
