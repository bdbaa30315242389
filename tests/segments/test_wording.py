"""Conditions as sentences, in both languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.segments.oracle import strategies

from regulars.kit.attributes import registered
from regulars.segments.models import Segment
from regulars.segments.types import (
    AllOf,
    Anniversary,
    AnyOf,
    Bought,
    Bucket,
    Condition,
    Contains,
    DaysAgo,
    Did,
    Has,
    InSegment,
    Known,
    NoneOf,
    Not,
    OnDays,
    OneOf,
    Range,
    Sequence,
    Step,
    Where,
    Within,
    Yes,
)
from regulars.segments.wording import parts, sentence, speech
from regulars.segments.wording.speech import inline

pytestmark = pytest.mark.django_db
CITY, LAST, BIRTHDAY = "customers.city", "commerce.last_order_at", "customers.birthday"
TEA = Where("category", OneOf(("Чай",)))


def days(at_least: int | None, at_most: int | None) -> Has:
    return Has(LAST, DaysAgo(at_least, at_most))


# The condition, in English, in Russian; there what an attribute is called is left open.
SENTENCES: list[tuple[Condition, str, str]] = [
    (
        AllOf((Bought(3), days(60, None))),
        "bought 3 times or more, last order 60 days ago or earlier",
        "купил 3 раза и больше, последний заказ 60 дней назад и раньше",
    ),
    (AllOf(), "all customers", "все клиенты"),
    (AnyOf(), "no customers", "никто"),
    (Not(AllOf()), "no customers", "никто"),
    (Bought(1), "bought", "купил"),
    (Bought(1, 1), "bought exactly once", "купил ровно один раз"),
    (Bought(21), "bought 21 times or more", "купил 21 раз и больше"),
    (Bought(2, 4), "bought from 2 to 4 times", "купил от 2 до 4 раз"),
    (Bought(0, 1), "bought at most 1 time or never", "купил не больше 1 раза или ни разу"),
    (Bought(0, 0), "never bought", "ни разу не покупал"),
    (Not(Bought()), "never bought", "ни разу не покупал"),
    (Not(Not(Bought(3))), "bought 3 times or more", "купил 3 раза и больше"),
    (
        Bought(0, None, Range(Decimal(500_000)), Within(days=90), (TEA,)),
        "bought for RUB 5,000 or more in the last 90 days (category: Чай)",
        "купил на сумму 5 000 ₽ и больше за последние 90 дней (категория: Чай)",
    ),
    (
        Bought(0, 0, None, Within(days=1)),
        "did not buy in the last 24 hours",
        "не покупал за последние 24 часа",
    ),
    (
        Did("product_viewed", 3, None, Within(hours=21)),
        "looked at a product 3 times or more in the last 21 hours",
        "смотрел товар 3 раза и больше за последний 21 час",
    ),
    (Did("order_refunded", 0, 0), "did not get money back", "не получал деньги обратно"),
    (Did("my_event"), "did “my event”", "совершил «my event»"),
    (
        Sequence(Step("product_viewed", (TEA,)), Step("order_completed"), 3 * 24 * 60, False),
        "looked at a product (category: Чай) and within 3 days after it did not place an order "
        "(in the last 90 days)",
        "смотрел товар (категория: Чай) и в течение 3 дней после этого не оформлял заказов "
        "(за последние 90 дней)",
    ),
    (Has(CITY, OneOf(("Тверь", "Орёл"))), "city: Тверь or Орёл", "{label}: Тверь или Орёл"),
    (Not(Has(CITY, OneOf(("Тверь",)))), "city: not Тверь", "{label}: не Тверь"),
    (Has(CITY, Known(False)), "city: not known", "{label}: неизвестно"),
    (Has(CITY, Contains("ор")), "city: contains “ор”", "{label}: содержит «ор»"),
    (Has("customers.has_phone", Yes()), "has a phone number", "{label}"),
    (
        Has("commerce.spend", Range(Decimal(100_050), Decimal(500_000))),
        "spent altogether: from RUB 1,000.50 to RUB 5,000",
        "{label}: от 1 000,50 ₽ до 5 000 ₽",
    ),
    (Has(BIRTHDAY, Anniversary()), "birthday today", "{label} сегодня"),
    (
        Has(BIRTHDAY, Anniversary(before=7)),
        "birthday today or in the next 7 days",
        "{label} сегодня или в ближайшие 7 дней",
    ),
    (
        Has(LAST, OnDays(date(2026, 3, 1))),
        "last order 1 March 2026 or later",
        "последний заказ 1 марта 2026 или позже",
    ),
    (days(0, 0), "last order today", "последний заказ сегодня"),
    (days(1, 1), "last order yesterday", "последний заказ вчера"),
    (days(0, 21), "last order in the last 21 days", "последний заказ за последний 21 день"),
    (days(2, 22), "last order from 2 to 22 days ago", "последний заказ от 2 до 22 дней назад"),
    (days(None, 30), "last order 30 days ago or later", "последний заказ 30 дней назад и позже"),
    (
        days(-5, 3),
        "last order not earlier than 3 days ago and not later than in 5 days",
        "последний заказ не раньше чем 3 дня назад и не позже чем через 5 дней",
    ),
    (
        Bucket("x", 0, 1_050),
        "a random 10.5% of customers (draw “x”)",
        "случайные 10,5% клиентов (жребий «x»)",
    ),
    (
        AnyOf((AllOf((Bought(), days(0, 0))), Not(AnyOf((Bought(2), days(1, 1)))))),
        "(bought, and last order today), or none of those with: (bought 2 times or more, or last order "
        "yesterday)",
        "(купил, и последний заказ сегодня), или не из тех, для кого верно: (купил 2 раза и больше, или "
        "последний заказ вчера)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "english"), [row[:2] for row in SENTENCES])
def test_in_english(condition: Condition, english: str) -> None:
    assert sentence(condition, language="en").replace("\u00a0", " ") == english


@pytest.mark.parametrize(("condition", "russian"), [(row[0], row[2]) for row in SENTENCES])
def test_in_russian(condition: Condition, russian: str) -> None:
    asked = condition.of if isinstance(condition, Not) else condition
    if isinstance(asked, Has):
        with translation.override("ru"):
            russian = russian.format(label=inline(registered()[asked.attribute].label))
    assert sentence(condition, language="ru").replace("\u00a0", " ") == russian


def test_the_language_is_that_of_the_page_where_none_is_said() -> None:
    with translation.override("ru"):
        assert sentence(AllOf()) == "все клиенты"
    assert sentence(AllOf()) == "all customers"


def test_segments_are_called_by_their_names() -> None:
    made = Segment.objects.create(
        name="VIP\u202e", kind="static", state="ready", created_at="2026-01-01T00:00:00Z"
    )
    assert sentence(InSegment(made.pk)) == "in the segment “VIP”"
    assert sentence(Not(InSegment(made.pk))) == "not in the segment “VIP”"
    assert sentence(InSegment(10**9)) == "in the segment “number 1000000000”"


def test_long_lists_and_texts_are_cut() -> None:
    said = sentence(Has(CITY, NoneOf(tuple("abcdefgh"))))
    assert said == "city: not a, not b, not c, not d, not e and none of 3 more"
    assert len(sentence(Has(CITY, OneOf(("x" * 500,))))) < 80


def test_what_is_gone_is_still_said() -> None:
    assert sentence(Has("no.more", Known())) == "unknown attribute “no.more”: known"


def test_many_sentences_take_three_queries(django_assert_num_queries: Any) -> None:
    conditions = [InSegment(number) for number in range(50)]
    with django_assert_num_queries(3):  # the shop, the names, the attributes of this shop
        by = speech(conditions)
        for condition in conditions:
            sentence(condition, by=by)


def test_every_node_has_its_own_words() -> None:
    whole = AllOf((Bought(), Not(AnyOf((days(0, 0), InSegment(7))))))
    tree = parts(whole)
    assert (tree.path, tree.words, len(tree.parts)) == ((), "all of this", 2)
    opposite = tree.parts[1]
    assert (opposite.path, opposite.words, opposite.node) == ((1,), "the opposite", whole.of[1])
    group = opposite.parts[0]
    assert (group.path, group.words) == ((1, 0), "any of this")
    assert [(part.path, part.words) for part in group.parts] == [
        ((1, 0, 0), "last order today"),
        ((1, 0, 1), "in the segment “number 7”"),
    ]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    condition=strategies.conditions([strategies.STARTS[0]], strategies.Asked(segments=(1, 2))),
    language=st.sampled_from(("en", "ru")),
)
def test_every_condition_has_a_sentence(condition: Condition, language: str) -> None:
    said = sentence(condition, language=language)
    assert said
    assert said.count("(") == said.count(")")
    assert "None" not in said
    parts(condition, language=language)
