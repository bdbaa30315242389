"""What the simulator remembers of the demo shop."""

from __future__ import annotations

from django.db import models


class DemoShop(models.Model):
    """The one demo shop there is here, and how much of it is still to be cleared.

    Its orders and customers are numbered from 1; its costs are those of the days from `first_day`.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    filled_at = models.DateTimeField()
    orders = models.IntegerField()
    customers = models.IntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    costs_cleared = models.BooleanField(default=False)
    tasks = models.JSONField(default=list)
    """Ids of its tasks that are about no customer."""
    programme = models.BigIntegerField(null=True)
    """The version of its programme of points."""

    rewards = models.JSONField(default=list)
    offers = models.JSONField(default=list)
    """Numbers of what it offers for points, and of its offers."""

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="simulator_demoshop_one"),
            models.CheckConstraint(
                condition=models.Q(orders__gte=0, customers__gte=0), name="simulator_demoshop_left"
            ),
        )
