"""The same rules in fewer words: the text of each CHECK is read anew by each statement that writes.

Here they are put in force for what is written from now on; 0017 looks at what is there, without locking it.
"""

from __future__ import annotations

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull

_BALANCES = ("pending_minor", "available_minor", "held_minor", "redeemed_minor", "expired_minor")
_BEFORE = {
    "wallet": ("loyalty_wallet_not_below_zero", "loyalty_wallet_expired", "loyalty_wallet_debt"),
    "lot": ("loyalty_lot_not_below_zero", "loyalty_lot_elsewhere", "loyalty_lot_open"),
    "hold": ("loyalty_hold_spent", "loyalty_hold_given_back", "loyalty_hold_closed"),
}
CHECKS = (
    (
        "wallet",
        "loyalty_wallet_not_below_zero",
        GreaterThanOrEqual(Least(*_BALANCES, 0 - F("debt_minor")), 0),
    ),
    (
        "lot",
        "loyalty_lot_not_below_zero",
        GreaterThanOrEqual(
            Least(*_BALANCES, "settled_minor", "let_go_minor", F("elsewhere_minor") - F("let_go_minor")), 0
        ),
    ),
    (
        "lot",
        "loyalty_lot_open",
        Q(open=GreaterThan(Greatest("pending_minor", "available_minor", "held_minor"), 0)),
    ),
    (
        "hold",
        "loyalty_hold_spent",
        Q(
            given_back_minor__gte=0,
            spent_minor__gte=F("given_back_minor"),
            points_minor__gte=F("spent_minor"),
        ),
    ),
    (
        "hold",
        "loyalty_hold_closed",
        Exact(Exact(F("state"), "held"), IsNull(F("closed_at"), True))
        & (Q(state="captured") | Q(spent_minor=0)),
    ),
)


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0015_coupon_rewards")]

    operations = [
        *(migrations.RemoveConstraint(model, name) for model, names in _BEFORE.items() for name in names),
        *(
            AddConstraintNotValid(model, models.CheckConstraint(condition=check, name=name))
            for model, name, check in CHECKS
        ),
    ]
