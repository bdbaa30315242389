"""Customers with points and tiers, goods, a programme of ten rules and two offers; prints a till's key.

`python -m bench.loyalty.programme_quote_fill CUSTOMERS`
"""

from __future__ import annotations

import sys
from datetime import timedelta

import django

django.setup()

from django.db import connection  # noqa: E402

from bench.loyalty import quote_fill  # noqa: E402
from bench.loyalty.earn_programmes import COUPONS, GOODS, RICH  # noqa: E402
from regulars.commerce import services as commerce  # noqa: E402
from regulars.commerce.types import NewProduct  # noqa: E402
from regulars.kit import clock  # noqa: E402
from regulars.loyalty import services as loyalty  # noqa: E402
from regulars.offers import services as offers  # noqa: E402
from regulars.offers.types import Terms  # noqa: E402

_TIERS = """
INSERT INTO loyalty_tierstanding (person_id, tier, fits, measured_minor)
SELECT n, t.tier, t.tier, 100000 FROM generate_series(1::bigint, %s) AS n,
LATERAL (SELECT (ARRAY['', 'silver', 'gold', 'platinum'])[1 + n %% 4] AS tier) AS t
"""


def main(customers: int) -> None:
    quote_fill.main(customers)
    now = clock.now()
    goods = [
        NewProduct(source="shop", external_id=f"SKU-{n}", name=name, category=category, brand=brand)
        for n, (name, category, brand) in enumerate(GOODS, start=1)
    ]
    commerce.upsert_products(products=goods)
    # Points as in the plain programme, so that both sides read the same balances.
    loyalty.publish(programme=RICH, since=None, now=now, user_id=None)
    everybody = {"kind": "shared", "currency": "RUB", "with_offers": True}
    for code, terms in (
        (COUPONS[0], {"takes": {"kind": "percent", "percent": "5"}}),
        (
            COUPONS[1],
            {"takes": {"kind": "amount", "amount_minor": 5_000}, "goods": {"categories": ["Things"]}},
        ),
    ):
        offer = offers.make_offer(
            terms=Terms.model_validate({"name": code, **everybody, **terms}),
            now=now - timedelta(minutes=1),
            user_id=None,
            shared_code=code,
        )
        offers.start(offer_id=offer.id)
    with connection.cursor() as cursor:
        cursor.execute(_TIERS, [customers])
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main(int(sys.argv[1]))
