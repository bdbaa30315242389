from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from regulars.analytics.rules.segments import SEGMENTS, segment
from regulars.analytics.types import Segment

# docs/metrics.md: segment, R from-to, F from-to.
TABLE = """
champions 5-5 4-5
loyal 3-4 4-5
potential_loyalist 4-5 2-3
new 5-5 1-1
promising 4-4 1-1
needs_attention 3-3 2-3
about_to_sleep 3-3 1-1
cannot_lose 1-2 5-5
at_risk 1-2 3-4
hibernating 1-2 2-2
lost 1-2 1-1
"""


def test_every_pair_of_scores_has_the_segment_of_the_table() -> None:
    expected = {}
    for row in TABLE.split("\n")[1:-1]:
        name, *ranges = row.split()
        (r_from, r_to), (f_from, f_to) = (map(int, x.split("-")) for x in ranges)
        for pair in product(range(r_from, r_to + 1), range(f_from, f_to + 1)):
            assert pair not in expected
            expected[pair] = name
    assert {(r, f): segment(r, f) for r in range(1, 6) for f in range(1, 6)} == expected


@pytest.mark.parametrize("pair", [(0, 1), (6, 1), (1, 0), (1, 6)])
def test_other_scores_have_none(pair: tuple[int, int]) -> None:
    with pytest.raises(LookupError):
        segment(*pair)


def test_all_segments_are_listed_once() -> None:
    assert sorted(SEGMENTS) == sorted(get_args(Segment))
