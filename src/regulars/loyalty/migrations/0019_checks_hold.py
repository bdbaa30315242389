"""What was written before 0016 to 0018 keeps to their CHECKs, too."""

from __future__ import annotations

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    """So that no table stays locked while the next is looked at; done again, it does no harm."""
    dependencies = [("loyalty", "0018_checks_of_holds")]

    operations = [
        ValidateConstraint("wallet", "loyalty_wallet_not_below_zero"),
        ValidateConstraint("lot", "loyalty_lot_not_below_zero"),
        ValidateConstraint("lot", "loyalty_lot_open"),
        ValidateConstraint("hold", "loyalty_hold_spent"),
        ValidateConstraint("hold", "loyalty_hold_closed"),
    ]
