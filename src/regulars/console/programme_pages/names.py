"""Names that are offered while somebody writes goods, channels and events into a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from regulars.commerce.models import Product
from regulars.commerce.queries import choices
from regulars.console.forms.programme_fields import NamesField, PartForm
from regulars.console.forms.programme_goals import ChallengeForm
from regulars.events.models import EventName
from regulars.kit.folding import fold
from regulars.segments.wording.happened import VERBS


def offered(form: PartForm) -> Mapping[str, list[str]]:
    """The names, by the kind that fields ask for."""
    asked = {field.offers for field in form.fields.values() if isinstance(field, NamesField)}
    return {kind: _OFFERED[kind]() for kind in sorted(asked) if kind in _OFFERED}


def unknown(form: PartForm) -> list[str]:
    """Names in a valid form under which nothing was sold or brought in yet: likely slips of the hand."""
    missing = []
    for name, field in form.fields.items():
        written = form.cleaned_data.get(name) or ()
        if not isinstance(field, NamesField) or field.offers not in _OF_PRODUCTS or not written:
            continue
        column = _OF_PRODUCTS[field.offers]
        found = Product.objects.filter(**{f"{column}__in": written}).values_list(column, flat=True)
        known = {fold(one) for one in found.distinct()}
        unsure = [one for one in written if fold(one) not in known]
        if unsure:  # perhaps in other letters: then it is among those a list can offer
            known |= {fold(one) for one in _OFFERED[field.offers]()}
        missing += [one for one in unsure if fold(one) not in known]
    return missing


def unheard_of(form: PartForm) -> str:
    """The event of a valid form, where none of this name has come yet: likely a slip of the hand too."""
    if form.cleaned_data.get("counted") != "events" or not isinstance(form, ChallengeForm):
        return ""
    name = form.event_name
    return "" if name in VERBS or EventName.objects.filter(name=name).exists() else name


_OF_PRODUCTS: Mapping[str, str] = {"products": "name", "categories": "category", "brands": "brand"}
_OFFERED: Mapping[str, Callable[[], list[str]]] = {
    "products": choices.products,
    "categories": choices.categories,
    "brands": choices.brands,
    "channels": choices.channels,
}
