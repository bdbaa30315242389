"""The worker's part: what time does to points."""

from __future__ import annotations

from regulars.kit.schedules import Schedule

SCHEDULES: list[Schedule] = []
