"""The books: who has how many points, where they came from and what became of them.

Postings are the truth and never change. A trigger (migrations/0002) keeps the balances of wallets and lots
with each posting, in its own statement: no code writes a balance.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Greatest, Least
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull

from regulars.loyalty.types import OF_LOTS, Account, AdjustmentState, Cause, HoldState

_OWN = (Account.PENDING, Account.AVAILABLE, Account.HELD)


def _balance() -> models.BigIntegerField[int, int]:
    return models.BigIntegerField(db_default=0)


def _sum(names: tuple[Account, ...]) -> models.expressions.Combinable:
    total: models.expressions.Combinable = models.F(f"{names[0].value}_minor")
    for name in names[1:]:
        total = total + models.F(f"{name.value}_minor")
    return total


def _not_below_zero(name: str, *balances: str | models.expressions.Combinable) -> models.CheckConstraint:
    """One comparison for all of them: a session reads the text of each CHECK anew with each write."""
    return models.CheckConstraint(condition=GreaterThanOrEqual(Least(*balances), 0), name=name)


class ProgrammeVersion(models.Model):
    """The programme as somebody published it (`types.Programme` as JSON); it holds from `since` on."""

    since = models.DateTimeField(unique=True)
    document = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.BigIntegerField(null=True)


class Wallet(models.Model):
    """All accounts of a profile in one currency (`types.Account`); they come to zero."""

    profile = models.ForeignKey(
        "customers.Profile", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    currency = models.TextField()
    pending_minor = _balance()
    available_minor = _balance()
    held_minor = _balance()
    debt_minor = _balance()
    issued_minor = _balance()
    redeemed_minor = _balance()
    expired_minor = _balance()
    compensation_minor = _balance()
    adjustments_minor = _balance()
    partner_minor = _balance()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["profile", "currency"], name="loyalty_wallet_key"),
            _not_below_zero(
                "loyalty_wallet_not_below_zero",
                *(f"{account.value}_minor" for account in (*_OWN, Account.REDEEMED, Account.EXPIRED)),
                0 - models.F("debt_minor"),
            ),
            models.CheckConstraint(
                condition=Q(partner_minor=0 - _sum(tuple(a for a in Account if a is not Account.PARTNER))),
                name="loyalty_wallet_comes_to_zero",
            ),
        )


class Lot(models.Model):
    """Points that came at once and expire at once.

    `key` says what for: `order:<source>:<number>:<rule>`, `opening:…`. `earned_at` is the moment of what
    earned it. `usable_at`: when it can be spent (NULL: not known yet, such as before a delivery); it is
    pending until `usable_since` is set. `expires_at`: the first moment at which it cannot be spent any more
    (NULL: never); `sliding_days`: each purchase moves that. `got_minor` came from `types.SOURCES` and is in
    the five balances now. `settled_minor`: what it is to have earned by the last telling, whatever became
    of it; `revision` counts the tellings. `elsewhere_minor`: of what was taken back since, what came from
    other lots, became a debt, or was written off (`let_go_minor`), for it was spent. `open`: something of
    it is pending, available or held. `warned_days`: the last warning given (0: none).
    """

    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.TextField()
    order_source = models.TextField(blank=True, db_default="")
    order_id = models.TextField(blank=True, db_default="")
    rule = models.TextField(blank=True, db_default="")
    version = models.ForeignKey(
        ProgrammeVersion, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    earned_at = models.DateTimeField()
    usable_at = models.DateTimeField(null=True)
    usable_since = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    sliding_days = models.IntegerField(null=True)
    got_minor = _balance()
    pending_minor = _balance()
    available_minor = _balance()
    held_minor = _balance()
    redeemed_minor = _balance()
    expired_minor = _balance()
    settled_minor = _balance()
    elsewhere_minor = _balance()
    let_go_minor = _balance()
    revision = models.IntegerField(db_default=0)
    open = models.BooleanField(db_default=False)
    warned_days = models.SmallIntegerField(db_default=0)

    class Meta:
        # Not unique=True, which makes a second index beside that of the constraint.
        constraints = (
            models.UniqueConstraint(fields=["key"], name="loyalty_lot_key"),
            models.CheckConstraint(condition=~Q(key=""), name="loyalty_lot_named"),
            _not_below_zero(
                "loyalty_lot_not_below_zero",
                *(f"{account.value}_minor" for account in OF_LOTS),
                "settled_minor",
                "let_go_minor",
                models.F("elsewhere_minor") - models.F("let_go_minor"),
            ),
            models.CheckConstraint(condition=Q(got_minor=_sum(OF_LOTS)), name="loyalty_lot_adds_up"),
            models.CheckConstraint(
                condition=Q(pending_minor=0) | Q(usable_since=None), name="loyalty_lot_pending_before_usable"
            ),
            models.CheckConstraint(
                condition=Q(open=GreaterThan(Greatest(*(f"{account.value}_minor" for account in _OWN)), 0)),
                name="loyalty_lot_open",
            ),
        )
        indexes = (
            models.Index(fields=["wallet"], name="loyalty_lot_of_wallet"),
            # By the warning that comes next, so that those warned already are not gone through each minute.
            models.Index(
                fields=["warned_days", "expires_at"], condition=Q(open=True), name="loyalty_lot_to_expire"
            ),
            models.Index(
                fields=["usable_at"], condition=Q(open=True, usable_since=None), name="loyalty_lot_to_open"
            ),
            models.Index(
                fields=["order_source", "order_id"], condition=~Q(order_id=""), name="loyalty_lot_of_order"
            ),
        )


class Hold(models.Model):
    """Points set aside for an order that is being paid, and what became of them (`types.Hold`).

    From which lots they were taken, the postings say.
    """

    key = models.TextField()
    profile = models.ForeignKey("customers.Profile", on_delete=models.PROTECT, related_name="+")
    currency = models.TextField()
    points_minor = models.BigIntegerField()
    spent_minor = _balance()
    given_back_minor = _balance()
    short_minor = _balance()
    """Of what a till that was cut off let somebody spend, what was not there."""
    returns = models.IntegerField(db_default=0)
    """How often something was given back of it."""
    state = models.TextField(choices=[(s.value, s.value) for s in HoldState])
    order_source = models.TextField(blank=True, db_default="")
    order_id = models.TextField(blank=True, db_default="")
    branch_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    made_at = models.DateTimeField()
    lasts_until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["key"], name="loyalty_hold_key"),
            models.CheckConstraint(condition=~Q(key=""), name="loyalty_hold_named"),
            models.CheckConstraint(condition=Q(points_minor__gt=0), name="loyalty_hold_amount"),
            models.CheckConstraint(
                condition=Q(
                    given_back_minor__gte=0,
                    spent_minor__gte=models.F("given_back_minor"),
                    points_minor__gte=models.F("spent_minor"),
                ),
                name="loyalty_hold_spent",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in HoldState]), name="loyalty_hold_state"
            ),
            models.CheckConstraint(
                condition=Exact(
                    Exact(models.F("state"), HoldState.HELD.value), IsNull(models.F("closed_at"), True)
                )
                & (Q(state=HoldState.CAPTURED.value) | Q(spent_minor=0)),
                name="loyalty_hold_closed",
            ),
        )
        indexes = (
            models.Index(fields=["lasts_until"], condition=Q(state="held"), name="loyalty_hold_to_end"),
            models.Index(
                fields=["order_source", "order_id"], condition=~Q(order_id=""), name="loyalty_hold_of_order"
            ),
        )


class Posting(models.Model):
    """Points that moved from one account of a wallet to another: both sides of a double entry. Never changed.

    `key` is made by the cause and taken once. `lot_id`: whose balances move too (NULL: a debt without a
    lot). References are without foreign keys: the trigger that keeps the balances refuses what is not there.
    """

    wallet_id = models.BigIntegerField()
    lot_id = models.BigIntegerField(null=True)
    hold_id = models.BigIntegerField(null=True)
    currency = models.TextField()
    key = models.TextField()
    cause = models.TextField(choices=[(c.value, c.value) for c in Cause])
    from_account = models.TextField(choices=[(a.value, a.value) for a in Account])
    to_account = models.TextField(choices=[(a.value, a.value) for a in Account])
    amount_minor = models.BigIntegerField()
    at = models.DateTimeField()
    """The moment of what it tells of."""
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["key"], name="loyalty_posting_key"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="loyalty_posting_amount"),
            models.CheckConstraint(
                condition=~Q(from_account=models.F("to_account")), name="loyalty_posting_moves"
            ),
        )
        indexes = (
            models.Index(fields=["wallet_id", "id"], name="loyalty_posting_of_wallet"),
            models.Index(
                fields=["hold_id"], condition=Q(hold_id__isnull=False), name="loyalty_posting_of_hold"
            ),
            # Rows come in the order of this moment, so an index of block ranges finds a span at no cost.
            BrinIndex(
                fields=["recorded_at"],
                name="loyalty_posting_by_moment",
                autosummarize=True,
                pages_per_range=32,
            ),
        )


class Adjustment(models.Model):
    """Points a colleague gives (or takes, negative) by hand; above a threshold a second one decides."""

    key = models.TextField(unique=True)
    profile = models.ForeignKey("customers.Profile", on_delete=models.PROTECT, related_name="+")
    currency = models.TextField()
    points_minor = models.BigIntegerField()
    reason = models.TextField()
    state = models.TextField(choices=[(s.value, s.value) for s in AdjustmentState])
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(points_minor=0), name="loyalty_adjustment_amount"),
            models.CheckConstraint(
                condition=Q(state=AdjustmentState.WAITING.value, decided_at=None)
                | (~Q(state=AdjustmentState.WAITING.value) & Q(decided_at__isnull=False)),
                name="loyalty_adjustment_decided",
            ),
        )
        indexes = (
            models.Index(
                fields=["asked_at"], condition=Q(state="waiting"), name="loyalty_adjustment_waiting"
            ),
        )


class LedgerCheck(models.Model):
    """That the books were proved, and what did not agree."""

    at = models.DateTimeField()
    postings = models.BigIntegerField()
    findings = models.JSONField(db_default=[])

    class Meta:
        indexes = (models.Index(fields=["-at"], name="loyalty_ledgercheck_at"),)
