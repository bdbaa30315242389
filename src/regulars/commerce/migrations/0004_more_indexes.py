"""Indexes of tables that are in use; made without keeping writers out."""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("commerce", "0003_credits_and_tills")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(fields=["ordered_at"], name="commerce_order_by_moment"),
        ),
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                condition=models.Q(("branch__isnull", False)),
                fields=["branch"],
                name="commerce_order_of_branch",
            ),
        ),
        AddIndexConcurrently(
            model_name="orderline",
            index=models.Index(
                condition=models.Q(("product__isnull", False)),
                fields=["product"],
                name="commerce_orderline_of_product",
            ),
        ),
        AddIndexConcurrently(
            model_name="orderreturn",
            index=models.Index(fields=["returned_at"], name="commerce_orderreturn_by_moment"),
        ),
    ]
