"""Files brought in, what became of their rows, and what is read again by itself."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.imports.types import Origin, State

ADVANCE = "imports.advance"
"""The job that does what an import waits for."""
LOOK = "imports.look"
"""The job that looks whether a watched file is new."""


class Import(models.Model):
    """One file, from its arrival to its undoing.

    `position`: batches done; with the effects of a batch it moves in one transaction. `plan` names the
    order of work, so that going on after a crash is going on with the same work. `attempts`: how
    often it was begun since something came of it. `file` is the name of our own copy, empty once it was
    deleted.
    """

    kind = models.TextField(blank=True)
    state = models.TextField(choices=[(s.value, s.value) for s in State])
    origin = models.TextField(choices=[(o.value, o.value) for o in Origin])
    name = models.TextField()
    source = models.TextField()
    language = models.TextField()
    mapping = models.JSONField(default=dict)
    preview = models.JSONField(null=True)
    report = models.JSONField(default=dict)
    undone = models.JSONField(null=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    position = models.IntegerField(default=0)
    plan = models.TextField(blank=True)
    attempts = models.IntegerField(default=0)
    file = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    etag = models.TextField(blank=True, db_default="")
    size = models.BigIntegerField(default=0)
    error_code = models.TextField(blank=True)
    error_text = models.TextField(blank=True)
    started_by = models.BigIntegerField(null=True)
    watch = models.ForeignKey("Watch", null=True, on_delete=models.SET_NULL, related_name="imports")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in State]), name="imports_import_state"
            ),
            models.CheckConstraint(condition=Q(position__gte=0), name="imports_import_position"),
        )
        indexes = (
            # The few that the worker has to do with, looked for each minute.
            models.Index(
                fields=["id"],
                name="imports_import_working",
                condition=Q(state__in=["examining", "checking", "running", "undoing"]),
            ),
        )


class RejectedRow(models.Model):
    """A row that did not go in; `values`: its own cells as [column, cell], so that it can be mended."""

    owner = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="rejected", db_column="import_id", db_index=False
    )
    part = models.IntegerField()
    row = models.BigIntegerField()
    reason = models.TextField()
    values = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["owner", "part", "row"], name="imports_rejectedrow_once"),
        )


class Change(models.Model):
    """Something an import made (`before` is null) or changed, in the order it was done.

    (`source`, `key`) names it in its domain, `object_id` is its id there; `revision`: that after the
    change, so that what others changed since is left alone.
    """

    owner = models.ForeignKey(
        Import, on_delete=models.PROTECT, related_name="changes", db_column="import_id", db_index=False
    )
    batch = models.IntegerField()
    thing = models.TextField()
    source = models.TextField()
    key = models.TextField()
    object_id = models.BigIntegerField(null=True)
    revision = models.IntegerField(default=0)
    before = models.JSONField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["owner", "batch", "thing"], name="imports_change_of_import"),
            models.Index(fields=["thing", "object_id"], name="imports_change_of_thing"),
        )


class Watch(models.Model):
    """A file or an address that is read again by itself, daily.

    `place`: a name or pattern in the watched folder, or an https address. `next_at` is when it is due.
    """

    kind = models.TextField()
    place = models.TextField()
    source = models.TextField()
    language = models.TextField()
    mapping = models.JSONField(default=dict)
    at_hour = models.SmallIntegerField()
    active = models.BooleanField(default=True)
    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    last_checked_at = models.DateTimeField(null=True)
    last_worked_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    last_sha256 = models.CharField(max_length=64, blank=True)
    last_etag = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(at_hour__gte=0, at_hour__lte=23), name="imports_watch_hour"),
            models.CheckConstraint(condition=~Q(place=""), name="imports_watch_place"),
        )


class SavedMapping(models.Model):
    """The columns chosen last for files of one kind with the same columns; offered for the next one."""

    kind = models.TextField()
    columns = models.CharField(max_length=64)
    mapping = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kind", "columns"], name="imports_savedmapping_once"),)
