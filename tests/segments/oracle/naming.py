"""Conditions with the real numbers in the place of the names that plain data have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from regulars.segments.types import Condition


def named(
    condition: Condition, fields: Mapping[str, Mapping[str, str]], segments: Mapping[int, int]
) -> Condition:
    """The same condition with values of `fields` and numbers of segments as the database has them."""

    def replaced(node: Any) -> Any:
        if isinstance(node, list):
            return [replaced(child) for child in node]
        if not isinstance(node, dict):
            return node
        node = {key: replaced(child) for key, child in node.items()}
        if node.get("node") == "segment":
            node["segment"] = segments[node["segment"]]
        if (known := fields.get(node.get("field", ""))) and "values" in node["test"]:
            node["test"]["values"] = [known[value] for value in node["test"]["values"]]
        return node

    plain = msgspec.to_builtins(condition)
    made: Condition = msgspec.convert(replaced(plain), Condition, strict=False)
    return made
