"""The same rules in fewer words: the text of each CHECK is read anew by each statement that writes.

Here they are put in force for what is written from now on; 0019 looks at what is there, without locking it.
One table at a time: to lock two would get in the way of tills that lock them in another order.
"""

from __future__ import annotations

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Least
from django.db.models.lookups import GreaterThanOrEqual

NOT_BELOW_ZERO = models.CheckConstraint(
    condition=GreaterThanOrEqual(
        Least(
            "pending_minor",
            "available_minor",
            "held_minor",
            "redeemed_minor",
            "expired_minor",
            0 - F("debt_minor"),
        ),
        0,
    ),
    name="loyalty_wallet_not_below_zero",
)


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0015_coupon_rewards")]

    operations = [
        migrations.RemoveConstraint("wallet", "loyalty_wallet_not_below_zero"),
        migrations.RemoveConstraint("wallet", "loyalty_wallet_expired"),
        migrations.RemoveConstraint("wallet", "loyalty_wallet_debt"),
        AddConstraintNotValid("wallet", NOT_BELOW_ZERO),
    ]
