"""Who may be one: the pairs with their reasons, on a page and in a file."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops
from tests.console.workbooks import rows_of

from regulars.customers.models import Likely
from regulars.customers.types import Likeness
from regulars.kit import clock
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

pytestmark = pytest.mark.django_db
# Session, user, permissions; the pairs; names, contacts, figures; how many there are; the shop.
QUERIES = 9


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def _pair(first: int, second: int, *likenesses: Likeness, weight: int = 1) -> Likely:
    return Likely.objects.create(
        first_id=min(first, second),
        second_id=max(first, second),
        likenesses=[one.value for one in likenesses],
        weight=weight,
        found_at=shops.NOW,
        run=1,
    )


def _page(client: Client, query: str = "") -> str:
    with clock.fixed(shops.NOW):
        answer = client.get(reverse("customers-duplicates") + query)
    assert answer.status_code == 200
    return shops.plain(answer.text)


def test_nobody_looks_like_somebody_else(inside: Client) -> None:
    page = _page(inside)
    assert "Nobody looks like somebody else" in page
    assert "No two cards look like one customer." in page


def test_pairs_stand_with_their_reasons_the_surest_first(inside: Client) -> None:
    anna = shops.person("Анна Петрова", phone="+79161234567", orders=7)
    anya = shops.person("Аня <b>", email="anya@example.com")
    boris = shops.person("Борис")
    _pair(anna, boris, Likeness.NAME_AND_CITY, weight=1)
    _pair(anna, anya, Likeness.NAME_AND_BIRTHDAY, Likeness.EMAIL_ALMOST, weight=5)
    page = _page(inside)
    assert "2 pairs of cards look like one customer." in page
    assert "The same name and birthday, e-mails that differ by a slip" in page
    assert page.index("The same name and birthday") < page.index("The same name and city")
    assert "+7 916 123-45-67 · 7 orders for RUB 12,400" in page
    assert "<b>" not in page
    assert reverse("customers-merge-compare", args=[anna, anya]) in page
    assert reverse("customers-merge-apart", args=[anna, anya]) in page


def test_who_is_not_the_same_is_off_the_list_and_the_list_is_there_again(inside: Client) -> None:
    anna, anya = shops.person("Анна"), shops.person("Аня")
    _pair(anna, anya, Likeness.NAME_AND_CITY)
    here = reverse("customers-duplicates")
    with clock.fixed(shops.NOW):
        answer = inside.post(reverse("customers-merge-apart", args=[anna, anya]), {"next": here}, follow=True)
    assert answer.redirect_chain[-1][0] == here
    assert "Nobody looks like somebody else" in answer.text


def test_after_merging_one_is_back_on_the_list(inside: Client) -> None:
    anna, anya, boris = (shops.person(name) for name in ("Анна", "Аня", "Борис"))
    _pair(anna, anya, Likeness.NAME_AND_CITY)
    _pair(anna, boris, Likeness.SHARED)
    here = reverse("customers-duplicates")
    address = reverse("customers-merge-compare", args=[anna, anya])
    with clock.fixed(shops.NOW):
        page = inside.get(address, {"next": here}).text
        assert f'<input type="hidden" name="next" value="{here}">' in page
        answer = inside.post(address, {"keep": anna, "next": here}, follow=True)
        elsewhere = inside.get(
            reverse("customers-merge-compare", args=[anna, boris]), {"next": "https://example.com/"}
        )
    assert answer.redirect_chain[-1][0] == here
    assert "They are one customer now." in answer.text
    assert "Борис" in answer.text
    assert elsewhere.status_code == 200
    assert 'value="https://example.com/"' not in elsewhere.text


def test_list_goes_on_page_by_page_and_into_a_file(
    inside: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr("regulars.console.views.duplicates.PAGE", 2)
    monkeypatch.setattr("regulars.console.views.duplicates.FILE_BATCH", 2)
    anna = shops.person("Анна", phone="+79161234567")
    pairs = [_pair(anna, shops.person(f"=Аня {n}"), Likeness.NAME_AND_NUMBER, weight=9 - n) for n in range(5)]
    _page(inside)
    with django_assert_num_queries(QUERIES):
        first = _page(inside)
    assert ["=Аня 1" in first, "=Аня 2" in first] == [True, False]
    second = _page(inside, f"?after={pairs[1].pk}")
    assert ["=Аня 1" in second, "=Аня 2" in second, "=Аня 4" in second] == [False, True, False]
    with clock.fixed(shops.NOW):
        answer = inside.get(reverse("customers-duplicates-export"))
    rows = rows_of(answer)
    assert [row[3] for row in rows[1:]] == [f"=Аня {n}" for n in range(5)]
    assert {row[2] for row in rows[1:]} == {"+7 916 123-45-67"}
    assert {row[6] for row in rows[1:]} == {"The same name, phones that end alike"}
    entry = AuditLogEntry.objects.get(action=Action.LIST_TAKEN_OUT.value)
    assert entry.details == {"list": "duplicates", "rows": 5}


def test_an_agent_sees_the_list_and_takes_no_file(inside: Client) -> None:
    _pair(shops.person("Анна"), shops.person("Аня"), Likeness.SHARED)
    agent = shops.browser_of(shops.colleague(Role.AGENT))
    assert "Save as XLSX" in _page(inside)
    assert "Save as XLSX" not in _page(agent)
    assert agent.get(reverse("customers-duplicates-export")).status_code == 403


def test_likely_others_are_offered_where_one_looks_for_another_card(inside: Client) -> None:
    anna, anya = shops.person("Анна"), shops.person("Аня")
    _pair(anna, anya, Likeness.SHARED)
    page = inside.get(reverse("customers-merge", args=[anya])).text
    assert "Perhaps one of these" in page
    assert reverse("customers-merge-compare", args=[anya, anna]) in page
