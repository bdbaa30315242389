"""The shop's mirror: what it sells, where, and what was ordered."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.commerce.types import OrderStatus, Reckoned, ShipmentStatus, Told


class Product(models.Model):
    """`price_minor` is what one piece costs, in `currency`; empty texts are not known."""

    source = models.TextField()
    external_id = models.TextField()
    name = models.TextField()
    category = models.TextField(blank=True)
    price_minor = models.BigIntegerField(null=True)
    currency = models.TextField(blank=True, db_default="")
    brand = models.TextField(blank=True, db_default="")
    url = models.TextField(blank=True, db_default="")
    image_url = models.TextField(blank=True, db_default="")
    variant = models.TextField(blank=True, db_default="")
    sku = models.TextField(blank=True, db_default="")
    revision = models.IntegerField(db_default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "external_id"], name="commerce_product_key"),
            models.CheckConstraint(
                condition=Q(price_minor=None) | Q(price_minor__gte=0, currency__regex="^[A-Z]{3}$"),
                name="commerce_product_price",
            ),
        )


class Branch(models.Model):
    """A place where one can buy."""

    source = models.TextField()
    external_id = models.TextField()
    name = models.TextField()
    active = models.BooleanField(db_default=True)
    revision = models.IntegerField(db_default=1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "external_id"], name="commerce_branch_key"),)


class Till(models.Model):
    """A place in a branch where one pays."""

    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="tills", db_index=False)
    name = models.TextField()
    external_id = models.TextField()
    active = models.BooleanField(db_default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["branch", "external_id"], name="commerce_till_key"),
            models.CheckConstraint(condition=~Q(external_id="") & ~Q(name=""), name="commerce_till_named"),
        )


class Order(models.Model):
    """`amount_minor` is the sum of the lines; what was returned is not deducted from it.

    `revision` counts the changes; with the id it names the occasion of each event. `as_of` is when the
    source told of what is in it; `status_as_of` when it told of the status (NULL: nothing but that it was
    ordered), `ordered_as_of` when of `ordered_at` (NULL: with the rest). `updated_at` is when we were told of
    the last change. Rows from before these were kept have none of them.
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
    as_of = models.DateTimeField(null=True)
    status_as_of = models.DateTimeField(null=True)
    ordered_as_of = models.DateTimeField(null=True)
    ordered_at_is_guess = models.BooleanField(db_default=False)
    updated_at = models.DateTimeField(null=True)

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
        indexes = (
            models.Index(fields=["profile", "ordered_at"], name="commerce_order_of_profile"),
            models.Index(fields=["ordered_at"], name="commerce_order_by_moment"),
            models.Index(
                fields=["branch"], condition=Q(branch__isnull=False), name="commerce_order_of_branch"
            ),
            models.Index(fields=["updated_at", "id"], name="commerce_order_by_change"),
        )


