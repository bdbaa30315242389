"""What is to be done when a programme was published and nothing has come of it yet."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.console.wording.overview import Step
from regulars.team.types import Permission


def first_steps(permissions: frozenset[Permission]) -> list[Step]:
    """The most needed first; what somebody else has to do is told without a way there."""
    connects = Permission.CONNECT in permissions
    told = _(
        "Orders count when a till or a site tells of them: a key for the tills of each branch, another one "
        "for the site."
    )
    steps = [
        Step(
            _("Connect the tills or the site"),
            told if connects else f"{told} {_('The owner makes the keys.')}",
            reverse("connections-key-new") if connects else "",
            _("Make a key"),
        )
    ]
    if Permission.IMPORT in permissions:
        steps.append(
            Step(
                _("Bring over what customers have already"),
                _("Their balances in the programme before, as a file. Orders of files are history: they show "
                  "what the programme would have cost, and bring customers nothing."),
                f"{reverse('imports-upload')}?kind=points",
                _("Bring balances over from a file"),
            )
        )  # fmt: skip
    steps.append(
        Step(
            _("Tell customers of it"),
            _("All rules on one page, to be printed, sent or put beside the till."),
            reverse("loyalty-programme-as-read"),
            _("The rules on one page"),
        )
    )
    return steps
