"""A price is an amount of a currency."""

from __future__ import annotations

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("commerce", "0009_facts_without_nothing")]

    operations = [
        AddConstraintNotValid(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("price_minor", None),
                    models.Q(("currency__regex", "^[A-Z]{3}$"), ("price_minor__gte", 0)),
                    _connector="OR",
                ),
                name="commerce_product_price",
            ),
        ),
        ValidateConstraint(model_name="product", name="commerce_product_price"),
    ]
