"""A shop of any number of customers, made set-wise: three orders each on average, their events, figures.

Indexes and foreign keys are taken away while rows are put in and made again after that, which is several
times as quick.
"""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper
from tests.analytics.audits import audit

from regulars.analytics.models import CustomerFigures, FiguresRun, KeptAudit
from regulars.analytics.rules.rhythm import STAGES
from regulars.analytics.rules.segments import SEGMENTS
from regulars.analytics.services import keep_audit
from regulars.team.services import create_owner, save_shop
from regulars.team.types import ShopProfile

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
AS_OF = date(2026, 5, 1)
EMAIL = "owner@example.com"
HEAVY_ORDERS = 300
"""Orders of the first customer: a card is opened of somebody ordinary and of somebody like that."""
FIRST_NAMES = """
Анна Мария Ольга Елена Наталья Ирина Татьяна Светлана Юлия Екатерина Иван Пётр Сергей Андрей Алексей
Дмитрий Михаил Николай Павел Фёдор
"""
LAST_NAMES = """
Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев
Лебедев Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров
"""

_PEOPLE = """
INSERT INTO customers_person (id, created_at)
SELECT n, %(now)s - make_interval(days => (n * 7919 %% 900)::int)
FROM generate_series(1::bigint, %(size)s) AS n;

INSERT INTO customers_profile (id, person_id, source, external_id, name, search_key, sort_key, created_at)
SELECT n, n, 'shop', 'K' || n, name, key, key, %(now)s - make_interval(days => (n * 7919 %% 900)::int)
FROM (
    SELECT n, name, replace(lower(name), 'ё', 'е') AS key FROM (
        SELECT n, CASE WHEN n = 4321 THEN 'Редкий ' ELSE '' END
            || (%(first)s::text[])[1 + n %% %(firsts)s] || ' '
            || (%(last)s::text[])[1 + n * 17 / 20 %% %(lasts)s] || ' ' || n / 500 AS name
        FROM generate_series(1::bigint, %(size)s) AS n
    ) AS named
) AS keyed;

INSERT INTO customers_identity (profile_id, type, value)
SELECT n, 'email', 'customer' || n || '@example.com' FROM generate_series(1::bigint, %(size)s) AS n
UNION ALL
SELECT n, 'phone', '+79' || lpad(((n::bigint * 48271) %% 999999937)::text, 9, '0')
FROM generate_series(1::bigint, %(size)s) AS n;
"""
_ORDERS = """
INSERT INTO commerce_product (id, source, external_id, name, category)
SELECT n, 'shop', 'P' || n, 'Товар ' || n, 'Категория ' || n %% 10 FROM generate_series(1, 500) AS n;

INSERT INTO commerce_order
    (id, source, external_id, profile_id, ordered_at, status, amount_minor, currency, channel, revision)
SELECT row_number() OVER (ORDER BY n, k), 'shop', 'O' || n || '-' || k, n,
    %(now)s - make_interval(days => ((n * 37 + k * 97) %% 800)::int, mins => k::int), 'completed',
    50000 + (n * 7919 + k * 104729) %% 900000, 'RUB', (ARRAY['search', 'social', 'shop'])[1 + n %% 3], 1
FROM generate_series(1::bigint, %(size)s) AS n,
     generate_series(1::bigint, CASE WHEN n = 1 THEN %(heavy)s ELSE 1 + n * 13 %% 5 END) AS k;

INSERT INTO commerce_orderline (order_id, number, product_id, quantity, amount_minor)
SELECT id, 1, 1 + id %% 500, 1, amount_minor FROM commerce_order;
"""
_EVENTS = """
INSERT INTO events
    (class, name, source, key, occurred_at, received_at, profile_id, properties, backfill, epoch)
SELECT 'fact', 'profile_created', 'customers', 'profile_created:' || id, created_at, %(now)s, id, '{}',
    true, 1
FROM customers_profile
UNION ALL
SELECT 'fact', 'order_completed', 'commerce', 'order:' || id || ':1:0', ordered_at, %(now)s, profile_id,
    jsonb_build_object(
        'order_id', id, 'number', external_id, 'amount_minor', amount_minor, 'currency', 'RUB'
    ), true, 1
FROM commerce_order ORDER BY 7, 5;
"""
_FIGURES = """
INSERT INTO analytics_customerfigures (person_id, profile_id, orders, revenue_minor, currency, first_day,
    last_day, before_last_day, purchase_days, average_order_minor, usual_gap_days, r, f, m, segment, stage,
    channel, computed_at)
SELECT profile_id, profile_id, count(*), sum(amount_minor), 'RUB', min(ordered_at)::date,
    max(ordered_at)::date, NULL, count(*), (sum(amount_minor) / count(*))::bigint,
    CASE WHEN count(*) > 1 THEN 30 + profile_id %% 40 END,
    1 + profile_id %% 5, 1 + profile_id * 3 %% 5, 1 + profile_id * 7 %% 5,
    (%(segments)s::text[])[1 + profile_id %% 11], (%(stages)s::text[])[1 + profile_id %% 7], 'search', %(now)s
FROM commerce_order GROUP BY profile_id;
"""
_WORK = """
INSERT INTO work_task (profile_id, title, due_at, assignee_id, created_by, created_at, closings)
SELECT n, 'Позвонить', %(now)s + make_interval(days => (n %% 30 - 3)::int), %(owner)s, %(owner)s, %(now)s, 0
FROM generate_series(1::bigint, %(size)s, 1000) AS n;
"""
_TABLES = "customers_%", "commerce_%", "events%", "analytics_customerfigures", "work_%"
_SEQUENCES = """
SELECT format('SELECT setval(%%L, coalesce((SELECT max(%%I) FROM %%I), 0) + 1, false)',
    pg_get_serial_sequence(quote_ident(table_name), column_name), column_name, table_name)
FROM information_schema.columns
WHERE table_schema = 'public' AND (is_identity = 'YES' OR column_default LIKE 'nextval%%')
  AND table_name LIKE ANY(%s) AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL
"""
_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND conparentid = 0 AND conrelid::regclass::text LIKE ANY(%s)
"""
# Those of constraints stay: they are few, and a table without its key is a different one.
_INDEXES = """
SELECT quote_ident(indexname), indexdef FROM pg_indexes AS i
WHERE schemaname = 'public' AND tablename LIKE ANY(%s) AND tablename NOT LIKE 'events%%'
  AND NOT EXISTS (SELECT 1 FROM pg_constraint AS c WHERE c.conindid = quote_ident(i.indexname)::regclass)
