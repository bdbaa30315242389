"""Who is more than a device, and what is known of them, for those who ask about everybody."""

from __future__ import annotations

from django.db import migrations

DEVICES = """
UPDATE customers_person SET known = false WHERE id IN (
    SELECT person_id FROM customers_profile GROUP BY person_id HAVING bool_and(source = 'anonymous')
)
"""
CREATE = """
CREATE VIEW facts_customers AS
SELECT
    person.id AS person_id,
    person.manager_id,
    coalesce(about.values, '{}') AS attributes,
    about.birthday,
    nullif(about.gender, '') AS gender,
    nullif(about.city, '') AS city,
    nullif(about.language, '') AS language,
    nullif(about.timezone, '') AS timezone
FROM customers_person AS person
LEFT JOIN customers_personattributes AS about ON about.person_id = person.id
WHERE person.known
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0009_persons_are_known")]

    operations = [
        migrations.RunSQL(DEVICES, migrations.RunSQL.noop),
        migrations.RunSQL(CREATE, "DROP VIEW facts_customers"),
    ]