class Cancellation(models.Model):
    """That an order was cancelled, told by itself.

    It stays when the order is known, so that an order that is taken back and told of anew is cancelled too.
    """

    source = models.TextField()
    external_id = models.TextField()
    cancelled_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "external_id"], name="commerce_cancellation_key"),
        )


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
        indexes = (
            models.Index(
                fields=["product"], condition=Q(product__isnull=False), name="commerce_orderline_of_product"
            ),
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
        indexes = (models.Index(fields=["returned_at"], name="commerce_orderreturn_by_moment"),)


class Credit(models.Model):
    """Money given back that its source tells of by itself.

    `order` is the order it reduces: that of the same source and currency whose id is `order_external_id`,
    as soon as it is known; until then `named_order`, which a colleague named by hand. `put_away`: a colleague
    said that it belongs to no order. `told` says whether the log tells of it, `told_revision` as of which
    revision (0: of none); `backfill`, that the credit came with history, so that telling of it later sets
    nothing off either. `reckoned` says how an amount comes about that its source does not tell; until there
    is an order to reckon it from it is 0, and the credit counts for nothing.
    """

    source = models.TextField()
    external_id = models.TextField()
    order_external_id = models.TextField(blank=True)
    order = models.ForeignKey(
        Order, null=True, on_delete=models.PROTECT, related_name="credits", db_index=False
    )
    profile = models.ForeignKey(
        "customers.Profile", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, db_index=False)
    credited_at = models.DateTimeField()
    quantity = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    channel = models.TextField(blank=True)
    branch = models.ForeignKey(Branch, null=True, on_delete=models.PROTECT, db_index=False)
    revision = models.IntegerField(db_default=1)
    backfill = models.BooleanField()
    told = models.TextField(choices=[(t.value, t.value) for t in Told])
    told_revision = models.IntegerField(db_default=0)
    reckoned = models.TextField(
        choices=[(r.value, r.value) for r in Reckoned], db_default=Reckoned.TOLD.value
    )
    named_order = models.ForeignKey(
        Order, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    put_away = models.BooleanField(db_default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "external_id"], name="commerce_credit_key"),
            models.CheckConstraint(condition=~Q(external_id=""), name="commerce_credit_external_id"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="commerce_credit_quantity"),
            models.CheckConstraint(
                condition=Q(told__in=[t.value for t in Told]), name="commerce_credit_told"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0) | (Q(amount_minor=0) & ~Q(reckoned=Reckoned.TOLD.value)),
                name="commerce_credit_amount",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="commerce_credit_currency"
            ),
            models.CheckConstraint(
                condition=Q(order=None) | ~Q(order_external_id="") | Q(named_order__isnull=False),
                name="commerce_credit_of_named_order",
            ),
        )
        indexes = (
            models.Index(fields=["profile", "credited_at"], name="commerce_credit_of_profile"),
            models.Index(fields=["credited_at"], name="commerce_credit_by_moment"),
            models.Index(fields=["order"], condition=Q(order__isnull=False), name="commerce_credit_of_order"),
            models.Index(
                fields=["source", "order_external_id"],
                condition=Q(order__isnull=True) & ~Q(order_external_id=""),
                name="commerce_credit_awaiting",
            ),
            models.Index(
                fields=["order"],
                condition=Q(order__isnull=False) & ~Q(reckoned=Reckoned.TOLD.value),
                name="commerce_credit_reckoned",
            ),
            models.Index(
                fields=["product"], condition=Q(product__isnull=False), name="commerce_credit_of_product"
            ),
            models.Index(
                fields=["branch"], condition=Q(branch__isnull=False), name="commerce_credit_of_branch"
            ),
            models.Index(
                fields=["credited_at", "id"],
                condition=Q(order__isnull=True),
                name="commerce_credit_of_no_order",
            ),
            models.Index(
                fields=["named_order"],
                condition=Q(named_order__isnull=False),
                name="commerce_credit_by_hand",
            ),
            models.Index(
                fields=["source", "order_external_id"],
                condition=Q(named_order__isnull=False),
                name="commerce_credit_told_beside",
            ),
        )


class ChannelCost(models.Model):
    """What a channel cost on a day of the shop's calendar."""

    channel = models.TextField()
    day = models.DateField()
    currency = models.CharField(max_length=3)
    cost_minor = models.BigIntegerField()
    revision = models.IntegerField(db_default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["channel", "day", "currency"], name="commerce_channelcost_day"),
            models.CheckConstraint(condition=Q(cost_minor__gte=0), name="commerce_channelcost_amount"),
            models.CheckConstraint(condition=~Q(channel=""), name="commerce_channelcost_channel"),
        )


class Shipment(models.Model):
    """The way of an order to its customer; `order` is that of its source it names, once it is known.

    `told` and `backfill` as of a credit.
    """

    source = models.TextField()
    external_id = models.TextField()
    order_external_id = models.TextField()
    order = models.ForeignKey(
        Order, null=True, on_delete=models.PROTECT, related_name="shipments", db_index=False
    )
    status = models.TextField(choices=[(s.value, s.value) for s in ShipmentStatus])
    carrier = models.TextField(blank=True)
    tracking = models.TextField(blank=True)
    promised_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    as_of = models.DateTimeField()
    revision = models.IntegerField(db_default=1)
    backfill = models.BooleanField()
    told = models.TextField(choices=[(t.value, t.value) for t in Told])

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "external_id"], name="commerce_shipment_key"),
            models.CheckConstraint(
                condition=~Q(external_id="") & ~Q(order_external_id=""), name="commerce_shipment_ids"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in ShipmentStatus]), name="commerce_shipment_status"
            ),
            models.CheckConstraint(
                condition=Q(told__in=[t.value for t in Told]), name="commerce_shipment_told"
            ),
        )
        indexes = (
            models.Index(
                fields=["order"], condition=Q(order__isnull=False), name="commerce_shipment_of_order"
            ),
            models.Index(
                fields=["source", "order_external_id"],
                condition=Q(order__isnull=True),
                name="commerce_shipment_awaiting",
            ),
        )


class Cart(models.Model):
    """What a customer has chosen; what was in it before their last order is bought or given up.

    `whole_at` is the newest moment at which all that was in it was told; what was told of it before counts
    no more. `changed_at` is the newest moment of any change.
    """

    profile = models.ForeignKey(
        "customers.Profile", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    cart = models.TextField(blank=True)
    currency = models.CharField(max_length=3)
    whole_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    checkout_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["profile", "cart"], name="commerce_cart_key"),)
        indexes = (models.Index(fields=["changed_at"], name="commerce_cart_by_change"),)


class CartLine(models.Model):
    """What was put into a cart or taken out of it (less than 0) at a moment; their sum is what is in it."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT)
    at = models.DateTimeField()
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    price_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(quantity=0), name="commerce_cartline_quantity"),)
