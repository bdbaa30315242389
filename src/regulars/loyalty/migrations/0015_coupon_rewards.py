"""Coupons as rewards of the catalogue, and the colleague who told of a friend."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0014_holding_quicker"),
    ]

    operations = [
        migrations.AddField(
            model_name="friendreferral",
            name="told_by",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="reward",
            name="coupon",
            field=models.JSONField(null=True),
        ),
        migrations.AlterField(
            model_name="friendreferral",
            name="source",
            field=models.TextField(choices=[("api", "api"), ("site", "site"), ("staff", "staff")]),
        ),
        migrations.AlterField(
            model_name="reward",
            name="kind",
            field=models.TextField(
                choices=[("thing", "thing"), ("cause", "cause"), ("service", "service"), ("coupon", "coupon")]
            ),
        ),
        migrations.AddConstraint(
            model_name="reward",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("coupon__isnull", False), ("kind", "coupon")),
                    models.Q(models.Q(("kind", "coupon"), _negated=True), ("coupon__isnull", True)),
                    _connector="OR",
                ),
                name="loyalty_reward_coupon",
            ),
        ),
    ]
