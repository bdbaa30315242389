"""What the shop wants to know of its customers, beside what everybody's customers have."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from regulars.customers.errors import BadAttribute
from regulars.customers.models import AttributeDefinition
from regulars.customers.rules import fold
from regulars.customers.rules.attributes import STANDARD_TRAITS, key_of, trait_key
from regulars.customers.rules.traits import NAME_CHARACTERS_MAX
from regulars.customers.services.deriving import hold_definitions
from regulars.customers.types import DEFINITION_KINDS
from regulars.kit.attributes import Kind

DEFINITIONS_MAX = 100
"""More is not looked through by anybody, and each is derived for everybody."""
LABEL_MAX = 80
CHOICES_MAX = 100
CHOICE_MAX = 80
DERIVE = "customers.derive_attributes"
"""The job that derives everybody's attributes anew."""

_ASK = """
INSERT INTO customers_attributespass (id, asked_at, done_to, up_to)
SELECT 1, %s, 0, coalesce(max(profile_id), 0) FROM customers_traits
ON CONFLICT (id) DO UPDATE SET asked_at = EXCLUDED.asked_at, done_to = 0, up_to = EXCLUDED.up_to
"""


@transaction.atomic
def define_attribute(
    *, label: str, trait: str, kind: Kind, choices: Sequence[str] = (), now: datetime
) -> int:
    """Want to know something more of customers, read from a trait; gives its id.

    Everybody's is derived in the background after that. Raises BadAttribute with what is wrong.
    """
    hold_definitions()
    label, trait, wanted = _checked(label, trait, kind, choices)
    known = list(AttributeDefinition.objects.order_by("id"))
    if len([one for one in known if one.archived_at is None]) >= DEFINITIONS_MAX:
        raise BadAttribute(
            _("There are %(most)s attributes already, which is the most. Put one away first.")
            % {"most": DEFINITIONS_MAX}
        )
    _unlike_others(label, trait, known)
    row = AttributeDefinition.objects.create(
        key=key_of(trait, (one.key for one in known)),
        trait=trait,
        label=label,
        type=kind.value,
        choices=wanted,
        created_at=now,
    )
    _derive_all(now)
    return row.pk


@transaction.atomic
def change_attribute(
    *, definition_id: int, label: str, trait: str, choices: Sequence[str] = (), now: datetime
) -> bool:
    """Call it otherwise, read it from another trait, or give other choices; False if nothing changed.

    What kind it is stays: segments ask by it. Raises BadAttribute with what is wrong.
    """
    hold_definitions()
    row = _row(definition_id)
    label, trait, wanted = _checked(label, trait, Kind(row.type), choices)
    others = AttributeDefinition.objects.exclude(pk=definition_id)
    _unlike_others(label, trait, others)
    if (row.label, row.trait, list(row.choices)) == (label, trait, wanted):
        return False
    AttributeDefinition.objects.filter(pk=definition_id).update(label=label, trait=trait, choices=wanted)
    if (row.trait, list(row.choices)) != (trait, wanted):
        _derive_all(now)
    return True


@transaction.atomic
def archive_attribute(*, definition_id: int, now: datetime) -> bool:
    """Put it away: no form asks for it any more. It is still kept, for the segments that ask about it."""
    hold_definitions()
    rows = AttributeDefinition.objects.filter(pk=definition_id, archived_at=None)
    return rows.update(archived_at=now) == 1


@transaction.atomic
def restore_attribute(*, definition_id: int) -> bool:
    """Bring it back. Raises BadAttribute when another one has its name or its trait meanwhile."""
    hold_definitions()
    row = _row(definition_id)
    _unlike_others(row.label, row.trait, AttributeDefinition.objects.exclude(pk=definition_id))
    rows = AttributeDefinition.objects.filter(pk=definition_id, archived_at__isnull=False)
    return rows.update(archived_at=None) == 1


def _row(definition_id: int) -> AttributeDefinition:
    row = AttributeDefinition.objects.filter(pk=definition_id).first()
    if row is None:
        raise BadAttribute(_("There is no such attribute any more. Reload the page."))
    return row


def _checked(label: str, trait: str, kind: Kind, choices: Sequence[str]) -> tuple[str, str, list[str]]:
    label, trait = label.strip(), trait.strip()
    wanted = list({fold(choice): choice.strip() for choice in choices if choice.strip()}.values())
    wrong = ""
    if kind not in DEFINITION_KINDS:
        wrong = _("An attribute is a text, a choice, a number, yes or no, or a day.")
    elif not label:
        wrong = _("Give it a name.")
    elif len(label) > LABEL_MAX:
        wrong = _("The name is too long; the most is %(most)s characters.") % {"most": LABEL_MAX}
    elif not trait_key(trait) or not trait.isprintable() or len(trait) > NAME_CHARACTERS_MAX:
        wrong = _("Write the name under which your data have it, up to %(most)s characters.") % {
            "most": NAME_CHARACTERS_MAX
        }
    elif kind is Kind.CHOICE and not wanted:
        wrong = _("Say what there is to choose from, one on each line.")
    elif len(wanted) > CHOICES_MAX or any(len(choice) > CHOICE_MAX for choice in wanted):
        wrong = _("The most is %(choices)s values of up to %(characters)s characters each.") % {
            "choices": CHOICES_MAX,
            "characters": CHOICE_MAX,
        }
    if wrong:
        raise BadAttribute(wrong)
    return label, trait, wanted if kind is Kind.CHOICE else []


def _unlike_others(label: str, trait: str, others: Iterable[AttributeDefinition]) -> None:
    """See that nothing else goes by its name or is read from its trait."""
    taken = {name for _kind, names in STANDARD_TRAITS.values() for name in names}
    if trait_key(trait) in taken:
        raise BadAttribute(_("This is known of everybody's customers already: no need to add it."))
    for other in others:
        if other.archived_at is None and trait_key(other.trait) == trait_key(trait):
            raise BadAttribute(_("“%(label)s” is read from the same data already.") % {"label": other.label})
        if other.archived_at is None and fold(other.label) == fold(label):
            raise BadAttribute(_("Another attribute has this name. Choose another one."))


def _derive_all(now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ASK, [now])
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    """Should that fail, the schedule sees to it within a minute."""
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(DERIVE, queueing_lock=DERIVE).defer()
