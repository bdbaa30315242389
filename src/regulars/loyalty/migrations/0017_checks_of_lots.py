"""As 0016, of lots."""

from __future__ import annotations

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual

NOT_BELOW_ZERO = models.CheckConstraint(
    condition=GreaterThanOrEqual(
        Least(
            "pending_minor",
            "available_minor",
            "held_minor",
            "redeemed_minor",
            "expired_minor",
            "settled_minor",
            "let_go_minor",
            F("elsewhere_minor") - F("let_go_minor"),
        ),
        0,
    ),
    name="loyalty_lot_not_below_zero",
)
OPEN = models.CheckConstraint(
    condition=Q(open=GreaterThan(Greatest("pending_minor", "available_minor", "held_minor"), 0)),
    name="loyalty_lot_open",
)


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0016_checks_of_wallets")]

    operations = [
        migrations.RemoveConstraint("lot", "loyalty_lot_not_below_zero"),
        migrations.RemoveConstraint("lot", "loyalty_lot_elsewhere"),
        migrations.RemoveConstraint("lot", "loyalty_lot_open"),
        AddConstraintNotValid("lot", NOT_BELOW_ZERO),
        AddConstraintNotValid("lot", OPEN),
    ]
