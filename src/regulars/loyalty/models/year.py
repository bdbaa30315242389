"""Programmes that were replayed over the last twelve months."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.loyalty.types.year import YearState

REPLAY = "loyalty.replay_year"
"""The job that replays."""


class YearReplay(models.Model):
    """What a programme would have cost (`types.year.YearResult` as JSON, once it is known).

    `digest`: of the document. `seen`: the last order there was when it was asked for, by id; a programme is
    replayed once for the same orders. `share`: how much of the work is done, 0 to 1. Kept for some weeks.
    """

    digest = models.CharField(max_length=64)
    seen = models.BigIntegerField()
    document = models.JSONField()
    state = models.TextField(choices=[(s.value, s.value) for s in YearState], default=YearState.WAITING.value)
    share = models.FloatField(default=0)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True, default="")
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["digest", "seen"], name="loyalty_yearreplay_key"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in YearState]), name="loyalty_yearreplay_state"
            ),
        )
        indexes = (models.Index(fields=["asked_at"], name="loyalty_yearreplay_asked"),)
