"""Which stages of customers the shop's own segments decide."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.analytics import services as analytics
from regulars.analytics.types import Stage
from regulars.segments import locks
from regulars.segments.errors import SegmentProblem
from regulars.segments.models import StageRule
from regulars.segments.queries.stages import may_decide, stage_rules


@transaction.atomic
def set_stage_rules(*, rules: Mapping[Stage, int]) -> bool:
    """Let these segments decide their stages, and the shop's rhythm all others; says whether that is new.

    Has the shop's figures made anew. Raises SegmentProblem for a segment that is not there, was put away or
    itself asks for the stage, and for the stage "new", which is whoever is left.
    """
    locks.while_defining()
    if dict(rules) == stage_rules():
        return False
    allowed = may_decide()
    for stage, segment_id in rules.items():
        if stage == "new":
            raise SegmentProblem(_("New is whoever no other stage fits; it has no rule of its own."))
        if segment_id not in allowed:
            raise SegmentProblem(
                _("This segment cannot decide a stage: it was put away, or asks for the stage itself.")
            )
    StageRule.objects.exclude(stage__in=list(rules)).delete()
    for stage, segment_id in rules.items():
        StageRule.objects.update_or_create(stage=stage, defaults={"segment_id": segment_id})
    analytics.request_figures()
    return True
