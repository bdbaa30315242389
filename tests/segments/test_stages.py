"""Stages of customers that the shop's own segments decide."""

from __future__ import annotations

import pytest
from tests.segments.shops import NOW, VISITORS, made

from regulars.segments import queries, services
from regulars.segments.errors import BadCondition, SegmentInUse, SegmentProblem
from regulars.segments.types import AllOf, AnyOf, Has, InSegment, OneOf

pytestmark = pytest.mark.django_db(transaction=True)
AT_RISK = Has("analytics.stage", OneOf(("at_risk",)))


def test_a_segment_in_charge_is_kept() -> None:
    lost = made(VISITORS)
    services.set_stage_rules(rules={"lost": lost})
    assert queries.stage_rules() == {"lost": lost}
    with pytest.raises(SegmentInUse):
        services.archive(segment_id=lost, now=NOW)
    services.set_stage_rules(rules={})
    services.archive(segment_id=lost, now=NOW)
    with pytest.raises(SegmentProblem):
        services.set_stage_rules(rules={"lost": lost})


def test_a_stage_does_not_decide_itself() -> None:
    slipping = made(AnyOf((AT_RISK,)), "Slipping")
    theirs = made(InSegment(slipping), "Of these")
    plain = made(VISITORS, "Plain")
    assert queries.may_decide() == {plain: "Plain"}
    for segment in (slipping, theirs, plain + 1000):
        with pytest.raises(SegmentProblem):
            services.set_stage_rules(rules={"lost": segment})
    with pytest.raises(SegmentProblem):
        services.set_stage_rules(rules={"new": plain})
    services.set_stage_rules(rules={"lost": plain})
    row = queries.segment(plain)
    assert row is not None
    with pytest.raises(BadCondition):
        services.change_segment(
            segment_id=plain,
            name="Plain",
            note="",
            condition=AllOf((AT_RISK,)),
            revision=row.revision,
            now=NOW,
        )
    assert queries.segment(plain) == row
