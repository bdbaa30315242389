"""All that changes the books."""

from __future__ import annotations

from regulars.loyalty.services.checking import check_books
from regulars.loyalty.services.programme import publish

__all__ = [
    "check_books",
    "publish",
]
