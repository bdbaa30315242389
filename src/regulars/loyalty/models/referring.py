"""Codes customers give their friends, who brought whom, and personal days whose turn it was."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.loyalty.models.books import ProgrammeVersion
from regulars.loyalty.types.referring import ReferralSource, ReferralState


class ReferralCode(models.Model):
    """A code somebody gives their friends. Who became one with others may have several; all hold."""

    profile = models.ForeignKey("customers.Profile", on_delete=models.PROTECT, related_name="+")
    code = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code"], name="loyalty_referralcode_once"),
            models.CheckConstraint(condition=~Q(code=""), name="loyalty_referralcode_named"),
        )


class FriendReferral(models.Model):
    """That `friend` came with the code of `referrer`; `version` says what was promised to both.

    `device`, `network`: keyed hashes. `order_id`: the friend's order that counts (no foreign key), of
    `bought_at`, past the wait at `due_at`. `look_at`: when to see how it stands; NULL: nothing comes by time
    alone. `reason`: why it was refused. `told_by`: the colleague who told of it by hand, `decided_by` the one
    who said yes (`allowed`) or no.
    """

    referrer = models.ForeignKey("customers.Profile", on_delete=models.PROTECT, related_name="+")
    friend = models.ForeignKey("customers.Profile", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    told_at = models.DateTimeField()
    source = models.TextField(choices=[(s.value, s.value) for s in ReferralSource])
    device = models.TextField(blank=True, db_default="")
    network = models.TextField(blank=True, db_default="")
    state = models.TextField(choices=[(s.value, s.value) for s in ReferralState])
    reason = models.TextField(blank=True, db_default="")
    order_id = models.BigIntegerField(null=True)
    bought_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    rewarded_at = models.DateTimeField(null=True)
    allowed = models.BooleanField(db_default=False)
    told_by = models.BigIntegerField(null=True)
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["referrer", "friend"], name="loyalty_friendreferral_once"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in ReferralState]), name="loyalty_friendreferral_state"
            ),
            models.CheckConstraint(
                condition=(Q(state=ReferralState.REFUSED.value) & ~Q(reason=""))
                | (~Q(state=ReferralState.REFUSED.value) & Q(reason="")),
                name="loyalty_friendreferral_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=ReferralState.REWARDED.value, rewarded_at__isnull=False, order_id__isnull=False
                )
                | (~Q(state=ReferralState.REWARDED.value) & Q(rewarded_at=None)),
                name="loyalty_friendreferral_rewarded",
            ),
        )
        indexes = (
            models.Index(
                fields=["look_at"], condition=Q(look_at__isnull=False), name="loyalty_friendreferral_look"
            ),
            models.Index(fields=["told_at", "id"], name="loyalty_friendreferral_told"),
        )


class DayTurn(models.Model):
    """That somebody's personal day was seen to: the part `key` of the programme, for the day `day` is.

    `given` False: it was not for them when its time came (`who`). `year` is that of the day; one a person,
    over all profiles they have.
    """

    profile = models.ForeignKey(
        "customers.Profile", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.TextField()
    year = models.SmallIntegerField()
    day = models.DateField()
    given = models.BooleanField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["profile", "key", "year"], name="loyalty_dayturn_once"),
        )
        indexes = (models.Index(fields=["key", "day"], name="loyalty_dayturn_of_day"),)
