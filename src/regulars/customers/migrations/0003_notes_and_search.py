"""Notes, revisions of profiles, and the indexes by which customers are found and listed.

The collation is named everywhere: "C" compares by code points, which for folded names is the alphabet,
whatever the server's locale. Words are taken from `search_key` as they are: Python has split them.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

INDEXES = {
    "customers_profile_words": "customers_profile USING gin (array_to_tsvector(string_to_array(search_key, ' ')))",
    "customers_profile_by_name": "customers_profile ((sort_key = ''), (sort_key COLLATE \"C\"), person_id)",
    "customers_profile_external_id": "customers_profile (external_id)",
    "customers_identity_email": "customers_identity (value COLLATE \"C\") WHERE type = 'email'",
    "customers_identity_phone": "customers_identity (reverse(value) COLLATE \"C\") WHERE type = 'phone'",
}


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("author_id", models.BigIntegerField()),
                ("text", models.TextField()),
                ("written_at", models.DateTimeField()),
                ("deleted_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveIndex(
            model_name="identity",
            name="customers_identity_value",
        ),
        migrations.AddField(
            model_name="profile",
            name="revision",
            field=models.IntegerField(db_default=1),
        ),
        migrations.AddField(
            model_name="note",
            name="profile",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="customers.profile"
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="customers_note_text"
            ),
        ),
        *(
            migrations.RunSQL(f"CREATE INDEX {name} ON {what}", f"DROP INDEX {name}")
            for name, what in INDEXES.items()
        ),
    ]
