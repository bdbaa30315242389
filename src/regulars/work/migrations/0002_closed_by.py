"""What a colleague has got done today is counted without looking at all tasks there ever were."""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is built beside the writers

    dependencies = [("work", "0001_tasks")]

    operations = [
        AddIndexConcurrently(
            model_name="task",
            index=models.Index(
                fields=["closed_by", "closed_at"],
                name="work_task_closed_by",
                condition=models.Q(closed_by__isnull=False),
            ),
        ),
    ]
