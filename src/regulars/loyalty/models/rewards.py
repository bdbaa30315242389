"""What was given once, the catalogue of rewards, and what was taken from it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from regulars.loyalty.models.books import ProgrammeVersion
from regulars.loyalty.types.grants import GrantState, Mechanic
from regulars.loyalty.types.rewards import BenefitKind, OrderState, RewardKind, RewardState


class Grant(models.Model):
    """A benefit that was given to somebody once; `key` names the occasion, for ever.

    `name`: what the part of the programme was called then. `benefit`: as it was given
    (`types.benefits.Benefit` as JSON). `round` counts how often it was given: what is withdrawn may be given
    again. `until`: the first moment at which it cannot be used any more (NULL: no end). `cost_minor`: what a
    gift or a task costs the shop. `used_by`: the colleague who handed it out.
    """

    key = models.TextField()
    profile = models.ForeignKey(
        "customers.Profile", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    mechanic = models.TextField(choices=[(m.value, m.value) for m in Mechanic])
    part = models.TextField(blank=True)
    name = models.TextField()
    kind = models.TextField(choices=[(k.value, k.value) for k in BenefitKind])
    benefit = models.JSONField()
    points_minor = models.BigIntegerField(db_default=0)
    cost_minor = models.BigIntegerField(db_default=0)
    version = models.ForeignKey(
        ProgrammeVersion, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.TextField(choices=[(s.value, s.value) for s in GrantState])
    round = models.IntegerField(db_default=1)
    task_id = models.BigIntegerField(null=True)
    given_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    used_by = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["key"], name="loyalty_grant_key"),
            models.CheckConstraint(condition=~Q(key=""), name="loyalty_grant_named"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in GrantState]), name="loyalty_grant_state"
            ),
            models.CheckConstraint(
                condition=Q(points_minor__gte=0, cost_minor__gte=0), name="loyalty_grant_not_below_zero"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(state=GrantState.USED.value), name="loyalty_grant_used"
            ),
        )
        indexes = (
            models.Index(fields=["profile", "id"], name="loyalty_grant_of_profile"),
            # What waits to be handed out: those whose time is over are many in the end, and passed over.
            models.Index(
                fields=["until"], condition=Q(kind="gift", state="given"), name="loyalty_grant_waiting"
            ),
            models.Index(fields=["mechanic", "part", "given_at"], name="loyalty_grant_of_part"),
            models.Index(
                fields=["task_id"], condition=Q(task_id__isnull=False), name="loyalty_grant_of_task"
            ),
        )


class Reward(models.Model):
    """Something for points. `left`: how many there are still (NULL: as many as are asked for).

    `most_each`: how many one person may have. `tiers`: for customers of these (keys), empty: for all.
    `due_attribute`: of a service, the date attribute of the customer by which it is to be done, such as the
    renewal of their contract; `due_days` after (or, with a date, before) which it is due. `coupon`: what one
    takes off (`types.benefits.CouponGiven` as JSON), of a coupon alone. `taken` counts what was taken and not
    cancelled, `given_minor` the points of it.
    """

    name = models.TextField()
    words = models.TextField(blank=True, db_default="")
    kind = models.TextField(choices=[(k.value, k.value) for k in RewardKind])
    state = models.TextField(choices=[(s.value, s.value) for s in RewardState])
    price_minor = models.BigIntegerField()
    cost_minor = models.BigIntegerField(db_default=0)
    left = models.BigIntegerField(null=True)
    most_each = models.IntegerField(null=True)
    tiers = models.JSONField(db_default=[])
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    due_days = models.IntegerField(db_default=3)
    due_attribute = models.TextField(blank=True, db_default="")
    coupon = models.JSONField(null=True)
    taken = models.BigIntegerField(db_default=0)
    given_minor = models.BigIntegerField(db_default=0)
    changes = models.IntegerField(db_default=0)
    """Counts who wrote it, so that two who edit it at once are told."""
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="loyalty_reward_named"),
            models.CheckConstraint(condition=Q(left=None) | Q(left__gte=0), name="loyalty_reward_stock"),
            models.CheckConstraint(
                condition=Q(price_minor__gt=0, cost_minor__gte=0, taken__gte=0, given_minor__gte=0),
                name="loyalty_reward_not_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gt=F("since")),
                name="loyalty_reward_span",
            ),
            models.CheckConstraint(
                condition=Q(kind=RewardKind.COUPON.value, coupon__isnull=False)
                | (~Q(kind=RewardKind.COUPON.value) & Q(coupon__isnull=True)),
                name="loyalty_reward_coupon",
            ),
        )


class RewardOrder(models.Model):
    """A reward somebody took. `key`: made up by whoever asked. `hold_id`: the points it was paid with.

    `grant`: what is to be handed out or done for it; none for a cause. `reward_minor`: what one piece cost
    then. `asked_by`: the colleague who asked for the customer (NULL: the customer).
    """

    key = models.TextField()
    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="+", db_index=False)
    profile = models.ForeignKey(
        "customers.Profile", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    pieces = models.IntegerField()
    points_minor = models.BigIntegerField()
    hold_id = models.BigIntegerField()
    grant = models.ForeignKey(Grant, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(choices=[(s.value, s.value) for s in OrderState])
    branch_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    asked_by = models.BigIntegerField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["key"], name="loyalty_rewardorder_key"),
            models.CheckConstraint(condition=~Q(key=""), name="loyalty_rewardorder_named"),
            models.CheckConstraint(
                condition=Q(pieces__gt=0, points_minor__gt=0), name="loyalty_rewardorder_amount"
            ),
            models.CheckConstraint(
                condition=Q(state=OrderState.CANCELLED.value, cancelled_at__isnull=False)
                | (~Q(state=OrderState.CANCELLED.value) & Q(cancelled_at=None)),
                name="loyalty_rewardorder_cancelled",
            ),
        )
        indexes = (
            models.Index(fields=["profile", "reward"], name="loyalty_rewardorder_whose"),
            models.Index(fields=["reward", "at"], name="loyalty_rewardorder_of"),
            models.Index(fields=["at"], name="loyalty_rewardorder_at"),
        )
