from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from regulars.segments.errors import BadCondition
from regulars.segments.rules import parse, stored
from regulars.segments.types import (
    AllOf,
    Anniversary,
    AnyOf,
    Bought,
    Bucket,
    Condition,
    Contains,
    Did,
    Has,
    InSegment,
    Known,
    Not,
    OnDays,
    OneOf,
    Range,
    Sequence,
    Step,
    Where,
    Within,
    Yes,
)

ALL_KINDS = AllOf(
    (
        AnyOf((Has("customers.city", OneOf(("Москва", 'O\'Neill "x"'))), Has("x.y", Known(False)))),
        Not(Did("product_viewed", at_least=0, at_most=0, within=Within(days=3))),
        Bought(amount=Range(Decimal("0.10"), Decimal(10**17)), where=(Where("brand", Contains("ё")),)),
        Sequence(Step("a"), Step("b", (Where("x.y", Yes(False)),)), minutes=5, happened=False),
        Has("customers.birthday", Anniversary(before=7)),
        Has("customers.birthday", OnDays(date(1990, 2, 28), None)),
        InSegment(3, member=False),
        Bucket("test", 0, 5000),
    )
)


def test_what_is_stored_is_read_again_as_it_was() -> None:
    assert parse(stored(ALL_KINDS)) == ALL_KINDS
    assert parse(json.dumps(stored(ALL_KINDS))) == ALL_KINDS
    assert parse(msgspec.json.encode(ALL_KINDS)) == ALL_KINDS
    assert stored(AllOf()) == {"node": "all"}


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("", (), "This is not JSON."),
        ('{"node":"all"', (), "This is not JSON."),
        ("[]", (), "Expected `object`, got `array`"),
        ("{}", (), "`node`"),
        ('{"node":"zz"}', (), "'zz'"),
        ('{"node":"all","of":[{"node":"all"},{"node":"event"}]}', (1,), "`event`"),
        ('{"node":"any","of":[{"node":"not","of":{"node":"event","event":3}}]}', (0, 0), "event: "),
        ('{"node":"event","event":"a","surprise":1}', (), "surprise"),
        ('{"node":"event","event":"a","at_least":-1}', (), "at_least: "),
        ('{"node":"event","event":"a","within":{"days":0}}', (), "within.days: "),
        ('{"node":"attribute","attribute":"a.b","test":{"is":"one_of","values":[]}}', (), "length"),
        ('{"node":"attribute","attribute":"a.b","test":{"is":"on_days","first":"2026-02-30"}}', (), "date"),
        (b'{"node":"event","event":"\xff"}', (), "This is not JSON."),
    ],
)
def test_what_is_no_condition_is_refused_at_its_node(
    text: str | bytes, path: tuple[int, ...], words: str
) -> None:
    with pytest.raises(BadCondition) as refused:
        parse(text)
    (wrong,) = refused.value.wrongs
    assert wrong.path == path
    assert words in wrong.message
    assert str(refused.value) == wrong.message


@pytest.mark.parametrize("data", [None, 3, [], {"node": "all", "of": {"node": "all"}}, {"node": ["all"]}])
def test_what_is_decoded_already_is_read_as_well(data: object) -> None:
    with pytest.raises(BadCondition):
        parse(data)


def test_neither_depth_nor_length_breaks_the_reader() -> None:
    deep = '{"node":"not","of":' * 20_000 + '{"node":"all"}' + "}" * 20_000
    long = json.dumps(stored(AllOf((Has("a.b", OneOf(("x" * 1000,) * 1000)),))))
    for text in (deep, long):
        with pytest.raises(BadCondition):
            parse(text)
    nested: Condition = AllOf()
    for _ in range(200):
        nested = Not(nested)
    assert parse(stored(nested)) == nested
