"""What was written before 0016 keeps to its CHECKs, too."""

from __future__ import annotations

from importlib import import_module

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

_CHECKS = import_module("regulars.loyalty.migrations.0016_shorter_checks").CHECKS


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0016_shorter_checks")]

    operations = [ValidateConstraint(model, name) for model, name, _check in _CHECKS]
