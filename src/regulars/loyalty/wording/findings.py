"""What proving the books found, in sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.loyalty.types import Finding, FindingKind
from regulars.loyalty.types.accounts import MINOR


def finding_sentence(finding: Finding) -> str:
    """One finding, with its numbers, in the language of whoever reads."""
    return _sentences()[finding.kind] % {
        "id": finding.id,
        "name": finding.name,
        "kept": _points(finding.kept_minor),
        "proved": _points(finding.proved_minor),
        "count": finding.proved_minor,
    }


def _points(minor: int) -> str:
    whole, rest = divmod(abs(minor), MINOR)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:02}"


def _sentences() -> dict[FindingKind, str]:
    return {
        FindingKind.WALLET: _(
            "Wallet %(id)s: the account “%(name)s” says %(kept)s, its postings come to %(proved)s."
        ),
        FindingKind.LOT: _("Lot %(id)s: “%(name)s” says %(kept)s, its postings come to %(proved)s."),
        FindingKind.LOT_STATE: _("Lot %(id)s: %(proved)s points were moved, but “%(name)s” is empty."),
        FindingKind.HOLD_HELD: _(
            "Hold %(id)s (%(name)s) is to hold %(kept)s points, its postings hold %(proved)s."
        ),
        FindingKind.HOLD_SPENT: _(
            "Hold %(id)s (%(name)s) says %(kept)s points were spent and not given back, its postings say "
            "%(proved)s."
        ),
        FindingKind.LOOSE: _("Wallet %(id)s: points were moved without a lot or a hold (“%(name)s”)."),
        FindingKind.NO_WALLET: _(
            "There is no wallet %(id)s in the currency %(name)s, but %(count)s postings name it."
        ),
        FindingKind.NO_LOT: _("There is no lot %(id)s in the wallet of %(count)s postings that name it."),
        FindingKind.NO_HOLD: _("There is no hold %(id)s, but postings name it."),
        FindingKind.TOTAL: _("All accounts in %(name)s together come to %(kept)s instead of zero."),
        FindingKind.EARNED: _(
            "By their last telling, orders and the like have earned %(kept)s in %(name)s; the programme has "
            "given out %(proved)s."
        ),
        FindingKind.GUARD: _(
            "The trigger %(name)s is missing or switched off: balances may be changed unseen."
        ),
    }
