"""Branches and tills entered by hand."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from tests.commerce.conftest import NOW, Shop
from tests.commerce.test_credits import forget
from tests.together import together

from regulars.commerce import queries, services
from regulars.commerce.errors import NameMissing, NameTaken, UnknownPlace
from regulars.commerce.types import BranchChange, BranchRow, NewBranch, TillRow


@pytest.mark.django_db
def test_branches_with_their_tills() -> None:
    first = services.save_branch(name="  Маросейка \n 5 ")
    second = services.save_branch(name="Арбат", external_id="b-2")
    left = services.save_till(branch_id=first, name="Касса 1")
    right = services.save_till(branch_id=first, name="Касса 2", external_id="k2")
    services.save_till(branch_id=second, name="Касса 1")  # another branch may have one of that name
    assert [branch.name for branch in queries.branches()] == ["Арбат", "Маросейка 5"]
    services.archive_till(till_id=left)
    services.archive_branch(branch_id=second)
    assert services.save_till(branch_id=first, till_id=right, name="Касса у входа") == right
    assert services.save_branch(branch_id=first, name="Маросейка") == first
    shown = queries.branches()
    assert shown[0] == BranchRow(
        first,
        "Маросейка",
        "Маросейка 5",
        True,
        (TillRow(right, "Касса у входа", "k2", True), TillRow(left, "Касса 1", "Касса 1", False)),
    )
    assert (shown[1].name, shown[1].active) == ("Арбат", False)
    services.archive_branch(branch_id=second, archived=False)
    services.archive_till(till_id=left, archived=False)
    assert all(branch.active and all(till.active for till in branch.tills) for branch in queries.branches())


@pytest.mark.django_db
def test_what_cannot_be_saved_says_why() -> None:
    branch = services.save_branch(name="Маросейка")
    till = services.save_till(branch_id=branch, name="Касса")
    with pytest.raises(NameMissing, match="needs a name"):
        services.save_branch(name=" \0 ")
    with pytest.raises(NameMissing, match="needs a name"):
        services.save_till(branch_id=branch, name="")
    with pytest.raises(NameTaken, match="Маросейка"):
        services.save_branch(name="Маросейка", external_id="other")
    with pytest.raises(NameTaken, match="id “Маросейка”"):
        services.save_branch(name="Новая", external_id="Маросейка")
    with pytest.raises(NameTaken, match="Касса"):
        services.save_till(branch_id=branch, name="Касса")
    for unknown in (
        partial(services.save_branch, name="Новая", branch_id=branch + 999),
        partial(services.save_till, name="Новая", branch_id=branch + 999),
        partial(services.save_till, name="Новая", branch_id=branch, till_id=till + 999),
        partial(services.archive_branch, branch_id=branch + 999),
        partial(services.archive_till, till_id=till + 999),
    ):
        with pytest.raises(UnknownPlace, match="no longer exists"):
            unknown()
    assert len(queries.branches()) == 1


def test_orders_find_a_branch_by_its_name_or_id(shop: Shop) -> None:
    by_name = services.save_branch(name="Маросейка")
    by_id = services.save_branch(name="Арбат", external_id="b-2")
    told = [NewBranch(source="shop", external_id=id_, name=id_) for id_ in ("Маросейка", "b-2")]
    done = services.record_branches(branches=told)
    assert done.ids == {("shop", "Маросейка"): by_name, ("shop", "b-2"): by_id}
    assert done.revisions == {}
    assert [branch.name for branch in queries.branches()] == ["Арбат", "Маросейка"]


def test_a_renamed_branch_is_not_taken_back_with_the_import(shop: Shop) -> None:
    done = services.record_branches(branches=[NewBranch(source="shop", external_id="m", name="m")])
    branch = done.ids["shop", "m"]
    shop.record(shop.order(branch_id=branch))
    forget()
    services.save_branch(branch_id=branch, name="Маросейка")
    assert forget()[0] == {date(2026, 2, 1)}
    undone = services.undo_branches(changes=[BranchChange(("shop", "m"), 1, None)], now=NOW)
    assert undone.kept == {("shop", "m"): "changed_since"}


@pytest.mark.django_db(transaction=True)
def test_of_two_with_one_name_one_is_saved() -> None:
    results = together([partial(services.save_branch, name="Маросейка") for _ in range(6)])
    assert len([result for result in results if isinstance(result, int)]) == 1
    assert {type(result) for result in results} == {int, NameTaken}
    assert len(queries.branches()) == 1
