"""Branches and tills."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

CODE_HELP = _("As your files and your till programme write it. Empty: the name.")


class BranchForm(forms.Form):
    """A place where one can buy."""

    name = forms.CharField(
        label=_("Name of the branch"),
        max_length=120,
        error_messages={"required": _("Say what the branch is called.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    external_id = forms.CharField(
        label=_("Code"),
        max_length=120,
        required=False,
        help_text=CODE_HELP,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TillForm(forms.Form):
    """A till of a branch."""

    name = forms.CharField(
        label=_("Name of the till"),
        max_length=120,
        error_messages={"required": _("Say what the till is called.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    external_id = forms.CharField(
        label=_("Code"),
        max_length=120,
        required=False,
        help_text=CODE_HELP,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class FirstBranchForm(forms.Form):
    """A branch and its tills in one go, as the setting up asks for them."""

    name = forms.CharField(
        label=_("Name of the branch"),
        max_length=120,
        error_messages={"required": _("Say what the branch is called.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    tills = forms.CharField(
        label=_("Its tills"),
        required=False,
        max_length=600,
        help_text=_("Parted by commas: Till 1, Till 2. May stay empty."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_tills(self) -> list[str]:
        named = [name.strip() for name in self.cleaned_data["tills"].split(",")]
        return list(dict.fromkeys(filter(None, named)))
