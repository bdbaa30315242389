"""The shop's mirror: what it sells, where, and what was ordered."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.commerce.types import OrderStatus


class Product(models.Model):
    source = models.TextField()
    external_id = models.TextField()
    name = models.TextField()
    category = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "external_id"], name="commerce_product_key"),
        )


class Branch(models.Model):
    """A place where one can buy."""

    source = models.TextField()
    external_id = models.TextField()
    name = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "external_id"], name="commerce_branch_key"),)


class Order(models.Model):
    """`amount_minor` is the sum of the lines; what was returned is not deducted from it.

    `revision` counts the changes; with the id it names the occasion of each event.
    """

    source = models.TextField()
    external_id = models.TextField()
    profile = models.ForeignKey(
        "customers.Profile", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ordered_at = models.DateTimeField()
    status = models.TextField(choices=[(s.value, s.value) for s in OrderStatus])
    cancelled_at = models.DateTimeField(null=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    channel = models.TextField(blank=True)
    branch = models.ForeignKey(Branch, null=True, on_delete=models.PROTECT, db_index=False)
    revision = models.IntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "external_id"], name="commerce_order_key"),
            models.CheckConstraint(condition=~Q(external_id=""), name="commerce_order_external_id"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="commerce_order_amount"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="commerce_order_currency"),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in OrderStatus]), name="commerce_order_status"
            ),
            models.CheckConstraint(
                condition=Q(status=OrderStatus.CANCELLED.value) | Q(cancelled_at=None),
                name="commerce_order_cancelled",
            ),
        )
        indexes = (models.Index(fields=["profile", "ordered_at"], name="commerce_order_of_profile"),)


class OrderLine(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    number = models.IntegerField()
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, db_index=False)
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["order", "number"], name="commerce_orderline_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="commerce_orderline_from_one"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="commerce_orderline_quantity"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="commerce_orderline_amount"),
        )


class OrderReturn(models.Model):
    """Money given back for an order, or for one line of it."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="returns", db_index=False)
    number = models.IntegerField()
    line = models.ForeignKey(OrderLine, null=True, on_delete=models.PROTECT, related_name="returns")
    returned_at = models.DateTimeField()
    quantity = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["order", "number"], name="commerce_orderreturn_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="commerce_orderreturn_from_one"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="commerce_orderreturn_quantity"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="commerce_orderreturn_amount"),
        )


class ChannelCost(models.Model):
    """What a channel cost on a day of the shop's calendar."""

    channel = models.TextField()
    day = models.DateField()
    currency = models.CharField(max_length=3)
    cost_minor = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["channel", "day", "currency"], name="commerce_channelcost_day"),
            models.CheckConstraint(condition=Q(cost_minor__gte=0), name="commerce_channelcost_amount"),
            models.CheckConstraint(condition=~Q(channel=""), name="commerce_channelcost_channel"),
        )
