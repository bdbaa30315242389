from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction
from tests.events.reading import NOW, beat, rows
from tests.together import together

from regulars.events import services
from regulars.events.models import EventKey


def claim(*keys: str) -> set[str]:
    with transaction.atomic():
        return services.claim(source="test", keys=keys, now=NOW)


@pytest.mark.django_db
def test_an_occasion_is_given_once() -> None:
    assert claim("b", "a", "b") == {"a", "b"}
    assert claim("a", "c") == {"c"}
    assert claim() == set()
    assert services.claim(source="elsewhere", keys=["a"], now=NOW) == {"a"}
    assert set(EventKey.objects.values_list("source", "key", "received_at")) == {
        *(("test", key, NOW) for key in "abc"),
        ("elsewhere", "a", NOW),
    }
    assert rows("SELECT count(*) FROM events") == [(0,)]


@pytest.mark.django_db
def test_claims_and_events_share_their_occasions() -> None:
    beat([1], "a")
    assert claim("a0", "b0") == {"b0"}
    assert len(beat([1], "b")) == 0


@pytest.mark.django_db
def test_what_is_given_back_may_be_taken_again() -> None:
    with transaction.atomic():
        services.claim(source="test", keys=["a", "b"], now=NOW)
        services.release(source="test", keys=["b", "never claimed"])
        services.release(source="test", keys=[])
    assert claim("a", "b") == {"b"}


@pytest.mark.django_db(transaction=True)
def test_claims_belong_to_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        services.claim(source="test", keys=["a"], now=NOW)
    with pytest.raises(RuntimeError, match="transaction"):
        services.release(source="test", keys=["a"])
    with transaction.atomic():
        services.claim(source="test", keys=["a"], now=NOW)
        transaction.set_rollback(True)
    assert claim("a") == {"a"}


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_has_it() -> None:
    keys = [f"k{n}" for n in range(300)]
    results = together([partial(claim, *(keys if n % 2 else keys[::-1])) for n in range(8)])
    assert [r for r in results if not isinstance(r, set)] == []
    assert sum(len(r) for r in results if isinstance(r, set)) == 300
