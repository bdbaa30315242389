"""What commerce refuses."""

from __future__ import annotations

from regulars.kit.errors import RegularsError


class BatchTooLarge(RegularsError):
    """More rows than may be written in one transaction."""

    code = "batch_too_large"
