"""What colleagues have to do."""

from __future__ import annotations

from django.db import models


class Task(models.Model):
    """Something to be done by a time, for a customer or in general.

    Users are named by their ids without a foreign key: tasks outlive those who wrote them. `created_by`
    is null where nobody in person did.
    """

    profile = models.ForeignKey("customers.Profile", on_delete=models.PROTECT, null=True, related_name="+")
    title = models.TextField()
    due_at = models.DateTimeField()
    assignee_id = models.BigIntegerField(null=True)
    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.BigIntegerField(null=True)
    closings = models.IntegerField(default=0)
    """How many times it was closed: one that was opened again may be closed once more."""

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~models.Q(title=""), name="work_task_title"),
            models.CheckConstraint(
                condition=models.Q(closed_by=None) | models.Q(closed_at__isnull=False),
                name="work_task_closed",
            ),
        )
        indexes = (
            models.Index(fields=["due_at", "id"], name="work_task_open", condition=models.Q(closed_at=None)),
            models.Index(
                fields=["assignee_id", "due_at", "id"],
                name="work_task_open_of",
                condition=models.Q(closed_at=None),
            ),
            models.Index(
                fields=["closed_by", "closed_at"],
                name="work_task_closed_by",
                condition=models.Q(closed_by__isnull=False),
            ),
        )
