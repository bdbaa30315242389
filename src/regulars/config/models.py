"""What the worker remembers about schedules. The schedules themselves stand in `kit.schedules`."""

from __future__ import annotations

from django.db import models


class ScheduleState(models.Model):
    """When a schedule is due next and how it went last; a row appears when the schedule first runs.

    All times are those of `kit.clock`, given by whoever runs the tick.
    """

    name = models.CharField(primary_key=True, max_length=100)
    due_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        db_table = "schedule_states"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(failures__gte=0), name="schedule_failures_not_negative"
            ),
        )


class CacheEntry(models.Model):
    """An entry of the shared cache; only `config.cache` reads and writes it."""

    key = models.TextField(primary_key=True)
    value = models.BinaryField()
    expires_at = models.FloatField(db_index=True)
    """Seconds since 1970 by the clock of the machine."""

    class Meta:
        db_table = "cache_entries"
