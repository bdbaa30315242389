"""The file for a customer, and erasing them."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse
from tests.console import shops

from regulars.customers import queries
from regulars.customers.models import Profile
from regulars.team.models import AuditLogEntry
from regulars.team.types import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Client:
    return shops.browser_of(shops.colleague(Role.OWNER))


def test_what_is_kept_is_shown_and_saved(owner: Client) -> None:
    person = shops.person("Анна", email="anna@example.com")
    page = owner.get(reverse("customers-data", args=[person])).text
    assert "How you can be reached" in page
    answer = owner.post(reverse("customers-data-export", args=[person]))
    assert answer["Content-Type"] == "application/zip"
    assert f'filename="customer-{person}-' in answer["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert "anna@example.com" in archive.read("ru.html").decode()
    (entry,) = AuditLogEntry.objects.filter(action="person_exported")
    assert (entry.subject, entry.details) == (f"person:{person}", {})
    assert owner.get(reverse("customers-data-export", args=[person])).status_code == 405


def test_who_is_to_be_erased_has_to_be_said_twice(owner: Client) -> None:
    person = shops.person("Анна", email="anna@example.com")
    address = reverse("customers-data-erase", args=[person])
    assert "Say why" in owner.post(address, {"sure": "yes"}, follow=True).text
    assert "there is no way back" in owner.post(address, {"reason": "asked"}, follow=True).text
    assert Profile.objects.get(person_id=person).name == "Анна"
    page = owner.post(address, {"reason": "asked", "sure": "yes"}, follow=True).text
    assert "The customer is erased" in page
    assert "Erased customer" in page
    assert "anna" not in page
    assert Profile.objects.get(person_id=person).name == ""
    assert queries.erasure_of(person) is not None
    (entry,) = AuditLogEntry.objects.filter(action="person_erased")
    assert entry.details == {"reason": "asked"}
    card = owner.get(reverse("customers-card", args=[person])).text
    assert "anna@example.com" not in card.replace("<wbr>", "")
    assert owner.get(reverse("customers"), {"q": "anna@example.com"}).text.count("Анна") == 0


def test_who_is_not_there(owner: Client) -> None:
    assert owner.get(reverse("customers-data", args=[9_999])).status_code == 404
    assert owner.post(reverse("customers-data-export", args=[9_999])).status_code == 404
    answer = owner.post(reverse("customers-data-erase", args=[9_999]), {"reason": "asked", "sure": "yes"})
    assert answer.status_code == 302


@pytest.mark.parametrize("role", [Role.MARKETER, Role.AGENT, Role.ANALYST, Role.CASHIER])
def test_others_may_not(role: Role) -> None:
    person = shops.person()
    client = shops.browser_of(shops.colleague(role))
    assert client.get(reverse("customers-data", args=[person])).status_code == 403
    assert client.post(reverse("customers-data-erase", args=[person])).status_code == 403
