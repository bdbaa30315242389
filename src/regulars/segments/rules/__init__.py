"""What a condition may be: reading it, and finding what is wrong with it."""

from __future__ import annotations

from regulars.segments.rules.checking import check
from regulars.segments.rules.kinds import TESTS_OF
from regulars.segments.rules.parsing import parse, stored

__all__ = ["TESTS_OF", "check", "parse", "stored"]
