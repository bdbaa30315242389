"""The audits the shop keeps, what is known of each customer, and which files the lake is made of."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

SHOP = "shop"
"""The source of an audit of the shop's own orders; audits of files go by a name."""
MAKE_FIGURES = "analytics.make_figures"
"""The job that makes the shop's figures anew."""


class KeptAudit(models.Model):
    """One audit as it was made; the document is `types.Audit` as JSON and is never changed.

    `charts`: its drawings by language and name, made with it, as no page draws. `day`: that of the shop on
    which it was made; a source has one audit a day, the later one (None: made before that was so).
    """

    source = models.TextField()
    as_of = models.DateField()
    made_at = models.DateTimeField()
    day = models.DateField(null=True)
    version = models.IntegerField()
    document = models.TextField()
    charts = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "day"], name="analytics_keptaudit_day"),)
        indexes = (models.Index(fields=["source", "version", "made_at"], name="analytics_keptaudit_latest"),)


class FiguresRun(models.Model):
    """One making of all figures: what customers who change later are scored against.

    `snapshot_at` is its turn (see `FiguresTurn`). `cuts`: `types.Cuts`. `counts`: customers by segment and
    by stage, and which stages the shop's own rules decided. `trend`: a list of `types.TrendPoint`, `charts`:
    its drawings by language and name. It goes with its audit.
    """

    audit = models.OneToOneField(KeptAudit, on_delete=models.CASCADE, related_name="run")
    made_at = models.DateTimeField()
    snapshot_at = models.DateTimeField()
    as_of = models.DateField()
    timezone = models.TextField()
    currency = models.CharField(max_length=3)
    margin = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    window_days = models.IntegerField()
    rhythm_days = models.FloatField()
    cuts = models.JSONField()
    counts = models.JSONField()
    trend = models.JSONField()
    charts = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=["made_at"], name="analytics_figuresrun_made"),)


class FiguresTurn(models.Model):
    """One row: the last turn that was taken to look at the shop, and the last one that wrote everybody.

    Turns follow each other in the order of what they see, whatever the clock does.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    taken_at = models.DateTimeField()
    full_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="analytics_figuresturn_one"),)


NO_DAY: Final = "0001-01-01"
"""Stands in an index for the day of those who never ordered, so that they come last."""
_FIRST, _LAST = (Coalesce(F(name), Value(NO_DAY, models.DateField())) for name in ("first_day", "last_day"))
_ORDERS = {
    "last": _LAST.desc(),
    "first": _FIRST.desc(),
    "revenue": F("revenue_minor").desc(),
    "orders": F("orders").desc(),
}
_FILTERS: Final[dict[str, tuple[str, ...]]] = {
    "all": (),
    "segment": ("segment", "stage"),
    "stage": ("stage",),
}


class CustomerFigures(models.Model):
    """What is known of each customer: one row for every person, also for those who never ordered.

    Written by runs only. No foreign keys: the rows follow the persons, they do not hold them. Days are of
    the shop's calendar, money in minor units of `currency`. `profile_id`: the oldest profile. `r`, `f`, `m`,
    `segment`, `stage`, the days and the average are NULL for those without orders. `computed_at`: the turn.
    """

    person_id = models.BigIntegerField(primary_key=True)
    profile_id = models.BigIntegerField()
    orders = models.IntegerField()
    revenue_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    before_last_day = models.DateField(null=True)
    purchase_days = models.IntegerField()
    average_order_minor = models.BigIntegerField(null=True)
    usual_gap_days = models.FloatField(null=True)
    r = models.SmallIntegerField(null=True)
    f = models.SmallIntegerField(null=True)
    m = models.SmallIntegerField(null=True)
    segment = models.TextField(null=True)  # noqa: DJ001 (nobody is in the segment "")
    stage = models.TextField(null=True)  # noqa: DJ001
    channel = models.TextField(null=True)  # noqa: DJ001
    computed_at = models.DateTimeField()

    class Meta:
        indexes = (
            *(
                models.Index(*map(F, by), order, F("person_id").desc(), name=f"figures_{key}_{short}")
                for key, order in _ORDERS.items()
                for short, by in _FILTERS.items()
            ),
            models.Index(
                F("revenue_minor").desc(),
                F("person_id").desc(),
                condition=Q(m__gte=4, stage__in=["at_risk", "lapsed"]),
                name="figures_today",
            ),
            models.Index(fields=["profile_id"], name="figures_profile"),
        )


class FiguresMark(models.Model):
    """A mark: what is known of a person may be something else now. Never updated, removed once seen to.

    `is_more`: perhaps not only figures; the person was marked as changed, or is no more.
    """

    person_id = models.BigIntegerField()
    is_more = models.BooleanField()


class LakeFile(models.Model):
    """A file of the lake: the rows of one month of one table, or of all of it (`month` None).

    `path` is below the lake's folder. In force until `retired_at`; after that readers that began earlier
    may still need it for a while. `digest`: of the query that made it; another query makes other files.
    """

    table = models.TextField(db_column="lake_table")
    month = models.DateField(null=True)
    path = models.TextField(unique=True)
    rows = models.BigIntegerField()
    size = models.BigIntegerField()
    digest = models.TextField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["table", "month"],
                condition=Q(retired_at=None),
                nulls_distinct=False,
                name="analytics_lakefile_in_force",
            ),
        )
