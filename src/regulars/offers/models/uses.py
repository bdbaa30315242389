"""Offers used on orders."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.offers.models.offers import Code, Offer
from regulars.offers.types import UseState

_CLOSED = [s.value for s in UseState if s is not UseState.RESERVED]


class Use(models.Model):
    """Offers used together on a cart, and what became of it (`types.Use`).

    `digest`: of what was asked for, by which the same is known again.
    """

    key = models.TextField()
    digest = models.BinaryField()
    profile = models.ForeignKey(
        "customers.Profile", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    currency = models.TextField()
    discount_minor = models.BigIntegerField()
    state = models.TextField(choices=[(s.value, s.value) for s in UseState])
    order_source = models.TextField(blank=True, db_default="")
    order_id = models.TextField(blank=True, db_default="")
    branch_id = models.BigIntegerField(null=True)
    returns = models.IntegerField(db_default=0)
    """How often it was given back or taken again, as returns are told of and withdrawn."""
    at = models.DateTimeField()
    made_at = models.DateTimeField()
    lasts_until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["key"], name="offers_use_key"),
            models.CheckConstraint(condition=~Q(key=""), name="offers_use_named"),
            models.CheckConstraint(condition=Q(discount_minor__gte=0), name="offers_use_discount"),
            models.CheckConstraint(
                condition=Q(state="reserved", closed_at=None) | Q(state__in=_CLOSED, closed_at__isnull=False),
                name="offers_use_closed",
            ),
        )
        indexes = (
            models.Index(fields=["lasts_until"], condition=Q(state="reserved"), name="offers_use_to_end"),
            models.Index(
                fields=["order_source", "order_id"], condition=~Q(order_id=""), name="offers_use_of_order"
            ),
            models.Index(
                fields=["profile"], condition=Q(profile__isnull=False), name="offers_use_of_profile"
            ),
        )


class Taken(models.Model):
    """What one offer takes off in a use, line by line; profile and moment as of then.

    `counts`: the use is reserved or captured, and counts against the limits.
    """

    use = models.ForeignKey(Use, on_delete=models.PROTECT, related_name="+", db_index=False)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.ForeignKey(Code, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    profile = models.ForeignKey(
        "customers.Profile", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    terms = models.JSONField()
    """Those the use was made by, without long lists of prices."""
    currency = models.TextField()
    amount_minor = models.BigIntegerField()
    lines = models.JSONField()
    counts = models.BooleanField(db_default=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["use", "offer"], name="offers_taken_key"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="offers_taken_amount"),
        )
        indexes = (
            models.Index(
                fields=["profile", "offer"],
                condition=Q(counts=True, profile__isnull=False),
                name="offers_taken_of_profile",
            ),
            models.Index(fields=["offer", "at"], name="offers_taken_of_offer"),
            models.Index(fields=["code"], condition=Q(code__isnull=False), name="offers_taken_of_code"),
        )
