"""Why customers are erased, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.customers.types import ErasureReason

REASONS: Mapping[ErasureReason, Promise] = {
    ErasureReason.ASKED: _("The customer asked for it"),
    ErasureReason.WITHDRAWN: _("The customer no longer agrees to their data being kept"),
    ErasureReason.NOT_NEEDED: _("The data are not needed any more"),
    ErasureReason.MISTAKE: _("The customer came in by mistake, as with a test"),
}
