"""Conditions as SQL: who fulfils one, and whose answer may have changed by time alone."""

from __future__ import annotations

from regulars.segments.compiling.compiled import Compiled, compile_condition
from regulars.segments.compiling.statements import Statement
from regulars.segments.compiling.surroundings import Surroundings

__all__ = ["Compiled", "Statement", "Surroundings", "compile_condition"]
