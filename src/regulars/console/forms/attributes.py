"""What the shop wants to know of its customers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.console.wording.definitions import KINDS
from regulars.kit.attributes import Kind


class DefinitionForm(forms.Form):
    """An attribute of the shop's own. What is wrong with it the service says, at the field it names."""

    label = forms.CharField(
        label=_("Name"),
        help_text=_("As colleagues will see it on cards and in segments."),
        error_messages={"required": _("Give it a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    trait = forms.CharField(
        label=_("Name in your data"),
        help_text=_("Under which your site or your systems send it: shoe_size. Capitals do not matter."),
        error_messages={"required": _("Write the name under which your data have it.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    kind = forms.TypedChoiceField(label=_("What it is"), coerce=Kind)
    choices = forms.CharField(
        label=_("What there is to choose from"),
        required=False,
        help_text=_("One on each line. Other values are left out."),
        widget=forms.Textarea(attrs={"rows": 5, "class": "textarea w-full"}),
    )

    def __init__(self, *args: Any, kind: Kind | None = None, **kwargs: Any) -> None:
        """`kind`: of one that is known, whose kind cannot be changed."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [(one.value, words) for one, words in KINDS.items()]
        if kind is not None:
            del self.fields["kind"]
        if kind is not None and kind is not Kind.CHOICE:
            del self.fields["choices"]

    def clean_choices(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["choices"].splitlines() if line.strip()]
