"""What conditions can ask about customers themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from regulars.customers import queries
from regulars.customers.queries.attributes import CHANNELS, LABELS
from regulars.customers.types import (
    ANONYMOUS_LINKED,
    CONSENT_GIVEN,
    CONSENT_WITHDRAWN,
    CUSTOMERS_MERGED,
    CUSTOMERS_UNMERGED,
    IDENTITY_ADDED,
    IDENTITY_REMOVED,
    MANAGER_CHANGED,
    MARKETING,
    PROFILE_CREATED,
    TRAITS_CHANGED,
)
from regulars.kit import attributes
from regulars.kit.attributes import Attribute, Kind, Relation
from regulars.team import queries as team

ABOUT = _("About the customer")
OWN = _("Your own attributes")
PUT_AWAY = _("Attributes you put away")
CONSENTS = _("Consents")

_PERSON_CHANGES = {
    CUSTOMERS_MERGED.name,
    CUSTOMERS_UNMERGED.name,
    ANONYMOUS_LINKED.name,
    PROFILE_CREATED.name,
}

CUSTOMERS = Relation(
    name="customers",
    query="""
        SELECT person_id, manager_id, attributes, birthday, gender, city, language, timezone
        FROM facts_customers
    """,
    one_each=True,
    changed_by=frozenset({*_PERSON_CHANGES, TRAITS_CHANGED.name, MANAGER_CHANGED.name}),
)
# A row for everybody, also for those who have none of it: that is known too, and is a no.
CONTACTS = Relation(
    name="customer_contacts",
    query="""
        SELECT p.person_id, min(p.created_at) AS known_since,
            coalesce(bool_or(i.type = 'email'), false) AS has_email,
            coalesce(bool_or(i.type = 'phone'), false) AS has_phone
        FROM customers_profile AS p
        LEFT JOIN customers_identity AS i ON i.profile_id = p.id AND i.type IN ('email', 'phone')
        WHERE {scope:p.id}
        GROUP BY p.person_id
    """,
    one_each=True,
    changed_by=frozenset({*_PERSON_CHANGES, IDENTITY_ADDED.name, IDENTITY_REMOVED.name}),
)
# The newest word of all profiles holds; of yes and no at the same moment the no. Who never said anything has
# not agreed.
CONSENTED = Relation(
    name="customer_consents",
    query=f"""
        SELECT p.person_id, {
        ", ".join(
            f"coalesce((array_agg(c.granted ORDER BY least(c.at, c.recorded_at) DESC, c.granted) "
            f"FILTER (WHERE c.channel = '{channel}'))[1], false) AS consent_{channel}"
            for channel in CHANNELS
        )
    }
        FROM customers_profile AS p
        LEFT JOIN customers_consent AS c ON c.profile_id = p.id AND c.topic = '{MARKETING}'
        WHERE {{scope:p.id}}
        GROUP BY p.person_id
    """,  # noqa: S608 (words of our own)
    one_each=True,
    changed_by=frozenset({*_PERSON_CHANGES, CONSENT_GIVEN.name, CONSENT_WITHDRAWN.name}),
)


def _colleagues() -> Sequence[tuple[str, str]]:
    return [(str(member.id), member.called) for member in team.members() if member.active]


def _customers(key: str, kind: Kind, expression: str) -> Attribute:
    """A standard attribute of the relation of customers."""
    return Attribute(
        key=f"customers.{key}",
        label=LABELS[key],
        group=ABOUT,
        kind=kind,
        relation=CUSTOMERS.name,
        expression=expression,
        choices=(lambda: queries.choices_of(key)) if kind is Kind.CHOICE else None,
    )


def _consent(channel: str) -> Attribute:
    return Attribute(
        key=f"customers.consent_{channel}",
        label=CONSENT_LABELS[channel],
        group=CONSENTS,
        kind=Kind.YES_NO,
        relation=CONSENTED.name,
        expression=f"consent_{channel}",
    )


CONSENT_LABELS = {
    "email": _("Agreed to advertising by e-mail"),
    "sms": _("Agreed to advertising by SMS"),
    "call": _("Agreed to advertising calls"),
    "push": _("Agreed to advertising in push notifications"),
    "messenger": _("Agreed to advertising in messengers"),
    "post": _("Agreed to advertising by post"),
}

ATTRIBUTES = (
    _customers("city", Kind.TEXT, "city"),
    _customers("birthday", Kind.DAY, "birthday"),
    _customers("gender", Kind.CHOICE, "gender"),
    _customers("language", Kind.CHOICE, "language"),
    _customers("preferred_channel", Kind.CHOICE, "attributes ->> 'preferred_channel'"),
    _customers("preferred_hour", Kind.NUMBER, "(attributes ->> 'preferred_hour')::numeric"),
    _customers("interests", Kind.TEXT, "attributes ->> 'interests'"),
    _customers("timezone", Kind.TEXT, "timezone"),
    Attribute(
        key="customers.manager",
        label=_("Manager"),
        group=ABOUT,
        kind=Kind.CHOICE,
        relation=CUSTOMERS.name,
        expression="manager_id::text",
        choices=_colleagues,
    ),
    Attribute(
        key="customers.known_since",
        label=_("Customer since"),
        group=ABOUT,
        kind=Kind.MOMENT,
        relation=CONTACTS.name,
        expression="known_since",
    ),
    Attribute(
        key="customers.has_email",
        label=_("Has an e-mail address"),
        group=ABOUT,
        kind=Kind.YES_NO,
        relation=CONTACTS.name,
        expression="has_email",
    ),
    Attribute(
        key="customers.has_phone",
        label=_("Has a phone number"),
        group=ABOUT,
        kind=Kind.YES_NO,
        relation=CONTACTS.name,
        expression="has_phone",
    ),
    *map(_consent, CHANNELS),
)

# The type of an attribute never changes, so that what is stored under its key always has it.
_CASTS = {
    Kind.TEXT: "attributes ->> '{key}'",
    Kind.CHOICE: "attributes ->> '{key}'",
    Kind.NUMBER: "(attributes ->> '{key}')::numeric",
    Kind.YES_NO: "(attributes ->> '{key}')::boolean",
    Kind.DAY: "(attributes ->> '{key}')::date",
}


def _own_choices(choices: Sequence[str]) -> Callable[[], Sequence[tuple[str, str]]]:
    return lambda: [(choice, choice) for choice in choices]


def own() -> list[Attribute]:
    """What this shop made up; the put away ones too, as conditions may still ask about them."""
    return [
        Attribute(
            key=f"customers.custom_{one.key}",
            label=lazystr(one.label),
            group=PUT_AWAY if one.archived_at else OWN,
            kind=one.kind,
            relation=CUSTOMERS.name,
            expression=_CASTS[one.kind].format(key=one.key),
            choices=_own_choices(one.choices) if one.kind is Kind.CHOICE else None,
        )
        for one in queries.definitions(archived=True)
    ]


def register() -> None:
    """Tell the registry what customers can be asked about."""
    for relation in (CUSTOMERS, CONTACTS, CONSENTED):
        attributes.register_relation(relation)
    attributes.register(*ATTRIBUTES)
    attributes.register_source(own)
