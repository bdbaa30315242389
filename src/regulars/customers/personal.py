"""What customers keep of people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.kit import personal
from regulars.kit.personal import Table, Told

_OF_PROFILES = "t.profile_id = ANY(%(profiles)s)"

PROFILES = Table(
    name="customers_profile",
    label=_("How our systems know you"),
    whose="t.id = ANY(%(profiles)s)",
    tells={
        "source": Told(_("System"), "t.source"),
        "external_id": Told(_("Your number there"), "t.external_id"),
        "name": Told(_("Your name"), "t.name"),
        "created_at": Told(_("Since"), "t.created_at"),
    },
    personal=("name", "search_key", "sort_key"),
    # Erasing gives each profile another id, that names nobody.
    free=("source", "external_id"),
    blank={"name": "''", "search_key": "''", "sort_key": "''"},
)
IDENTITIES = Table(
    name="customers_identity",
    label=_("How you can be reached"),
    whose=_OF_PROFILES,
    tells={"type": Told(_("What"), "t.type"), "value": Told(_("Address or number"), "t.value")},
    personal=("type", "value"),
    remove=True,
)
ATTRIBUTES = Table(
    name="customers_personattributes",
    label=_("What you are like"),
    whose="t.person_id = ANY(%(persons)s)",
    tells={
        "birthday": Told(_("Birthday"), "t.birthday"),
        "gender": Told(_("Gender"), "t.gender"),
        "city": Told(_("City"), "t.city"),
        "language": Told(_("Language"), "t.language"),
        "timezone": Told(_("Time zone"), "t.timezone"),
        "others": Told(_("Other things"), "nullif(t.values, '{}')"),
    },
    personal=("values", "misfits", "gender", "city", "language", "timezone"),
    remove=True,
    key=("person_id",),
)
TRAITS = Table(
    name="customers_traits",
    label=_("What systems told us of you"),
    whose=_OF_PROFILES,
    tells={
        "verified": Told(_("Told by the shop's own systems"), "t.verified"),
        "values": Told(_("What"), "t.values"),
    },
    personal=("values", "as_of"),
    blank={"values": "'{}'", "as_of": "'{}'"},
    key=("profile_id", "verified"),
)
CONSENTS = Table(
    name="customers_consent",
    label=_("What you agreed to"),
    whose=_OF_PROFILES,
    tells={
        "at": Told(_("When"), "t.at"),
        "channel": Told(_("By what way"), "t.channel"),
        "topic": Told(_("About what"), "t.topic"),
        "granted": Told(_("Agreed"), "t.granted"),
        "source": Told(_("Where you said so"), "t.source"),
        "proof": Told(_("Proof"), "t.proof"),
    },
    personal=("channel", "topic", "source", "proof"),
    remove=True,
    order="t.at, t.id",
)
NOTES = Table(
    name="customers_note",
    label=_("Notes of our colleagues"),
    whose=_OF_PROFILES,
    tells={"written_at": Told(_("When"), "t.written_at"), "text": Told(_("Text"), "t.text")},
    personal=("text",),
    remove=True,
)
MERGES = Table(
    name="customers_merge",
    label=_("Cards that became one"),
    whose="t.kept_id = ANY(%(persons)s) OR t.gone_id = ANY(%(persons)s)",
    personal=("because",),
    free=("profile_ids",),
    blank={"because": "'{}'"},
)
LIKELY = Table(
    name="customers_likely",
    label=_("Cards that may be one"),
    whose="t.first_id = ANY(%(persons)s) OR t.second_id = ANY(%(persons)s)",
    personal=("likenesses",),
    remove=True,
)


def declare() -> None:
    """Say what is kept of customers, and what names nobody."""
    personal.register(PROFILES, IDENTITIES, ATTRIBUTES, TRAITS, CONSENTS, NOTES, MERGES, LIKELY)
    personal.free("customers_attributedefinition", "key", "trait", "label", "type", "choices")
    personal.free("customers_mergerule", "type")
    # What is blocked is nobody's own: the shop's phone, "none".
    personal.free("customers_blockedidentity", "type", "value")
    personal.free("customers_sweep", "name", "asked_for")
    # Sealed, and empty as soon as the erasure is done; hashes that only this installation can make.
    personal.free("customers_erasure", "profile_ids", "reason", "sealed", "counts")
    personal.free("customers_refusedcontact", "hash", "channels")
