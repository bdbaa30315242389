"""By what customers are put together: each rule in a sentence, what it joins, what is nobody's own."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops

from regulars.analytics.wording.numbers import Formats
from regulars.console.card_tally import tallies
from regulars.console.wording import merging as wording
from regulars.console.wording.merging import DIFFERENT, LIKENESSES, SAME
from regulars.customers import queries as customers
from regulars.customers import services
from regulars.customers.models import BlockedIdentity, Identity, MergeRule, Profile
from regulars.customers.queries.marks import mark_of
from regulars.customers.types import IdentityType, Likeness
from regulars.kit import clock
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

pytestmark = pytest.mark.django_db
PHONE = "+79161234567"
# Session, user, permissions; the shop, the rules, what is blocked and by whom.
QUERIES = 7


@pytest.fixture
def owner() -> Client:
    return shops.browser_of(shops.colleague(Role.OWNER))


def _page(client: Client, query: str = "", **headers: str) -> str:
    with clock.fixed(shops.NOW):
        answer = client.get(reverse("settings-merging") + query, headers=headers)
    assert answer.status_code == 200
    return shops.plain(answer.text)


def _post(client: Client, name: str, *args: int, **sent: str | int) -> str:
    with clock.fixed(shops.NOW):
        return shops.plain(client.post(reverse(name, args=args), sent, follow=True).text)


def _refusal(client: Client, name: str, form: Mapping[str, str | int]) -> str:
    """What the next page would say."""
    with clock.fixed(shops.NOW):
        answer = client.post(reverse(name), form)
    return " ".join(map(str, get_messages(answer.wsgi_request)))


def _share(phone: str, count: int) -> list[int]:
    """So many customers with one phone, whom no rule has seen."""
    persons = [shops.person(f"{phone}-{n}") for n in range(count)]
    for person in persons:
        Identity.objects.create(profile=Profile.objects.get(person_id=person), type="phone", value=phone)
    return persons


def test_everything_has_words() -> None:
    assert set(SAME) == set(DIFFERENT) == set(IdentityType)
    assert set(LIKENESSES) == set(Likeness)


def test_each_rule_is_a_sentence_the_strongest_first(owner: Client) -> None:
    page = _page(owner)
    phone = "Cards with the same phone are put together, unless more than 5 people have it."
    card = "Cards with the same loyalty card are put together"
    assert phone in page
    assert page.index(card) < page.index(phone)
    assert "two who have different ones are not put together by anything weaker" in page


def test_a_rule_is_changed(owner: Client) -> None:
    page = _post(
        owner, "settings-merging", type="phone", merges="on", persons_max=3, priority=1, one_each="on"
    )
    assert "The rule is changed" in page
    assert "unless more than 3 people have it" in page
    rule = MergeRule.objects.get()
    assert (rule.type, rule.merges, rule.persons_max, rule.one_each, rule.priority) == (
        "phone", True, 3, True, 1,
    )  # fmt: skip
    entry = AuditLogEntry.objects.get(action=Action.MERGE_RULES_CHANGED.value)
    assert (entry.subject, entry.details) == ("merging", {"type": "phone"})
    page = _post(owner, "settings-merging", type="phone", persons_max=3, priority=1)
    assert "Cards with the same phone stay apart." in page
    assert not MergeRule.objects.get().merges
    _post(owner, "settings-merging", type="phone", persons_max=3, priority=1)
    assert AuditLogEntry.objects.filter(action=Action.MERGE_RULES_CHANGED.value).count() == 2


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"persons_max": 1}, "between 2 and 50"),
        ({"persons_max": 10**9}, "between 2 and 50"),
        ({"persons_max": "many"}, "Write whole numbers"),
        ({"priority": 0}, "from 1 to 9"),
        ({"type": "pigeon"}, "Write whole numbers"),
    ],
)
def test_what_cannot_be_is_refused(owner: Client, sent: dict[str, str | int], told: str) -> None:
    form: dict[str, str | int] = {"type": "phone", "merges": "on", "persons_max": 5, "priority": 3}
    assert told in _refusal(owner, "settings-merging", form | sent)
    assert not MergeRule.objects.exists()


def test_how_many_each_would_join_is_counted_apart_from_the_page(owner: Client) -> None:
    """What is counted by hand: two of three phones, four customers; one is over the limit of five."""
    pair = _share("+79160000001", 2)
    _share("+79160000002", 2)
    _share("+79160000003", 6)
    _share("+79160000004", 1)
    found = tallies(customers.merge_rules().values())
    assert found is not None
    assert (found[IdentityType.PHONE].apart, found[IdentityType.PHONE].over) == (4, 1)
    assert (found[IdentityType.EMAIL].apart, found[IdentityType.EMAIL].over) == (0, 0)
    page = _page(owner)
    assert 'hx-trigger="load"' in page
    assert "still stand apart" not in page
    part = _page(owner, "?count=yes", **{"HX-Request": "true"})
    assert "<html" not in part
    assert "4 customers still stand apart" in part
    assert "1 value is shared by more people than that and joins nobody." in part
    services.merge(pairs=[(pair[0], pair[1])], now=shops.NOW, because={"phone": mark_of("phone", PHONE)})
    services.block(type_=IdentityType.PHONE, value="+79160000002", now=shops.NOW, user_id=None)
    whole = _page(owner, "?count=yes")  # without scripts
    assert "<html" in whole
    assert "still stand apart" not in whole
    assert '<td class="number" data-label="Put together">1</td>' in whole


def test_counting_that_takes_too_long_is_given_up(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.console.card_tally.TIMEOUT_MS", 1)
    monkeypatch.setattr("regulars.console.card_tally._SHARED", "SELECT pg_sleep(5), %s, %s")
    assert "Counting takes too long just now" in _page(owner, "?count=yes")


def test_what_is_nobodys_own_is_blocked_and_unblocked(owner: Client) -> None:
    page = _post(owner, "settings-merging-blocked", type="phone", value="8 (916) 123-45-67")
    assert "From now on it joins nobody." in page
    assert "+7 916 123-45-67" in page
    blocked = BlockedIdentity.objects.get()
    assert (blocked.type, blocked.value) == ("phone", PHONE)
    entry = AuditLogEntry.objects.get(action=Action.MERGE_RULES_CHANGED.value)
    assert entry.details == {"type": "phone", "blocked": blocked.pk}  # and not which one
    page = _post(owner, "settings-merging-unblock", blocked.pk)
    assert "It may join customers again." in page
    assert not BlockedIdentity.objects.exists()
    assert "taken off the list already" in _post(owner, "settings-merging-unblock", blocked.pk)
    _post(owner, "settings-merging-blocked", type="email", value="*@shop.example <b>")
    assert "*@shop.example" in (page := _page(owner))
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"value": ""}, "Write the address or the number."),
        ({"value": "x" * 201}, "at most 200"),
        ({"value": "*a*b*"}, "A star stands"),
        ({"type": "pigeon"}, "pigeon is not one"),
    ],
)
def test_what_cannot_be_blocked_is_refused(owner: Client, sent: dict[str, str], told: str) -> None:
    form = {"type": "email", "value": "info@shop.example"} | sent
    assert told in _refusal(owner, "settings-merging-blocked", form)
    assert not BlockedIdentity.objects.exists()


def test_rules_are_for_the_owner() -> None:
    marketer = shops.browser_of(shops.colleague(Role.MARKETER))
    assert marketer.get(reverse("settings-merging")).status_code == 403
    assert marketer.post(reverse("settings-merging-blocked"), {"value": "a"}).status_code == 403
    assert marketer.post(reverse("settings-merging-unblock", args=[1])).status_code == 403


def test_questions_asked_of_the_database_are_few(
    owner: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        _post(owner, "settings-merging-blocked", type="phone", value=f"+7916000000{number}")
    with django_assert_num_queries(QUERIES):
        _page(owner)


def test_sentences_count_right() -> None:
    formats = Formats("en", "RUB")
    rule = customers.merge_rules()[IdentityType.PHONE]
    assert "Nobody else shares one" in wording.joins(rule, wording.Tally(), formats)
    assert wording.joins(rule, wording.Tally(1, 0), formats).startswith("1 customer still stands apart")
    assert "2 values are shared" in wording.joins(rule, wording.Tally(0, 2), formats)
