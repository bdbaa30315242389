"""What the doors remember."""

from __future__ import annotations

from django.db import models


class AnsweredCall(models.Model):
    """A call with an `Idempotency-Key` that took effect, and what it was answered.

    Written in the transaction of the effect: either both are there or none. The key counts for the API
    key that sent it; `fingerprint` tells whether the same call comes again.
    """

    api_key_id = models.BigIntegerField()
    """Without a foreign key: an answer is forgotten after a day, whatever becomes of the key."""
    key = models.TextField()
    fingerprint = models.BinaryField()
    status = models.SmallIntegerField()
    body = models.TextField(blank=True)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["api_key_id", "key"], name="api_answeredcall_key"),)
        indexes = (models.Index(fields=["answered_at"], name="api_answeredcall_by_moment"),)
