"""Who has which tier, and how far everybody has been reckoned."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class TierStanding(models.Model):
    """Where a person stands among the tiers; whoever has an order that counts has a row.

    `tier`: what they have (empty: none) since `since`; `fits`: what `measured_minor` asks for by itself.
    `ends_at`: the first moment at which they have it no more, where they fell short. `due_at`: when time
    alone makes them another. `lent_by`: the person it came from when the two were merged. `merged_into`:
    they are that person now; the row waits for an un-merge. Without a foreign key: persons come and go.
    """

    person_id = models.BigIntegerField(primary_key=True)
    tier = models.TextField(blank=True, db_default="")
    fits = models.TextField(blank=True, db_default="")
    since = models.DateTimeField(null=True)
    measured_minor = models.BigIntegerField(db_default=0)
    ends_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    lent_by = models.BigIntegerField(null=True)
    merged_into = models.BigIntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["due_at"],
                condition=Q(due_at__isnull=False, merged_into=None),
                name="loyalty_tierstanding_due",
            ),
            models.Index(
                fields=["tier", "measured_minor", "person_id"],
                condition=Q(merged_into=None),
                name="loyalty_tierstanding_in_tier",
            ),
            models.Index(
                fields=["ends_at"], condition=Q(ends_at__isnull=False), name="loyalty_tierstanding_ends"
            ),
        )


class TierHeld(models.Model):
    """A tier somebody had before the one they have now: for what is told late of that time.

    From `since` until before `until`. `lent_by`: it was of that person until the two were merged. First
    tiers replace none, so nothing is written of those who only ever went up to one.
    """

    person_id = models.BigIntegerField()
    tier = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    lent_by = models.BigIntegerField(null=True)

    class Meta:
        indexes = (models.Index(fields=["person_id"], name="loyalty_tierheld_of_person"),)


class TierSweep(models.Model):
    """Going through everybody: because the tiers are others, or to see at night that all is right.

    `meaning` names the tiers they are reckoned by (empty: there are none); `after` is the last person done.
    """

    meaning = models.TextField(blank=True)
    changed = models.BooleanField()
    """Whether the tiers became others; then going up is not told, for nobody did anything."""
    after = models.BigIntegerField(db_default=0)
    persons = models.BigIntegerField(db_default=0)
    began_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
