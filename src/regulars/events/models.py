"""The tables of the log. They are partitioned, so their SQL is written by hand in the migrations.

Columns that only SQL needs (`epoch`, `lane`, `xid`: the place in the order in which consumers read) are
left out of `Event`; the database fills them.
"""

from __future__ import annotations

from django.db import models


class EventKey(models.Model):
    """Which occasions were recorded. Inserted first, so that of two at once only one goes on."""

    pk = models.CompositePrimaryKey("source", "key")
    source = models.TextField()
    key = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "event_keys"


class Event(models.Model):
    """One thing that happened. Rows are only ever inserted."""

    pk = models.CompositePrimaryKey("event_class", "received_at", "id")
    event_class = models.TextField(db_column="class")
    received_at = models.DateTimeField()
    id = models.BigIntegerField()
    name = models.TextField()
    profile_id = models.BigIntegerField(null=True)  # no foreign key: the log outlives what it tells of
    occurred_at = models.DateTimeField()
    source = models.TextField()
    key = models.TextField()
    properties = models.JSONField()
    cause_id = models.BigIntegerField(null=True)
    depth = models.SmallIntegerField(db_default=0)
    backfill = models.BooleanField(db_default=False)

    class Meta:
        db_table = "events"


class EventCount(models.Model):
    """Per profile and name the first, the last and how many, so that "ever" needs no scan of the log."""

    pk = models.CompositePrimaryKey("profile_id", "name")
    profile_id = models.BigIntegerField()
    name = models.TextField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.BigIntegerField()

    class Meta:
        db_table = "event_counts"


class TouchedMonth(models.Model):
    """A mark: something of a lake table changed in a month (of UTC); removed once it is seen to.

    Marks are never updated, so that two writers of one month do not wait for each other.
    """

    lake_table = models.TextField()
    month = models.DateField()

    class Meta:
        db_table = "touched_months"


class TouchedProfile(models.Model):
    """A mark: what is kept per customer has to be reckoned again for this profile."""

    profile_id = models.BigIntegerField()  # no foreign key: the profile may be gone by then

    class Meta:
        db_table = "touched_profiles"


class LogEpoch(models.Model):
    """Since when the log is written on which server; transaction ids are comparable within an epoch only."""

    epoch = models.SmallIntegerField(primary_key=True)
    system_identifier = models.BigIntegerField()
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "log_epochs"
        constraints = (models.CheckConstraint(condition=models.Q(epoch__gte=1), name="log_epochs_from_one"),)


class EventConsumer(models.Model):
    """Somebody who reads the log; made when first seen. Those no longer registered are left as they are."""

    name = models.TextField(primary_key=True)
    made_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "event_consumers"


class EventCursor(models.Model):
    """How far a consumer has read a lane. Locked by whoever reads it, and moved with what came of it.

    `tries`: so often the event after this place has failed; not before `retry_at` again.
    """

    pk = models.CompositePrimaryKey("consumer", "lane")
    consumer = models.TextField()
    lane = models.SmallIntegerField()
    epoch = models.SmallIntegerField()
    xid = models.BigIntegerField()
    id = models.BigIntegerField()
    moved_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(db_default=0)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "event_cursors"


class EventSetAside(models.Model):
    """An event that a consumer could not handle, with what is needed to find it again."""

    consumer = models.TextField()
    lane = models.SmallIntegerField()
    epoch = models.SmallIntegerField()
    xid = models.BigIntegerField()
    event_id = models.BigIntegerField()
    name = models.TextField()
    profile_id = models.BigIntegerField(null=True)  # no foreign key: the log outlives what it tells of
    received_at = models.DateTimeField()
    set_aside_at = models.DateTimeField()
    tries = models.SmallIntegerField()
    error = models.TextField()
    asked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "event_set_aside"
        constraints = (models.UniqueConstraint(fields=("consumer", "event_id"), name="event_set_aside_once"),)
        indexes = (
            models.Index(
                fields=("consumer", "id"),
                name="event_set_aside_asked",
                condition=models.Q(asked_at__isnull=False),
            ),
        )


class EventName(models.Model):
    """A name of events that an outside system made up."""

    name = models.TextField(primary_key=True)
    first_seen_at = models.DateTimeField()

    class Meta:
        db_table = "event_names"
