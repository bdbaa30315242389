"""Offers and their codes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from regulars.offers.types import CodeState, OfferKind, OfferState


class Offer(models.Model):
    """An offer and how much of it is used.

    `terms` is `types.Terms` as JSON; what statements ask for stands beside it: `kind`, the sums' `currency`,
    `since`, `until`, and the limits. `key`: of what made it (empty: a colleague). `revision` counts changes
    of the terms. `uses` and `taken_minor` are of what is reserved or captured. `next_serial`: of the code to
    be made next.
    """

    key = models.TextField(blank=True, db_default="")
    state = models.TextField(choices=[(s.value, s.value) for s in OfferState])
    kind = models.TextField(choices=[(k.value, k.value) for k in OfferKind])
    terms = models.JSONField()
    currency = models.TextField()
    shared_code = models.TextField(blank=True, db_default="")
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    uses_most = models.BigIntegerField(null=True)
    uses_each = models.IntegerField(null=True)
    budget_minor = models.BigIntegerField(null=True)
    uses = models.BigIntegerField(db_default=0)
    taken_minor = models.BigIntegerField(db_default=0)
    codes_wanted = models.IntegerField(db_default=0)
    codes_made = models.IntegerField(db_default=0)
    next_serial = models.IntegerField(db_default=1)
    revision = models.IntegerField(db_default=1)
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="offers_offer_key"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in OfferState]), name="offers_offer_state"
            ),
            models.CheckConstraint(condition=Q(uses__gte=0, taken_minor__gte=0), name="offers_offer_counts"),
            models.CheckConstraint(
                condition=Q(uses_most=None) | Q(uses__lte=F("uses_most")), name="offers_offer_uses_most"
            ),
            models.CheckConstraint(
                condition=Q(budget_minor=None) | Q(taken_minor__lte=F("budget_minor")),
                name="offers_offer_budget",
            ),
            models.CheckConstraint(
                condition=Q(codes_made__gte=0, codes_made__lte=F("codes_wanted")), name="offers_offer_codes"
            ),
        )
        indexes = (
            # What applies at the till by itself: each quote asks for these.
            models.Index(
                fields=["id"],
                condition=Q(state="running", kind__in=["personal", "prices"]),
                name="offers_offer_by_itself",
            ),
            models.Index(
                fields=["id"], condition=Q(codes_made__lt=F("codes_wanted")), name="offers_offer_to_fill"
            ),
        )


class Code(models.Model):
    """A code; only a keyed hash of it is kept. Of its offer and `serial` it can be made again.

    `serial` 0: the one of a shared offer, which is used over and over. `key`: of what issued it to a customer
    (empty: made in bulk).
    """

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+", db_index=False)
    serial = models.IntegerField()
    hash = models.BinaryField()
    profile = models.ForeignKey(
        "customers.Profile", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.TextField(blank=True, db_default="")
    state = models.TextField(choices=[(s.value, s.value) for s in CodeState], db_default="open")
    until = models.DateTimeField(null=True)
    issued_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["hash"], name="offers_code_hash"),
            models.UniqueConstraint(fields=["offer", "serial"], name="offers_code_serial"),
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="offers_code_key"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in CodeState]), name="offers_code_state"
            ),
        )
        indexes = (
            models.Index(
                fields=["profile"], condition=Q(profile__isnull=False), name="offers_code_of_profile"
            ),
        )
