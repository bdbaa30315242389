from __future__ import annotations

import numpy as np
import pytest

from regulars.analytics.compute.orders.entangled import _repeated


@pytest.mark.parametrize(
    ("hashes", "repeated"),
    [
        ([], []),
        ([5], []),
        ([5, 5], [5]),
        ([1 << 40, (1 << 40) + 1, 7, 1 << 40], [1 << 40]),  # equal halves are not yet equal
        ([(1 << 64) - 1, 0, (1 << 64) - 1, 0, 0], [0, (1 << 64) - 1]),
        ([(3 << 32) + 1, (3 << 32) + 2], []),
    ],
)
def test_repeated_values(hashes: list[int], repeated: list[int]) -> None:
    assert _repeated(np.array(hashes, dtype=np.uint64)).tolist() == repeated


def test_repeated_values_among_many() -> None:
    rng = np.random.default_rng(1)
    hashes = rng.integers(0, 1 << 63, 300_000, dtype=np.uint64)
    twice = hashes[::1000]
    found = _repeated(rng.permutation(np.concatenate([hashes, twice])))
    assert found.tolist() == sorted(twice.tolist())
