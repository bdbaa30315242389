"""A figure of the benchmarks, and whether it is where it should be."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Figure:
    """`detail`: the measurements it was made from, sizes and versions."""

    key: str
    value: float
    target: float
    better: Literal["lower", "higher"]
    detail: dict[str, Any]

    @property
    def reached(self) -> bool:
        return self.value <= self.target if self.better == "lower" else self.value >= self.target

    def line(self) -> str:
        sign = "≤" if self.better == "lower" else "≥"
        verdict = "" if self.reached else "   MISSED"
        return f"{self.key:<24}{self.value:>9.2f}   target {sign} {self.target:g}{verdict}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
