"""As 0016, of holds."""

from __future__ import annotations

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.lookups import Exact, IsNull

SPENT = models.CheckConstraint(
    condition=Q(
        given_back_minor__gte=0, spent_minor__gte=F("given_back_minor"), points_minor__gte=F("spent_minor")
    ),
    name="loyalty_hold_spent",
)
CLOSED = models.CheckConstraint(
    condition=Exact(Exact(F("state"), "held"), IsNull(F("closed_at"), True))
    & (Q(state="captured") | Q(spent_minor=0)),
    name="loyalty_hold_closed",
)


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0017_checks_of_lots")]

    operations = [
        migrations.RemoveConstraint("hold", "loyalty_hold_spent"),
        migrations.RemoveConstraint("hold", "loyalty_hold_given_back"),
        migrations.RemoveConstraint("hold", "loyalty_hold_closed"),
        AddConstraintNotValid("hold", SPENT),
        AddConstraintNotValid("hold", CLOSED),
    ]