"""


def fill(size: int) -> None:
    """Put the shop into the empty database Django is connected to."""
    owner = create_owner(email=EMAIL, password=secrets.token_urlsafe(), now=NOW)
    save_shop(shop=ShopProfile(name="Лавка"), user_id=owner.pk, now=NOW)
    values = {
        "size": size,
        "now": NOW,
        "owner": owner.pk,
        "heavy": HEAVY_ORDERS,
        "first": FIRST_NAMES.split(),
        "firsts": len(FIRST_NAMES.split()),
        "last": LAST_NAMES.split(),
        "lasts": len(LAST_NAMES.split()),
        "segments": list(SEGMENTS),
        "stages": list(STAGES),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SET statement_timeout = 0; SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'"
        )
        again = bare_tables(cursor)
        for statements in (_PEOPLE, _ORDERS, _EVENTS, _FIGURES, _WORK):
            for statement in statements.split(";\n"):
                if statement.strip():
                    cursor.execute(statement, values)
        for statement in again:
            cursor.execute(statement)
        set_sequences(cursor)
        cursor.execute("VACUUM ANALYZE")
    _run()


def set_sequences(cursor: CursorWrapper) -> None:
    """Have ids go on after those that were put in."""
    cursor.execute(_SEQUENCES, [list(_TABLES)])
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)


def bare_tables(cursor: CursorWrapper) -> list[str]:
    """Take indexes and foreign keys away; gives what makes them again."""
    again = []
    cursor.execute(_FOREIGN_KEYS, [list(_TABLES)])
    for table, name, definition in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    cursor.execute(_INDEXES, [list(_TABLES)])
    for name, definition in cursor.fetchall():
        cursor.execute(f"DROP INDEX {name}")
        again.insert(0, definition)
    return again


def _run() -> None:
    """A run and its audit: the same document whatever the size, as it has no row per customer."""
    kept = keep_audit(audit=audit(as_of=AS_OF, made_at=NOW))
    counts = CustomerFigures.objects
    FiguresRun.objects.create(
        audit=KeptAudit.objects.get(pk=kept),
        made_at=NOW,
        snapshot_at=NOW,
        as_of=AS_OF,
        timezone="Europe/Moscow",
        currency="RUB",
        margin=None,
        window_days=90,
        rhythm_days=45.0,
        cuts={"recency": [None] * 4, "frequency": [None] * 4, "monetary": [None] * 4},
        counts={
            "segments": {s: counts.filter(segment=s).count() for s in SEGMENTS},
            "stages": {s: counts.filter(stage=s).count() for s in STAGES},
        },
        trend=[],
    )
