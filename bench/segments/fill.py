"""A shop of any number of customers: five orders each, some things looked at, a city, a birthday.

One order of thirty was given back in part, one of a hundred was cancelled.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from bench.pages.fill import bare_tables, set_sequences
from regulars.events.services import make_months
from regulars.team.services import create_owner, save_shop
from regulars.team.types import ShopProfile

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
CITIES = """
Москва Петербург Казань Новосибирск Екатеринбург Самара Омск Челябинск Ростов Уфа Красноярск Пермь Воронеж
Волгоград Краснодар Саратов Тюмень Тольятти Ижевск Барнаул
"""
PRODUCTS, CATEGORIES = 500, 20
MONTHS = 13

_PEOPLE = """
INSERT INTO customers_person (id, created_at)
SELECT n, %(now)s - make_interval(days => (n * 7919 %% 900)::int)
FROM generate_series(1::bigint, %(size)s) AS n;

INSERT INTO customers_profile (id, person_id, source, external_id, name, search_key, sort_key, created_at)
SELECT n, n, 'shop', 'K' || n, '', '', '', %(now)s - make_interval(days => (n * 7919 %% 900)::int)
FROM generate_series(1::bigint, %(size)s) AS n;

INSERT INTO customers_personattributes (person_id, values, birthday, city, timezone)
SELECT n, jsonb_build_object('city', (%(cities)s::text[])[1 + n %% 20]),
    date '1960-01-01' + (n * 7919 %% 16000)::int, (%(cities)s::text[])[1 + n %% 20],
    CASE WHEN n %% 10 = 0 THEN 'Asia/Novosibirsk' ELSE '' END
FROM generate_series(1::bigint, %(size)s) AS n;

INSERT INTO customers_identity (profile_id, type, value)
SELECT n, 'phone', '+79' || lpad(((n * 48271) %% 999999937)::text, 9, '0')
FROM generate_series(1::bigint, %(size)s) AS n WHERE n %% 3 > 0;
"""
_ORDERS = """
INSERT INTO commerce_product (id, source, external_id, name, category, brand)
SELECT n, 'shop', 'P' || n, 'Товар ' || n, 'Категория ' || n %% %(categories)s, 'Марка ' || n %% 50
FROM generate_series(1, %(products)s) AS n;

INSERT INTO commerce_order
    (id, source, external_id, profile_id, ordered_at, status, amount_minor, currency, channel, revision)
SELECT row_number() OVER (ORDER BY ago DESC), 'shop', 'O' || n || '-' || k, n,
    %(now)s - ago, CASE WHEN (n + k * 31) %% 100 = 0 THEN 'cancelled' ELSE 'completed' END,
    50000 + (n * 7919 + k * 104729) %% 900000, 'RUB', (ARRAY['search', 'social', 'shop'])[1 + n %% 3], 1
FROM (
    SELECT n, k, make_interval(days => (n * 37 %% 400 + (n * 97 + k * 7907) %% 800)::int,
                               mins => (n * 7 + k * 11)::int %% 1440) AS ago
    FROM generate_series(1::bigint, %(size)s) AS n, generate_series(1::bigint, 1 + n * 13 %% 9) AS k
) AS made;

INSERT INTO commerce_orderline (order_id, number, product_id, quantity, amount_minor)
SELECT id, 1, 1 + id %% %(products)s, 1, amount_minor FROM commerce_order;

INSERT INTO commerce_orderreturn (order_id, number, returned_at, amount_minor)
SELECT id, 1, ordered_at + interval '1 day', amount_minor / 2 FROM commerce_order WHERE id %% 30 = 0;
"""
_EVENTS = """
INSERT INTO events
    (class, name, source, key, occurred_at, received_at, profile_id, properties, backfill, epoch)
SELECT 'browsing', 'product_viewed', 'site', n || '-' || k, %(now)s - ago, %(now)s - ago, n,
    jsonb_build_object('product_id', 'P' || (n + k) %% %(products)s, 'price', k * 100), false, 1
FROM (
    SELECT n, k, make_interval(days => ((n * 37 + k * 7907) %% 380)::int, mins => (n * 7 + k)::int %% 1440)
        AS ago
    FROM generate_series(1::bigint, %(size)s) AS n, generate_series(1::bigint, n %% 5) AS k
) AS made ORDER BY ago DESC;

INSERT INTO event_counts (profile_id, name, first_at, last_at, count)
SELECT profile_id, name, min(occurred_at), max(occurred_at), count(*) FROM events GROUP BY profile_id, name;
"""


def fill(size: int) -> None:
    """Put the shop into the empty database Django is connected to."""
    owner = create_owner(email="owner@example.com", password=secrets.token_urlsafe(), now=NOW)
    save_shop(shop=ShopProfile(name="Лавка"), user_id=owner.pk, now=NOW)
    make_months(now=NOW - timedelta(days=31 * MONTHS), ahead=MONTHS + 1)
    values: dict[str, Any] = {
        "size": size,
        "now": NOW,
        "cities": CITIES.split(),
        "products": PRODUCTS,
        "categories": CATEGORIES,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SET statement_timeout = 0; SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'"
        )
        again = bare_tables(cursor)
        for statements in (_PEOPLE, _ORDERS, _EVENTS):
            for statement in statements.split(";\n"):
                if statement.strip():
                    cursor.execute(statement, values)
        for statement in again:
            cursor.execute(statement)
        set_sequences(cursor)
        cursor.execute("VACUUM ANALYZE")
