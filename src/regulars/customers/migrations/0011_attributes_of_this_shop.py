"""What a shop wants to know of its customers, and how far their attributes are derived."""

from __future__ import annotations

from django.db import migrations, models

# Traits were kept before attributes were: everybody is gone through once.
DERIVE_ALL = """
INSERT INTO customers_attributespass (id, asked_at, done_to, up_to)
SELECT 1, max(created_at), 0, max(id) FROM customers_profile HAVING max(id) > 0
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0010_facts_customers"),
    ]

    operations = [
        migrations.CreateModel(
            name="AttributesPass",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("asked_at", models.DateTimeField()),
                ("done_to", models.BigIntegerField(null=True)),
                ("up_to", models.BigIntegerField()),
            ],
            options={
                "db_table": "customers_attributespass",
            },
        ),
        migrations.RemoveConstraint(
            model_name="attributedefinition",
            name="customers_attribute_named",
        ),
        migrations.AddField(
            model_name="attributedefinition",
            name="trait",
            field=models.TextField(db_default=""),
        ),
        migrations.AddField(
            model_name="personattributes",
            name="misfits",
            field=models.JSONField(db_default=[]),
        ),
        migrations.AddIndex(
            model_name="personattributes",
            index=models.Index(
                condition=models.Q(("misfits", []), _negated=True),
                fields=["person_id"],
                name="customers_attributes_misfit",
            ),
        ),
        migrations.AddConstraint(
            model_name="attributedefinition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("key__regex", "^[a-z][a-z0-9_]*$"),
                    models.Q(("label", ""), _negated=True),
                    models.Q(("trait", ""), _negated=True),
                ),
                name="customers_attribute_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="attributespass",
            constraint=models.CheckConstraint(
                condition=models.Q(("id", 1)), name="customers_attributespass_one"
            ),
        ),
        migrations.RunSQL(DERIVE_ALL, migrations.RunSQL.noop),
    ]
