"""A place that is read again by itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.imports import registry

HOURS = [(hour, f"{hour}:00") for hour in range(24)]


class WatchForm(forms.Form):
    """`place` is judged by the service, which also knows what may be read."""

    place = forms.CharField(
        label=_("File or address"),
        max_length=500,
        error_messages={"required": _("Say where the file is.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(label=_("What it tells of"))
    at_hour = forms.TypedChoiceField(label=_("Read each day at"), coerce=int, choices=HOURS, initial=5)
    columns = forms.TypedChoiceField(label=_("Columns"), coerce=int)
    active = forms.BooleanField(label=_("Read it daily"), required=False, initial=True)

    def __init__(self, *args: Any, imports: list[tuple[int, str]], **kwargs: Any) -> None:
        """`imports`: numbers and names of those whose columns may be taken over."""
        super().__init__(*args, **kwargs)
        kinds: Any = self.fields["kind"]
        kinds.choices = [(name, str(kind.title)) for name, kind in registry.kinds().items()]
        columns: Any = self.fields["columns"]
        columns.choices = [(0, _("Recognise them each time")), *imports]
