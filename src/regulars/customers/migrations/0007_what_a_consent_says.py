from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0006_known_and_found"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", ""), _negated=True),
                    models.Q(("topic", ""), _negated=True),
                    models.Q(("source", ""), _negated=True),
                ),
                name="customers_consent_words",
            ),
        ),
    ]
