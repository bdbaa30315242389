"""A colleague may say which order money given back is of."""

from __future__ import annotations

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("commerce", "0011_facts_products")]

    operations = [
        migrations.AddField(
            model_name="credit",
            name="named_order",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="commerce.order",
            ),
        ),
        migrations.AddField(
            model_name="credit",
            name="put_away",
            field=models.BooleanField(db_default=False),
        ),
        migrations.RemoveConstraint(model_name="credit", name="commerce_credit_of_named_order"),
        AddConstraintNotValid(
            model_name="credit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("order", None),
                    models.Q(("order_external_id", ""), _negated=True),
                    ("named_order__isnull", False),
                    _connector="OR",
                ),
                name="commerce_credit_of_named_order",
            ),
        ),
    ]
