"""Conditions with the numbers that the database gave to segments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from regulars.segments.types import Condition


def named(condition: Condition, segments: Mapping[int, int]) -> Condition:
    """The same condition, naming segments as the database has them."""

    def replaced(node: Any) -> Any:
        if isinstance(node, list | tuple):
            return [replaced(child) for child in node]
        if not isinstance(node, dict):
            return node
        node = {key: replaced(child) for key, child in node.items()}
        return node | {"segment": segments[node["segment"]]} if node.get("node") == "segment" else node

    made: Condition = msgspec.convert(replaced(msgspec.to_builtins(condition)), Condition, strict=False)
    return made
