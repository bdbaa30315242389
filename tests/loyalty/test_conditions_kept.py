"""A segment that a programme asks for is not put away under it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.segments.asked import NOW

from regulars.kit import clock
from regulars.loyalty import services
from regulars.loyalty.types import Programme
from regulars.loyalty.types.earning import ByPercent, Rule, When
from regulars.segments import services as segments
from regulars.segments.errors import SegmentInUse
from regulars.segments.types import AllOf

pytestmark = pytest.mark.django_db


def test_segment_of_a_rule_stays_until_the_rule_is_gone() -> None:
    segment = segments.make_segment(name="Regulars", condition=AllOf(), now=NOW)
    rule = Rule(
        key="r1",
        name="For regulars",
        gives=ByPercent(percent=2),
        when=When(who={"node": "segment", "segment": segment}),
    )
    now = clock.now()
    services.publish(programme=Programme(rules=(rule,)), since=None, now=now, user_id=None)
    with pytest.raises(SegmentInUse, match="For regulars"):
        segments.archive(segment_id=segment, now=now)
    services.publish(programme=Programme(), since=None, now=now + timedelta(microseconds=9), user_id=None)
    segments.archive(segment_id=segment, now=now)
