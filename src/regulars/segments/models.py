"""Who is in what."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.segments.types import Kind, State

BUILD = "segments.build"
"""The job that finds a segment's people."""


class Segment(models.Model):
    """A condition with a name, and how far its people are known.

    `condition` is `types.Condition` as JSON. Time alone has been considered up to `ticked_at`; people may
    have been looked at as of `ticking_to`, which is later while a tick is under way. `true_at`: as of when
    its people were found or kept true. `to_write`: how many changes the building has found (NULL: it is
    looking for them), `written`: how many of them are stored. `meaning`: a digest of the SQL its people were
    found by; where that is another now, as when the shop moves to another zone, they are found anew.
    """

    name = models.TextField()
    note = models.TextField(blank=True, db_default="")
    kind = models.TextField(choices=[(k.value, k.value) for k in Kind])
    state = models.TextField(choices=[(s.value, s.value) for s in State])
    condition = models.JSONField(null=True)
    revision = models.IntegerField(db_default=1)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)
    ticked_at = models.DateTimeField(null=True)
    ticking_to = models.DateTimeField(null=True)
    true_at = models.DateTimeField(null=True)
    members = models.IntegerField(db_default=0)
    to_write = models.IntegerField(null=True)
    written = models.IntegerField(db_default=0)
    meaning = models.TextField(blank=True, db_default="")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="segments_segment_named"),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in Kind]), name="segments_segment_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in State]), name="segments_segment_state"
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.STATIC.value) | Q(condition__isnull=False),
                name="segments_segment_condition",
            ),
        )


class Member(models.Model):
    """Somebody who is in a segment. The id names the occasion of entering and leaving."""

    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="+", db_index=False)
    person_id = models.BigIntegerField()  # no foreign key: persons are merged away; a merge step sees to it
    since = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["segment", "person_id"], name="segments_member_once"),)
        indexes = (models.Index(fields=["person_id"], name="segments_member_of"),)


class Pending(models.Model):
    """Somebody who has to be looked at again for a segment that is being built meanwhile. Never updated."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="+", db_index=False)
    person_id = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=["segment", "id"], name="segments_pending_of"),)


class SegmentDay(models.Model):
    """How many there were at the end of a day of the shop's calendar, and who came and went on it."""

    pk = models.CompositePrimaryKey("segment_id", "day")
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    members = models.IntegerField()
    entered = models.IntegerField(db_default=0)
    left = models.IntegerField(db_default=0)

    class Meta:
        db_table = "segments_day"


class MergedMember(models.Model):
    """What a person was in when they became one with another, so that it comes back if they are two again.

    `was_in`: the one who was kept was in it too.
    """

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="+", db_index=False)
    gone_id = models.BigIntegerField()
    since = models.DateTimeField()
    was_in = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["gone_id", "segment"], name="segments_mergedmember_once"),
        )


class StageRule(models.Model):
    """That a stage of customers is decided by who is in a segment, not by the shop's rhythm."""

    stage = models.TextField(primary_key=True)
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="+")
