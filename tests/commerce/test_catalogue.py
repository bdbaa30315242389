"""Products, branches and costs told of by several at once."""

from __future__ import annotations

from functools import partial
from threading import Barrier

import pytest
from django.db import OperationalError, transaction
from tests.commerce.conftest import NOW
from tests.together import together

from regulars.commerce import models, services
from regulars.commerce.services import keyed
from regulars.commerce.services.catalogue import PRODUCTS
from regulars.commerce.types import NewProduct, ProductChange, Recorded, Undone


def goods(numbers: range, name: str) -> list[NewProduct]:
    return [NewProduct(source="shop", external_id=f"{n:03}", name=f"{name} {n}") for n in numbers]


def _change_in_turn(keys: list[str], barrier: Barrier) -> None:
    with transaction.atomic():
        for number, key in enumerate(keys):
            row = keyed.lock(PRODUCTS, [("shop", key)])["shop", key]
            keyed.update(PRODUCTS, [(row.id, row.revision + 1, "x", *row.values[1:])])
            if number == 0:
                barrier.wait(30)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_changing_products_in_any_order_does_deadlock() -> None:
    services.record_products(products=goods(range(2), "Чай"))
    barrier = Barrier(2)
    results = together([partial(_change_in_turn, keys, barrier) for keys in (["000", "001"], ["001", "000"])])
    assert [type(result) for result in results if result is not None] == [OperationalError]


@pytest.mark.django_db(transaction=True)
def test_overlapping_batches_of_products_do_not_deadlock() -> None:
    first = services.record_products(products=goods(range(0, 300, 3), "Чай"))
    assert first.created == 100
    batches = [goods(range(n * 20, 200 + n * 20), f"Кофе {n}")[:: 1 if n % 2 else -1] for n in range(6)]
    results = together([partial(services.record_products, products=batch) for batch in batches])
    done = [result for result in results if isinstance(result, Recorded)]
    assert len(done) == 6, results
    stored = {row.external_id: row for row in models.Product.objects.all()}
    assert len(stored) == 300
    assert sum(result.created for result in done) == 200
    # Each change was counted once and told of with the state before it.
    assert sum(result.changed for result in done) == sum(row.revision - 1 for row in stored.values())
    told = {(key, number) for result in done for key, number in result.revisions.items()}
    assert len(told) == sum(len(result.revisions) for result in done)
    assert all(result.ids["shop", id_] == stored[id_].pk for result in done for _, id_ in result.ids)


@pytest.mark.django_db(transaction=True)
def test_a_product_is_taken_back_or_told_of_again_but_never_half() -> None:
    new = goods(range(100), "Чай")
    done = services.record_products(products=new)
    changes = [ProductChange(key, number, None) for key, number in done.revisions.items()]
    results = together(
        [partial(services.undo_products, changes=changes[:: 1 if n % 2 else -1], now=NOW) for n in range(4)]
        + [partial(services.record_products, products=new) for _ in range(4)]
    )
    assert [result for result in results if not isinstance(result, Undone | Recorded)] == []
    assert models.Product.objects.count() in (0, 100)
