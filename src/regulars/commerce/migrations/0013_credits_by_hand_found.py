"""What 0012 asks of credits holds of all, and they are found; done without keeping writers out."""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("commerce", "0012_credits_by_hand")]

    operations = [
        ValidateConstraint(model_name="credit", name="commerce_credit_of_named_order"),
        AddIndexConcurrently(
            model_name="credit",
            index=models.Index(
                condition=models.Q(("order__isnull", True)),
                fields=["credited_at", "id"],
                name="commerce_credit_of_no_order",
            ),
        ),
        AddIndexConcurrently(
            model_name="credit",
            index=models.Index(
                condition=models.Q(("named_order__isnull", False)),
                fields=["named_order"],
                name="commerce_credit_by_hand",
            ),
        ),
        AddIndexConcurrently(
            model_name="credit",
            index=models.Index(
                condition=models.Q(("named_order__isnull", False)),
                fields=["source", "order_external_id"],
                name="commerce_credit_told_beside",
            ),
        ),
    ]
