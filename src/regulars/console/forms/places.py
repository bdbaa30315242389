"""Branches and tills."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def _line(*, max_length: int = 120, **options: Any) -> forms.CharField:
    """A line of text that no browser fills in by itself."""
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(max_length=max_length, widget=widget, **options)


def _branch_name() -> forms.CharField:
    return _line(
        label=_("Name of the branch"), error_messages={"required": _("Say what the branch is called.")}
    )


def _code() -> forms.CharField:
    help_text = _("As your files and your till programme write it. Empty: the name.")
    return _line(label=_("Code"), required=False, help_text=help_text)


class BranchForm(forms.Form):
    """A place where one can buy."""

    name = _branch_name()
    external_id = _code()


class TillForm(forms.Form):
    """A till of a branch."""

    name = _line(label=_("Name of the till"), error_messages={"required": _("Say what the till is called.")})
    external_id = _code()


class FirstBranchForm(forms.Form):
    """A branch and its tills in one go, as the setting up asks for them."""

    name = _branch_name()
    tills = _line(
        label=_("Its tills"),
        required=False,
        max_length=600,
        help_text=_("Parted by commas: Till 1, Till 2. May stay empty."),
    )

    def clean_tills(self) -> list[str]:
        named = [name.strip() for name in self.cleaned_data["tills"].split(",")]
        return list(dict.fromkeys(filter(None, named)))
