"""What docs/segments.md shows can be kept as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from regulars.kit import attributes
from regulars.segments.rules import check, parse
from regulars.segments.types import (
    DEPTH_MAX,
    NODES_MAX,
    SEGMENTS_MAX,
    Condition,
    Test,
)

PAGE = (Path(__file__).parents[2] / "docs" / "segments.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.django_db
@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_can_be_kept(example: str) -> None:
    wrongs = check(
        parse(example), attributes=attributes.registered(), relations=attributes.relations(), segments=()
    )
    assert wrongs == []


@pytest.mark.parametrize("kind", [*Condition.__args__, *Test.__args__])
def test_every_node_and_test_is_listed_with_its_fields(kind: type[msgspec.Struct]) -> None:
    """In the row of the table that begins with its name."""
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.StructType)
    (row,) = [line for line in PAGE.splitlines() if re.match(rf"\| [^|]*`{info.tag}`", line)]
    for field in info.fields:
        assert f"`{field.name}`" in row


def test_the_limits_are_those_of_the_code() -> None:
    limits = PAGE.partition("## Limits")[2]
    assert f"{NODES_MAX} nodes" in limits
    assert f"{['', 'one', 'two', 'three', 'four', 'five', 'six', 'seven'][DEPTH_MAX]} levels" in limits
    assert f"{SEGMENTS_MAX} live segments" in limits


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 3
    assert all(json.loads(example) for example in EXAMPLES)
