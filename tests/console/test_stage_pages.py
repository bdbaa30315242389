"""What decides at which stage a customer is."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops

from regulars.kit import clock
from regulars.segments import queries
from regulars.segments.models import Segment
from regulars.segments.types import Kind, State
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

pytestmark = pytest.mark.django_db
# Session, user, permissions; the segments, the run, the rules, the shop.
QUERIES = 7


@pytest.fixture
def owner() -> Client:
    return shops.browser_of(shops.colleague(Role.OWNER))


def _segment(name: str) -> int:
    made = Segment.objects.create(
        name=name, kind=Kind.STATIC.value, state=State.READY.value, created_at=shops.NOW
    )
    return made.pk


def _page(client: Client) -> str:
    with clock.fixed(shops.NOW):
        answer = client.get(reverse("settings-stages"))
    assert answer.status_code == 200
    return shops.plain(answer.text)


def test_without_segments_it_says_what_to_do(owner: Client) -> None:
    page = _page(owner)
    assert "Silent for more than 360 days." in page
    assert reverse("segments-new") in page


def test_a_segment_is_chosen_and_left_again(
    owner: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shops.run(stages={"lost": 12})
    sleepers = _segment("Sleepers <b>")
    with django_assert_num_queries(QUERIES):
        page = _page(owner)
    assert "now: 12" in page
    assert "Sleepers &lt;b&gt;" in page
    with clock.fixed(shops.NOW):
        owner.post(reverse("settings-stages"), {"lost": sleepers, "regular": "", "active": "rubbish"})
    assert queries.stage_rules() == {"lost": sleepers}
    assert (
        AuditLogEntry.objects.filter(action=Action.SHOP_CHANGED, details={"fields": ["stages"]}).count() == 1
    )
    assert f'value="{sleepers}" selected' in _page(owner)
    with clock.fixed(shops.NOW):
        answer = owner.post(reverse("settings-stages"), {"lost": "4711"}, follow=True)
    assert "cannot decide a stage" in answer.text
    with clock.fixed(shops.NOW):
        owner.post(reverse("settings-stages"), {"lost": ""})
    assert queries.stage_rules() == {}
