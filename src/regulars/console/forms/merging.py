"""By what customers are put together, and what is nobody's own."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.console.contacts import kind_name
from regulars.customers.types import IdentityType, Rule

TYPES = [(type_.value, type_.value) for type_ in IdentityType]
VALUE_CHARACTERS_MAX = 200


class RuleForm(forms.Form):
    """The rule of one type; what the numbers may be is judged by the service."""

    type = forms.ChoiceField(choices=TYPES)
    merges = forms.BooleanField(required=False)
    persons_max = forms.IntegerField()
    one_each = forms.BooleanField(required=False)
    priority = forms.IntegerField()

    def rule(self) -> Rule:
        said = self.cleaned_data
        return Rule(
            type=IdentityType(said["type"]),
            merges=said["merges"],
            persons_max=said["persons_max"],
            one_each=said["one_each"],
            priority=said["priority"],
        )


class BlockedForm(forms.Form):
    """Something that is nobody's own."""

    type = forms.ChoiceField(label=_("What it is"), choices=TYPES)
    value = forms.CharField(
        label=_("Which one"),
        max_length=VALUE_CHARACTERS_MAX,
        error_messages={"required": _("Write the address or the number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


def type_choices() -> list[tuple[str, str]]:
    """What can be blocked, by what people call it; those one meets most come first."""
    order = (IdentityType.PHONE, IdentityType.EMAIL, IdentityType.CARD, *IdentityType)
    return [(type_.value, kind_name(type_)) for type_ in dict.fromkeys(order)]
