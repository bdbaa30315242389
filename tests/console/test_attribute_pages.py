"""What the shop wants to know of its customers: the list, adding, changing, putting away."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops

from regulars.customers import queries, services
from regulars.customers.models import Profile
from regulars.customers.types import NewTraits
from regulars.kit.attributes import Kind
from regulars.team.models import AuditLogEntry
from regulars.team.types import Role

pytestmark = pytest.mark.django_db
# Session, user, permissions, shop; attributes, the newest, what does not fit, traits, attributes read, pass.
QUERIES = 10


@pytest.fixture
def owner() -> Client:
    return shops.browser_of(shops.colleague(Role.OWNER))


def say(person: int, **values: Any) -> None:
    profile = Profile.objects.get(person_id=person)
    new = NewTraits(profile_id=profile.pk, values=values, verified=True, as_of=shops.NOW)
    services.set_traits(traits=[new], now=shops.NOW)


def add(client: Client, **said: str) -> str:
    form = {"label": "Размер", "trait": "shoe_size", "kind": "number"} | said
    return client.post(reverse("settings-attribute-new"), form, follow=True).text


def test_nothing_of_its_own_yet(owner: Client) -> None:
    page = owner.get(reverse("settings-attributes")).text
    assert "Nothing of your own yet" in page
    assert "Birthday" in page


def test_what_the_data_have_is_offered_and_added(owner: Client) -> None:
    say(shops.person(), shoe_size=38)
    page = owner.get(reverse("settings-attributes")).text
    assert "?trait=shoe_size&amp;kind=number" in page
    form = owner.get(reverse("settings-attribute-new"), {"trait": "shoe_size", "kind": "number"}).text
    assert 'value="Shoe size"' in form
    assert '<option value="number" selected>' in form
    page = add(owner)
    assert "It is kept from now on" in page
    assert "Your data are being read anew" in page
    services.derive_portion(now=shops.NOW, limit=100)
    page = owner.get(reverse("settings-attributes")).text
    assert "Your data are being read anew" not in page
    assert '<td data-label="Known">100%</td>' in page
    assert AuditLogEntry.objects.filter(action="attribute_changed").count() == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"label": ""}, "Give it a name"),
        ({"trait": ""}, "Write the name under which your data have it"),
        ({"kind": "choice"}, "Say what there is to choose from"),
        ({"trait": "City"}, "known of everybody"),
    ],
)
def test_what_is_wrong_is_said(owner: Client, said: dict[str, str], words: str) -> None:
    assert words in add(owner, **said)
    assert queries.definitions() == []


def test_what_does_not_fit_is_shown_and_choices_are_changed(owner: Client) -> None:
    add(owner, label="Чай", trait="tea", kind="choice", choices="Улун\nПуэр")
    (tea,) = queries.definitions()
    say(shops.person(), tea="Сенча <b>")
    page = owner.get(reverse("settings-attributes")).text
    assert "does not fit with 1 customer" in page
    address = reverse("settings-attribute", args=[tea.id])
    page = owner.get(address).text
    assert "Сенча &lt;b&gt;" in page
    form = {"do": "save", "label": "Любимый чай", "trait": "tea", "choices": "Улун\nСенча <b>"}
    assert "The attribute is changed" in owner.post(address, form, follow=True).text
    (tea,) = queries.definitions()
    assert (tea.label, tea.kind, tea.choices) == ("Любимый чай", Kind.CHOICE, ("Улун", "Сенча <b>"))


def test_it_is_put_away_and_taken_back(owner: Client) -> None:
    add(owner)
    (size,) = queries.definitions()
    address = reverse("settings-attribute", args=[size.id])
    page = owner.post(address, {"do": "archive"}, follow=True).text
    assert "Put away" in page
    assert queries.definitions() == []
    assert "The attribute is back" in owner.post(address, {"do": "restore"}, follow=True).text
    assert owner.post(address, {"do": "else"}).status_code == 404
    assert owner.get(reverse("settings-attribute", args=[9_999])).status_code == 404


def test_the_list_asks_little(owner: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(3):
        add(owner, label=f"Размер {number}", trait=f"size_{number}")
        say(shops.person(), **{f"size_{number}": "?"})
    owner.get(reverse("settings-attributes"))
    with django_assert_num_queries(QUERIES):
        owner.get(reverse("settings-attributes"))


@pytest.mark.parametrize("role", [Role.MARKETER, Role.AGENT, Role.ANALYST, Role.CASHIER])
def test_others_do_not_decide_it(role: Role) -> None:
    client = shops.browser_of(shops.colleague(role))
    assert client.get(reverse("settings-attributes")).status_code == 403
    assert client.post(reverse("settings-attribute-new")).status_code == 403
