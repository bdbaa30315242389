"""What is sold, for those who read set-wise: the lake's lines name products without their brands."""

from __future__ import annotations

from django.db import migrations

CREATE = """
CREATE VIEW facts_products AS
SELECT id AS product_id, name AS product, nullif(category, '') AS category, nullif(brand, '') AS brand
FROM commerce_product
"""


class Migration(migrations.Migration):
    dependencies = [("commerce", "0010_prices")]

    operations = [migrations.RunSQL(CREATE, "DROP VIEW facts_products")]
