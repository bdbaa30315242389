"""What tills send that were cut off, and by what customers allow a spending at one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.loyalty.types import EntryKind, EntryState


class Journal(models.Model):
    """A till that may be cut off: the number of the entry that comes next. Locked while entries are done.

    Up to `complete_to` the till has sent all there is: numbers that are missing there stay away.
    """

    branch_id = models.BigIntegerField()
    till = models.TextField()
    next_number = models.BigIntegerField(db_default=1)
    complete_to = models.BigIntegerField(db_default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["branch_id", "till"], name="loyalty_journal_key"),)


class JournalEntry(models.Model):
    """Something a till did while it was cut off, in the order of its numbers.

    `digest`: of the entry as it was sent, by which the same one is known again. `twin`: 0; above, the
    how-manyeth other entry under a number that was taken, which is refused. `profile`: whose it is, as soon
    as that is known; from then on `body` names the customer no more.
    """

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.BigIntegerField()
    twin = models.SmallIntegerField(db_default=0)
    digest = models.BinaryField(db_default=b"")
    profile = models.ForeignKey(
        "customers.Profile", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.TextField(choices=[(k.value, k.value) for k in EntryKind])
    key = models.TextField()
    at = models.DateTimeField()
    body = models.JSONField()
    state = models.TextField(choices=[(s.value, s.value) for s in EntryState])
    outcome = models.JSONField(db_default={})
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["journal", "number", "twin"], name="loyalty_journalentry_number"),
        )
        indexes = (
            models.Index(
                fields=["profile"],
                condition=Q(profile__isnull=False),
                name="loyalty_journalentry_whose",
            ),
            models.Index(
                fields=["journal", "key"], condition=Q(kind="hold"), name="loyalty_journalentry_hold"
            ),
            models.Index(
                fields=["received_at"],
                condition=Q(state__in=["short", "refused"]),
                name="loyalty_journalentry_wrong",
            ),
            models.Index(
                fields=["journal", "number"],
                condition=Q(state="waiting"),
                name="loyalty_journalentry_turn",
            ),
        )


class SpendingCode(models.Model):
    """A code sent to a customer, by which they allow a spending above the limit; only a hash is kept.

    It opens for the branch that asked (null: for callers without one) as many points as it was asked for;
    null: any number. `sent_at`: when it was handed over, before anybody said whether it was taken. `sealed`:
    the code itself until that is known, under the key of the installation. `tries`: wrong ones.
    """

    profile = models.ForeignKey("customers.Profile", on_delete=models.PROTECT, related_name="+")
    code_hash = models.TextField()
    branch_id = models.BigIntegerField(null=True)
    points_minor = models.BigIntegerField(null=True)
    channel = models.TextField(blank=True, db_default="")
    language = models.TextField(blank=True, db_default="")
    sealed = models.TextField(blank=True, db_default="")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(db_default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(points_minor__gt=0), name="loyalty_spendingcode_points"),
        )
        indexes = (models.Index(fields=["made_at"], name="loyalty_spendingcode_made"),)


class UsedQr(models.Model):
    """That a customer's changing QR allowed a spending: each one does once."""

    profile = models.ForeignKey(
        "customers.Profile", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    step = models.BigIntegerField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["profile", "step"], name="loyalty_usedqr_once"),)
        indexes = (models.Index(fields=["used_at"], name="loyalty_usedqr_at"),)
