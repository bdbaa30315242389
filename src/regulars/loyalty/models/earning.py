"""How orders came to what they earned."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.loyalty.models.books import ProgrammeVersion


class EarnedOrder(models.Model):
    """By what an order earns for its customer, asked once when it was first settled, and what came of it.

    `day`: of the order, by the customer's calendar. `tier`: what they had then, empty: none. `fits`: the keys
    of the rules whose `when.who` they fitted. `goods`: what products counted as then: by the product's id
    its name, category and brand; `branch` and `channel` likewise. `room_minor`: what the period's limit had
    left, NULL without one.
    `points_minor` is what the order earns as it stands; `shares` what of it each mechanic brought, as
    `types.earned` names them. An order that turns out to be somebody else's is asked about anew.
    """

    order_id = models.BigIntegerField(primary_key=True)
    profile = models.ForeignKey(
        "customers.Profile", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    tier = models.TextField(blank=True, db_default="")
    fits = models.JSONField(default=list)
    goods = models.JSONField(default=dict)
    branch = models.TextField(blank=True, db_default="")
    channel = models.TextField(blank=True, db_default="")
    room_minor = models.BigIntegerField(null=True)
    points_minor = models.BigIntegerField()
    shares = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(points_minor__gte=0), name="loyalty_earnedorder_points"),
        )
        indexes = (
            models.Index(fields=["profile", "day"], name="loyalty_earnedorder_of_profile"),
            models.Index(fields=["day"], name="loyalty_earnedorder_by_day"),
        )


class UnearnedOrder(models.Model):
    """An order that came in as it happened, for which there are no points yet but may be.

    Its customer is not known, or what was paid is too little. Orders of imported history are not here.
    """

    order_id = models.BigIntegerField(primary_key=True)
