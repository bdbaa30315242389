"""What is known of a person, written down by a colleague."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers.errors import BadAttribute
from regulars.customers.models import Profile
from regulars.customers.queries.attributes import definitions, wanted, words_of
from regulars.customers.rules.attributes import Wanted, trait_key
from regulars.customers.services.traits import set_traits
from regulars.customers.types import ANONYMOUS, SHOP, AttributeValue, NewTraits, TraitValue
from regulars.kit.attributes import Kind


@transaction.atomic
def set_attribute(
    *, person_id: int, key: str, value: AttributeValue | None, user_id: int | None, now: datetime
) -> bool:
    """Write down what a colleague knows of a person; False if it was known so.

    `key` is that of a standard attribute or of a definition; None or an empty text: it is not known any
    more. It is kept as a verified trait of the shop's own profile, as of now: so a source that says
    something newer later counts again. Records `traits_changed`. `user_id`: whose word it is, for the audit
    log of the caller.

    Raises BadAttribute for an unknown key or person, and for what the attribute cannot be.
    """
    own = definitions()
    attribute = next((one for one in wanted(own) if one.key == key), None)
    if attribute is None:
        raise BadAttribute(_("There is no such attribute any more. Reload the page."))
    trait = next((one.trait for one in own if one.key == key), attribute.traits[0])
    profile_id = _profile_of(person_id)
    said = words_of([person_id])[person_id]
    told: dict[str, TraitValue | None]
    if value is None or (isinstance(value, str) and not value.strip()):
        # Whatever name it goes by with a source: else what another one says would stand there again.
        known = {word.name for word in said if trait_key(word.name) in attribute.traits}
        told = dict.fromkeys(known)
    else:
        told = {trait: _fitting(attribute, value)}
    new = NewTraits(profile_id=profile_id, values=told, verified=True, as_of=now)
    done = set_traits(traits=[new], now=now)
    if done.refused:
        raise BadAttribute(_("There is no room for more traits of this customer. Remove one first."))
    return bool(done.changed)


def _fitting(attribute: Wanted, value: AttributeValue) -> AttributeValue:
    read = attribute.read(value)
    if read is not None:
        return read
    raise BadAttribute(_WORDS[attribute.kind]() if attribute.key != "timezone" else _zone())


def _zone() -> str:
    return _("There is no such time zone. Write it as Europe/Moscow.")


_WORDS = {
    Kind.TEXT: lambda: _("Write a text."),
    Kind.CHOICE: lambda: _("Choose one of the values of the list."),
    Kind.NUMBER: lambda: _("Write a number, as 42 or 3.5."),
    Kind.YES_NO: lambda: _("Choose yes or no."),
    Kind.DAY: lambda: _("Write a day, as 28.02.1990; the year is needed too."),
}


def _profile_of(person_id: int) -> int:
    """The profile a colleague's word is kept with: the shop's own, else the oldest that is no device."""
    profiles = list(Profile.objects.filter(person_id=person_id).order_by("id").values_list("id", "source"))
    if not profiles:
        raise BadAttribute(_("There is no such customer any more. They may have become one with another."))
    known = [profile for profile in profiles if profile[1] != ANONYMOUS] or profiles
    return next((id_ for id_, source in known if source == SHOP), known[0][0])
