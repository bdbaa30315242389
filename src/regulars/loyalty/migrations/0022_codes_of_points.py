"""A code says how many points it opens. The table holds the codes of a day: all of this is done at once."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0021_capture_of_one_lot")]

    operations = [
        migrations.AddField(
            model_name="spendingcode",
            name="points_minor",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="spendingcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("points_minor__gt", 0)), name="loyalty_spendingcode_points"
            ),
        ),
    ]
