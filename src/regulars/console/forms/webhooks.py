"""An address that is told of events."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.webhooks.types import OFFERED, OFFERED_NAMES, URL_CHARACTERS_MAX


class WebhookForm(forms.Form):
    """`url` is judged by the service, which also knows what may be sent to."""

    url = forms.CharField(
        label=_("Address"),
        max_length=URL_CHARACTERS_MAX,
        error_messages={"required": _("Write the address of the other system.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    events = forms.MultipleChoiceField(
        label=_("What it is told of"),
        choices=[(name, name) for name in sorted(OFFERED_NAMES)],
        initial=list(OFFERED["orders"]),
        error_messages={"required": _("Choose at least one event.")},
    )

    def chosen(self) -> set[str]:
        """The names that are ticked."""
        value = self["events"].value()
        return set(value) if value else set()
