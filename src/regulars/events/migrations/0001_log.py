"""The log: keys, events and counts.

`events` is split by class first, so that browsing can be dropped by whole months while facts stay, and
then by the month in which an event was received. Months are made ahead (`services.make_months`); a row
whose month is missing goes to the "other" partition and is moved when its month is made.

The sequence is not an identity column because PostgreSQL below 17 has none on partitioned tables. The
lane is the top six bits of a multiplicative (Fibonacci) hash: plain arithmetic, because PostgreSQL's own
hash functions may change between versions while stored lanes must not.
"""

from __future__ import annotations

import django.db.models
from django.db import migrations

KEY_PARTITIONS = 16

CREATE = """
CREATE TABLE event_keys (
    source text NOT NULL,
    key text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (source, key)
) PARTITION BY HASH (source, key);

CREATE SEQUENCE event_ids AS bigint CACHE 1;

CREATE TABLE events (
    id bigint NOT NULL DEFAULT nextval('event_ids'),
    received_at timestamptz NOT NULL,
    occurred_at timestamptz NOT NULL,
    profile_id bigint,
    cause_id bigint,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    epoch smallint NOT NULL,
    lane smallint NOT NULL GENERATED ALWAYS AS
        ((((coalesce(profile_id, 0) & 2147483647) * 2654435761) >> 26) & 63) STORED,
    depth smallint NOT NULL DEFAULT 0 CHECK (depth BETWEEN 0 AND 8),
    backfill boolean NOT NULL DEFAULT false,
    class text NOT NULL CHECK (class IN ('fact', 'browsing')),
    name text NOT NULL,
    source text NOT NULL,
    key text NOT NULL,
    properties jsonb NOT NULL,
    PRIMARY KEY (class, received_at, id)
) PARTITION BY LIST (class);

ALTER SEQUENCE event_ids OWNED BY events.id;

CREATE TABLE events_fact PARTITION OF events FOR VALUES IN ('fact') PARTITION BY RANGE (received_at);
CREATE TABLE events_fact_other PARTITION OF events_fact DEFAULT;
CREATE TABLE events_browsing PARTITION OF events FOR VALUES IN ('browsing') PARTITION BY RANGE (received_at);
CREATE TABLE events_browsing_other PARTITION OF events_browsing DEFAULT;

CREATE INDEX events_in_order ON events (lane, epoch, xid, id);
CREATE INDEX events_timeline ON events (profile_id, occurred_at, id) WHERE profile_id IS NOT NULL;

CREATE TABLE event_counts (
    profile_id bigint NOT NULL,
    name text NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    count bigint NOT NULL CHECK (count > 0),
    CHECK (first_at <= last_at),
    PRIMARY KEY (profile_id, name)
) WITH (fillfactor = 80);
""" + "".join(
    f"CREATE TABLE event_keys_{n} PARTITION OF event_keys "
    f"FOR VALUES WITH (MODULUS {KEY_PARTITIONS}, REMAINDER {n});\n"
    for n in range(KEY_PARTITIONS)
)

DROP = "DROP TABLE event_counts; DROP TABLE events; DROP TABLE event_keys;"


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(
            CREATE,
            DROP,
            state_operations=[
                migrations.CreateModel(
                    name="EventKey",
                    fields=[
                        (
                            "pk",
                            django.db.models.CompositePrimaryKey(
                                "source", "key", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("source", django.db.models.TextField()),
                        ("key", django.db.models.TextField()),
                        ("received_at", django.db.models.DateTimeField()),
                    ],
                    options={"db_table": "event_keys"},
                ),
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        (
                            "pk",
                            django.db.models.CompositePrimaryKey(
                                "event_class",
                                "received_at",
                                "id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("event_class", django.db.models.TextField(db_column="class")),
                        ("received_at", django.db.models.DateTimeField()),
                        ("id", django.db.models.BigIntegerField()),
                        ("name", django.db.models.TextField()),
                        ("profile_id", django.db.models.BigIntegerField(null=True)),
                        ("occurred_at", django.db.models.DateTimeField()),
                        ("source", django.db.models.TextField()),
                        ("key", django.db.models.TextField()),
                        ("properties", django.db.models.JSONField()),
                        ("cause_id", django.db.models.BigIntegerField(null=True)),
                        ("depth", django.db.models.SmallIntegerField(db_default=0)),
                        ("backfill", django.db.models.BooleanField(db_default=False)),
                    ],
                    options={"db_table": "events"},
                ),
                migrations.CreateModel(
                    name="EventCount",
                    fields=[
                        (
                            "pk",
                            django.db.models.CompositePrimaryKey(
                                "profile_id",
                                "name",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("profile_id", django.db.models.BigIntegerField()),
                        ("name", django.db.models.TextField()),
                        ("first_at", django.db.models.DateTimeField()),
                        ("last_at", django.db.models.DateTimeField()),
                        ("count", django.db.models.BigIntegerField()),
                    ],
                    options={"db_table": "event_counts"},
                ),
            ],
        ),
    ]
