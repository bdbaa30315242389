"""Two cards side by side, made one and two again, by whom and with which words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops

from regulars.commerce.models import Order
from regulars.customers import services
from regulars.customers.models import Identity, Merge, NotTheSame, Profile
from regulars.customers.queries.marks import mark_of
from regulars.customers.types import ANONYMOUS
from regulars.kit import clock
from regulars.team.models import AuditLogEntry, User
from regulars.team.types import Action, Role

pytestmark = pytest.mark.django_db
PHONE = "+79161234567"
# Session, user, permissions; both persons (profiles, identities); what decides (rules, identities, profiles,
# identities, profiles, who was told apart); the shop, the run; of each: orders, their lines, what the
# shop wants to know and what its sources say, consents, figures, notes, tasks.
COMPARE_QUERIES = 31
# Session, user, permissions; the merges, who they are now (2), their names, those of who went; the shop.
MERGES_QUERIES = 9


@pytest.fixture
def olga() -> User:
    return shops.colleague(Role.AGENT)


@pytest.fixture
def inside(olga: User) -> Client:
    return shops.browser_of(olga)


@pytest.fixture
def two() -> tuple[int, int]:
    """The same woman from the site and from the till; neither was merged by rule."""
    anna = shops.person("Анна Петрова", phone=PHONE, email="anna@example.com", orders=7)
    anya = shops.person("Аня", phone=PHONE, orders=2, revenue_minor=260_000)
    return anna, anya


def _compare(client: Client, first: int, second: int, **sent: Any) -> str:
    address = reverse("customers-merge-compare", args=[first, second])
    with clock.fixed(shops.NOW):
        answer = client.post(address, sent, follow=True) if sent else client.get(address)
    assert answer.status_code == 200
    return shops.plain(answer.text)


def _post(client: Client, name: str, *args: int, **sent: str) -> str:
    with clock.fixed(shops.NOW):
        answer = client.post(reverse(name, args=args), sent, follow=True)
    return shops.plain(answer.text)


def _get(client: Client, name: str, *args: int, query: str = "") -> str:
    with clock.fixed(shops.NOW):
        return shops.plain(client.get(reverse(name, args=args) + query).text)


def test_both_cards_stand_side_by_side(inside: Client, two: tuple[int, int]) -> None:
    for person, city in zip(two, ("Казань", "казань"), strict=True):
        services.set_attribute(person_id=person, key="city", value=city, user_id=None, now=shops.NOW)
    page = _compare(inside, *two)
    assert "They have the same phone +7 916 123-45-67." in page
    assert page.count("(the same)") == 4  # the phone and the city, on each side
    assert "anna@example.com" in page
    assert "9 orders for RUB 15,000, known since 1 May 2021" in page
    assert f'value="{two[0]}" checked' in page  # who is known longer, or first


def test_what_looks_alike_when_masked_is_not_called_the_same(two: tuple[int, int]) -> None:
    Identity.objects.filter(profile__person_id=two[1]).update(value="+79269999967")
    analyst_who_merges = shops.colleague(Role.AGENT)
    page = _compare(shops.browser_of(analyst_who_merges), *two)
    assert "(the same)" not in page
    assert "They have no contact in common." in page


def test_they_become_one_and_two_again(inside: Client, two: tuple[int, int], olga: User) -> None:
    kept, gone = two[1], two[0]  # against the proposal: the colleague decides
    page = _compare(inside, *two, keep=str(kept))
    assert "They are one customer now." in page
    assert set(Profile.objects.values_list("person_id", flat=True)) == {kept}
    merge = Merge.objects.get()
    assert (merge.kept_id, merge.gone_id, merge.by_id) == (kept, gone, olga.pk)
    entry = AuditLogEntry.objects.get(action=Action.CUSTOMERS_MERGED.value)
    assert (entry.subject, entry.details) == (f"person:{kept}", {"merge": merge.pk, "gone": gone})
    assert reverse("customers-merge-undo", args=[merge.pk]) in page  # what was done can be undone at once

    page = _post(inside, "customers-merge-undo", merge.pk)
    assert "They are two again; this is the card of Анна Петрова." in page
    assert set(Profile.objects.values_list("person_id", flat=True)) == {kept, gone}
    assert AuditLogEntry.objects.filter(action=Action.CUSTOMERS_UNMERGED.value).count() == 1
    assert "This merge was undone already." in _post(inside, "customers-merge-undo", merge.pk)


def test_address_of_a_card_that_went_leads_to_who_they_are_now(inside: Client, two: tuple[int, int]) -> None:
    third = shops.person("Анна Сергеевна")
    services.merge(pairs=[two], now=shops.NOW)
    services.merge(pairs=[(third, two[0])], now=shops.NOW)
    for gone in two:
        answer = inside.get(reverse("customers-card", args=[gone]), {"orders": "all"})
        assert answer.headers["Location"] == reverse("customers-card", args=[third]) + "?orders=all"
    for name in ("customers-timeline", "customers-merges", "customers-merge"):
        answer = inside.get(reverse(name, args=[two[1]]))
        assert answer.headers["Location"] == reverse(name, args=[third])
    with clock.fixed(shops.NOW):
        answer = inside.post(reverse("customers-note", args=[two[1]]), {"text": "Звонить вечером"})
    assert answer.status_code == 302
    assert inside.get(reverse("customers-card", args=[10**9])).status_code == 404


def test_two_who_are_one_already(inside: Client, two: tuple[int, int]) -> None:
    services.merge(pairs=[two], now=shops.NOW)
    assert "These two are one customer already." in _compare(inside, *two, keep=str(two[0]))
    assert Merge.objects.count() == 1
    again = inside.get(reverse("customers-merge-compare", args=[two[0], two[0]]))
    assert again.headers["Location"] == reverse("customers-card", args=[two[0]])
    third = shops.person("Борис")
    answer = inside.get(reverse("customers-merge-compare", args=[third, two[1]]))
    assert answer.headers["Location"] == reverse("customers-merge-compare", args=[third, two[0]])
    assert inside.get(reverse("customers-merge-compare", args=[third, 10**9])).status_code == 404


@pytest.mark.parametrize("number", [10**9, 2**63, 10**40])
def test_numbers_nobody_has_are_nobodys(inside: Client, two: tuple[int, int], number: int) -> None:
    for name, args in (
        ("customers-card", [number]),
        ("customers-timeline", [number]),
        ("customers-merge", [number]),
        ("customers-merges", [number]),
        ("customers-merge-compare", [two[0], number]),
    ):
        assert inside.get(reverse(name, args=args)).status_code == 404, name
    for name, args in (
        ("customers-merge-compare", [number, two[0]]),
        ("customers-merge-apart", [two[0], number]),
        ("customers-note", [number]),
        ("customers-attributes", [number]),
        ("customers-manager", [number]),
        ("customers-consents", [number]),
    ):
        assert inside.post(reverse(name, args=args), {"keep": number}).status_code == 404, name
    answer = inside.post(reverse("customers-merge-undo", args=[number]), follow=True)
    assert "There is no such merge." in answer.text


@pytest.mark.parametrize("keep", ["", "0", "x", "99999999"])
def test_nothing_is_merged_without_a_choice(inside: Client, two: tuple[int, int], keep: str) -> None:
    page = _compare(inside, *two, keep=keep, sent="yes")
    assert "Choose which card stays." in page
    assert not Merge.objects.exists()


def test_what_speaks_against_it_is_said(inside: Client, two: tuple[int, int]) -> None:
    for person, card in zip(two, ("1001", "1002"), strict=True):
        profile = Profile.objects.get(person_id=person)
        Identity.objects.create(profile=profile, type="card", value=card)
    services.not_the_same(first=two[0], second=two[1], now=shops.NOW, user_id=None)
    page = _compare(inside, *two)
    assert "They have different loyalty cards; a person has only one" in page
    assert "A colleague said that they are two different people." in page


def test_somebody_says_that_they_are_two_and_takes_it_back(inside: Client, two: tuple[int, int]) -> None:
    page = _post(inside, "customers-merge-apart", *two)
    assert "They stay two people" in page
    assert NotTheSame.objects.count() == 1
    assert AuditLogEntry.objects.filter(action=Action.MERGE_RULES_CHANGED.value).count() == 1
    address = reverse("customers-merge-apart", args=two)
    assert f'action="{address}?again=yes"' in page
    with clock.fixed(shops.NOW):
        inside.post(address + "?again=yes")
    assert not NotTheSame.objects.exists()


def test_looking_for_the_other_card(inside: Client, two: tuple[int, int]) -> None:
    page = _get(inside, "customers-merge", two[0])
    assert "Who else is this customer?" in page
    found = _get(inside, "customers-merge", two[0], query="?q=4567")
    assert reverse("customers-merge-compare", args=two) in found
    assert reverse("customers-merge-compare", args=[two[0], two[0]]) not in found
    assert "Nobody else was found" in _get(inside, "customers-merge", two[0], query="?q=Зинаида")


def test_list_of_merges_says_why(inside: Client, two: tuple[int, int], olga: User) -> None:
    assert "Nobody was merged yet" in _get(inside, "customers-all-merges")
    (by_rule,) = services.merge(pairs=[two], now=shops.NOW, because={"phone": mark_of("phone", PHONE)})
    page = _get(inside, "customers-all-merges")
    assert "The same phone +7 916 123-45-67" in page
    assert "from: Аня" in page
    third = shops.person("Тётя Аня")
    services.merge(pairs=[(two[0], third)], now=shops.NOW + timedelta(hours=1), user_id=olga.pk)
    page = _get(inside, "customers-merges", two[0])
    assert "By hand: Ольга" in page
    assert page.index("By hand") < page.index("The same phone")
    services.unmerge(merge_id=by_rule, now=shops.NOW, user_id=olga.pk)
    assert "Undone 1 May, 12:00 by Ольга" in _get(inside, "customers-all-merges")
    assert "Nothing was put together here" in _get(inside, "customers-merges", shops.person("Борис"))


def test_list_goes_on_page_by_page(inside: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.console.views.merging.PAGE", 2)
    first = shops.person("Анна")
    for name in ("Б", "В", "Г"):
        services.merge(pairs=[(first, shops.person(name))], now=shops.NOW)
    page = _get(inside, "customers-all-merges")
    assert [name in page for name in ("from: Г", "from: В", "from: Б")] == [True, True, False]
    last = Merge.objects.order_by("-id")[1].pk
    further = _get(inside, "customers-all-merges", query=f"?after={last}")
    assert "from: Б" in further
    assert "from: В" not in further
    assert "from: Г" in _get(inside, "customers-all-merges", query="?after=rubbish")


def test_questions_asked_of_the_database_are_few(
    inside: Client, two: tuple[int, int], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for person in two:
        profile = Profile.objects.get(person_id=person)
        for number in range(20):
            Order.objects.create(
                source="shop",
                external_id=f"{person}-{number}",
                profile=profile,
                ordered_at=shops.NOW - timedelta(days=number),
                status="completed",
                amount_minor=1000,
                currency="RUB",
            )
    inside.get(reverse("customers-all-merges"))
    with django_assert_num_queries(COMPARE_QUERIES):
        _compare(inside, *two)
    for number in range(5):
        services.merge(pairs=[(two[0], shops.person(f"К{number}"))], now=shops.NOW)
    with django_assert_num_queries(MERGES_QUERIES):
        _get(inside, "customers-all-merges")


@pytest.mark.parametrize("role", [Role.ANALYST, Role.CASHIER])
def test_merging_is_for_those_who_may(role: Role, two: tuple[int, int]) -> None:
    client = shops.browser_of(shops.colleague(role))
    for name, args in (
        ("customers-merge", [two[0]]),
        ("customers-merge-compare", two),
        ("customers-merges", [two[0]]),
        ("customers-all-merges", []),
        ("customers-duplicates", []),
        ("customers-duplicates-export", []),
    ):
        assert client.get(reverse(name, args=args)).status_code == 403, name
    for name, args in (
        ("customers-merge-compare", two),
        ("customers-merge-apart", two),
        ("customers-merge-undo", [1]),
    ):
        assert client.post(reverse(name, args=args), {"keep": two[0]}).status_code == 403, name
    assert not Merge.objects.exists()
    page = client.get(reverse("customers-card", args=[two[0]])).text
    assert reverse("customers-merge", args=[two[0]]) not in page


def test_nothing_is_changed_by_a_link(inside: Client, two: tuple[int, int]) -> None:
    assert inside.get(reverse("customers-merge-apart", args=two)).status_code == 405
    assert inside.get(reverse("customers-merge-undo", args=[1])).status_code == 405
    assert inside.get(reverse("customers-merge-compare", args=two), {"keep": two[0]}).status_code == 200
    assert not Merge.objects.exists()


def test_hostile_names_are_text(inside: Client) -> None:
    first, second = (shops.person(f"<b>{name}</b>") for name in ("Ян", "Яна"))
    for page in (
        _compare(inside, first, second),
        _get(inside, "customers-merge", first, query="?q=<b>"),
    ):
        assert "<b>" not in page


def test_a_device_may_turn_out_to_be_somebody(inside: Client, two: tuple[int, int]) -> None:
    ids = services.find_or_create_profiles(keys=[(ANONYMOUS, "a1b2c3d4-5678")], now=shops.NOW)
    device = Profile.objects.get(pk=next(iter(ids.values()))).person_id
    assert "Visitor a1b2c3d4" in _compare(inside, two[0], device)
    assert "They are one customer now." in _compare(inside, two[0], device, keep=str(two[0]))
