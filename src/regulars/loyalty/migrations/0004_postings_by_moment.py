"""What was written into the books within a span of time is found without going through all of it."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0003_journal_twins")]

    operations = [
        migrations.AddIndex(
            model_name="posting",
            index=BrinIndex(
                autosummarize=True,
                fields=["recorded_at"],
                name="loyalty_posting_by_moment",
                pages_per_range=32,
            ),
        ),
    ]
