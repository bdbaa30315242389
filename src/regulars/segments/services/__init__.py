"""Every write to segments."""

from __future__ import annotations

from regulars.segments.services.building import build, building_ids
from regulars.segments.services.defining import archive, change_segment, freeze, make_segment, restore
from regulars.segments.services.jobs import wake
from regulars.segments.services.keeping import keep_true
from regulars.segments.services.merging import persons_moved
from regulars.segments.services.stages import set_stage_rules
from regulars.segments.services.statics import MEMBERS_BATCH, add_members, make_static, remove_members
from regulars.segments.services.ticking import tick

__all__ = [
    "MEMBERS_BATCH",
    "add_members",
    "archive",
    "build",
    "building_ids",
    "change_segment",
    "freeze",
    "keep_true",
    "make_segment",
    "make_static",
    "persons_moved",
    "remove_members",
    "restore",
    "set_stage_rules",
    "tick",
    "wake",
]
