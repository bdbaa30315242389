"""What work refuses."""

from __future__ import annotations

from regulars.kit.errors import RegularsError


class BadTask(RegularsError):
    """A task without a title, or with too long a one."""

    code = "bad_task"
