"""Indexes and a check of tables that are in use; made without keeping writers out."""

from __future__ import annotations

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("commerce", "0007_doors")]

    operations = [
        AddConstraintNotValid(
            model_name="credit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gt", 0),
                    models.Q(("amount_minor", 0), models.Q(("reckoned", ""), _negated=True)),
                    _connector="OR",
                ),
                name="commerce_credit_amount",
            ),
        ),
        ValidateConstraint(model_name="credit", name="commerce_credit_amount"),
        AddIndexConcurrently(
            model_name="credit",
            index=models.Index(
                condition=models.Q(("order__isnull", False), models.Q(("reckoned", ""), _negated=True)),
                fields=["order"],
                name="commerce_credit_reckoned",
            ),
        ),
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(fields=["updated_at", "id"], name="commerce_order_by_change"),
        ),
    ]
