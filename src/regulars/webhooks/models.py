"""Addresses that are told of events, and what was or will be sent to them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.webhooks.types import OffReason, State

SEND = "webhooks.send"
"""The job that sends what is due."""


class Endpoint(models.Model):
    """An https address of another system. Its secrets are sealed; `off_reason` is empty while it is on."""

    url = models.TextField()
    events = models.JSONField(default=list)
    secret = models.TextField()
    old_secret = models.TextField(blank=True)
    old_secret_until = models.DateTimeField(null=True)
    language = models.TextField()
    """In which its maker is told that it was switched off."""
    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    off_reason = models.TextField(blank=True)
    off_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    last_code = models.TextField(blank=True)
    deleted_at = models.DateTimeField(null=True)
    """Its deliveries are removed after that, a portion at a time, and then the row."""

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(off_reason__in=["", *(r.value for r in OffReason)]), name="webhooks_endpoint_off"
            ),
            models.CheckConstraint(
                condition=Q(off_reason="", off_at=None) | (~Q(off_reason="") & Q(off_at__isnull=False)),
                name="webhooks_endpoint_off_at",
            ),
        )


class Delivery(models.Model):
    """One event for one endpoint; kept for 30 days.

    `held_until`: a worker is at it; if that one dies, another takes it up then. `tries` counts those that
    were begun, since nobody can say of a worker that died whether its message arrived.
    """

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+", db_index=False)
    event_id = models.BigIntegerField(null=True)
    """Of the log; null for a test. No foreign key: events are partitioned and may be gone first."""
    message_id = models.TextField()
    name = models.TextField()
    body = models.TextField()
    state = models.TextField(choices=[(s.value, s.value) for s in State])
    tries = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    first_tried_at = models.DateTimeField(null=True)
    last_tried_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    status = models.IntegerField(null=True)
    code = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    took_ms = models.IntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="webhooks_delivery_once"),
            models.CheckConstraint(
                condition=Q(state=State.WAITING.value, next_try_at__isnull=False, settled_at=None)
                | Q(
                    state__in=[State.DELIVERED.value, State.DEAD.value],
                    next_try_at=None,
                    settled_at__isnull=False,
                ),
                name="webhooks_delivery_state",
            ),
        )
        indexes = (
            models.Index(fields=["endpoint", "created_at", "id"], name="webhooks_delivery_page"),
            # The few that are due, looked for by every round of sending.
            models.Index(
                fields=["endpoint", "next_try_at", "id"],
                condition=Q(state=State.WAITING.value),
                name="webhooks_delivery_due",
            ),
            models.Index(
                fields=["endpoint", "created_at", "id"],
                condition=Q(state=State.DEAD.value),
                name="webhooks_delivery_dead",
            ),
        )
