"""How customers can be reached, shown in full only to those who may see it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from regulars.console.access import may
from regulars.customers import queries as customers
from regulars.customers.rules import mask
from regulars.customers.types import IdentityType, PersonRow
from regulars.team.types import Permission

_GROUPED = re.compile(r"(\+7)(\d{3})(\d{3})(\d{2})(\d{2})", re.ASCII)
_LINKS: Mapping[IdentityType, str] = {IdentityType.EMAIL: "mailto:", IdentityType.PHONE: "tel:"}
_SIGNED = frozenset(_LINKS)
_ORDER = (
    IdentityType.PHONE,
    IdentityType.EMAIL,
    *(type_ for type_ in IdentityType if type_ not in _SIGNED),
)


@dataclass(frozen=True)
class Contact:
    """An address or a number as it is shown; `link` opens a letter or a call, empty where it is masked.

    `name` says what it is where a sign does not.
    """

    kind: str
    shown: str
    link: str
    name: str = ""


def kind_name(type_: IdentityType) -> str:
    """What an address or a number of this type is called."""
    return {
        IdentityType.EMAIL: _("E-mail"),
        IdentityType.PHONE: _("Phone"),
        IdentityType.TELEGRAM: "Telegram",
        IdentityType.WHATSAPP: "WhatsApp",
        IdentityType.VK: "VK",
        IdentityType.CARD: _("Loyalty card"),
        IdentityType.CRM: _("Number in another system"),
    }[type_]


def contacts_of(request: HttpRequest, found: PersonRow) -> list[Contact]:
    """All addresses and numbers of somebody: those to call and to write to first, the longest known first."""
    whole = may(request, Permission.SEE_CONTACTS)
    order = {type_: place for place, type_ in enumerate(_ORDER)}
    known = sorted(found.identities, key=lambda one: order[one[0]])
    return [contact(type_, value, whole=whole) for type_, value in known]


def contact(type_: IdentityType, value: str, *, whole: bool) -> Contact:
    name = "" if type_ in _SIGNED else kind_name(type_)
    if not whole:
        return Contact(type_.value, mask(type_, value), "", name)
    opens = _LINKS.get(type_)
    return Contact(type_.value, written(type_, value), opens + value if opens else "", name)


def written(type_: IdentityType, value: str) -> str:
    """As people write it: numbers of Russia in groups, all others as they are."""
    groups = _GROUPED.fullmatch(value) if type_ is IdentityType.PHONE else None
    return "{} {} {}-{}-{}".format(*groups.groups()) if groups else value


def first_contacts(request: HttpRequest, person_ids: Sequence[int]) -> Mapping[int, list[Contact]]:
    """Of each of these persons the phone and the e-mail known longest, the phone first."""
    whole = may(request, Permission.SEE_CONTACTS)
    found = {}
    for person_id, known in customers.contacts(person_ids).items():
        shown = [contact(IdentityType.PHONE, value, whole=whole) for value in known.phones[:1]]
        shown += [contact(IdentityType.EMAIL, value, whole=whole) for value in known.emails[:1]]
        found[person_id] = shown
    return found
