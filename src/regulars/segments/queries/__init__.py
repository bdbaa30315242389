"""Reading segments: which there are, who is in them, how many a condition would find."""

from __future__ import annotations

from regulars.segments.queries.counting import COUNT_SECONDS_MAX, EXAMPLES_MAX, count
from regulars.segments.queries.dependence import used_by
from regulars.segments.queries.everybody import who_fits_now
from regulars.segments.queries.fitting import (
    Asked,
    check_condition,
    condition_sentence,
    details_sentence,
    fits,
)
from regulars.segments.queries.growth import days, passages
from regulars.segments.queries.people import (
    MEMBERS_PAGE_MAX,
    is_member,
    member_ids,
    members_page,
    segments_of,
)
from regulars.segments.queries.segments import live_ids, progress, segment, segments
from regulars.segments.queries.stages import may_decide, stage_rules, who_fits

__all__ = [
    "COUNT_SECONDS_MAX",
    "EXAMPLES_MAX",
    "MEMBERS_PAGE_MAX",
    "Asked",
    "check_condition",
    "condition_sentence",
    "count",
    "days",
    "details_sentence",
    "fits",
    "is_member",
    "live_ids",
    "may_decide",
    "member_ids",
    "members_page",
    "passages",
    "progress",
    "segment",
    "segments",
    "segments_of",
    "stage_rules",
    "used_by",
    "who_fits",
    "who_fits_now",
]
