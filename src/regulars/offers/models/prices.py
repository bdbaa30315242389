"""Lists of prices that are too long for the terms of an offer."""

from __future__ import annotations

from django.db import models


class PriceList(models.Model):
    """A list as it came; it never changes. `is_whole`: all of its `count` prices are written."""

    count = models.IntegerField()
    is_whole = models.BooleanField(db_default=False)
    made_at = models.DateTimeField()


class Price(models.Model):
    """What a piece of a product costs. `product` is `name` without case, ё as е."""

    list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="+", db_index=False)
    product = models.TextField()
    name = models.TextField()
    price_minor = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["list", "product"], name="offers_price_key"),
            models.CheckConstraint(condition=models.Q(price_minor__gte=0), name="offers_price_amount"),
        )
