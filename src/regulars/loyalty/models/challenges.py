"""What was counted for challenges, what was reached by it, and how far everybody is.

What is counted follows from orders and events as they stand; what is reached follows from what is counted,
summed over the profiles a person has now. How far they are (`ChallengeProgress`) is for pages alone.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.loyalty.models.books import ProgrammeVersion
from regulars.loyalty.types.progress import ReachedState


class Stamp(models.Model):
    """Something that a challenge counts, and how much of it.

    `of_order`: it is the order with the id `ref`, else the event with that id. `challenge`: the key of the
    challenge; empty where an order that came in as it happened counts for none: what is told of it later may
    change that. `amount` is 0 of what counts no more.
    """

    pk = models.CompositePrimaryKey("ref", "of_order", "challenge")
    ref = models.BigIntegerField()
    of_order = models.BooleanField()
    challenge = models.TextField(blank=True)
    # Not checked by the database: there is one for each order and challenge, and profiles are not removed
    # while anything points at them (`register_reference`).
    profile_id = models.BigIntegerField()
    at = models.DateTimeField()
    amount = models.IntegerField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(amount__gte=0), name="loyalty_stamp_amount"),)
        indexes = (
            models.Index(
                fields=["profile_id", "challenge", "at"], include=["amount"], name="loyalty_stamp_of"
            ),
        )


class ChallengeReached(models.Model):
    """A challenge somebody reached: the `number`-th time in a window, by what `profile` did.

    `window` names the window: `ever`, `2026-11`, … What was given for it is known by `key`.
    """

    challenge = models.TextField()
    profile = models.ForeignKey(
        "customers.Profile", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    window = models.TextField()
    number = models.IntegerField()
    state = models.TextField(choices=[(s.value, s.value) for s in ReachedState])
    version = models.ForeignKey(
        ProgrammeVersion, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["profile", "challenge", "window", "number"], name="loyalty_reached_key"
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="loyalty_reached_number"),
        )
        indexes = (models.Index(fields=["challenge", "at"], name="loyalty_reached_at"),)

    @property
    def key(self) -> str:
        """Of what was given for it."""
        return reached_key(self.challenge, self.profile_id, self.window, self.number)


class ChallengeProgress(models.Model):
    """How far a person is with a challenge, in the newest window in which they did anything for it.

    `done` counts up to `until` (NULL: for good); `reached`: how often in that window.
    """

    pk = models.CompositePrimaryKey("challenge", "person_id")
    challenge = models.TextField()
    person_id = models.BigIntegerField()  # no foreign key: persons are merged away; a merge step sees to it
    window = models.TextField()
    done = models.IntegerField()
    reached = models.IntegerField()
    is_over = models.BooleanField(db_default=False)
    until = models.DateTimeField(null=True)
    last_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["person_id"], name="loyalty_progress_of"),)


def reached_key(challenge: str, profile_id: int, window: str, number: int) -> str:
    """The key of the benefit for a challenge that was reached."""
    return f"challenge:{challenge}:{profile_id}:{window}:{number}"
