"""The form of a segment: from nothing to a saved one, what is wrong where, taking things away and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops
from tests.console.forms import Form, fields_of

from regulars.segments import queries, services
from regulars.segments.models import Segment
from regulars.segments.queries import counting
from regulars.segments.ready import READY
from regulars.segments.rules import parse
from regulars.segments.types import (
    AllOf,
    Anniversary,
    AnyOf,
    Bought,
    Condition,
    DaysAgo,
    Did,
    Has,
    InSegment,
    Kind,
    Not,
    OneOf,
    Range,
    Sequence,
    State,
    Step,
    Where,
    Within,
    Yes,
)
from regulars.team.types import Role

pytestmark = pytest.mark.django_db
CITY = AllOf((Has("customers.city", OneOf(("Тверь",))),))
# Session, user, permissions, shop, made-up attributes, segments; the sentence in both languages.
QUERIES_FORM = 12


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def _form(client: Client, query: str = "", number: int = 0) -> Form:
    path = reverse("segments-edit", args=[number]) if number else reverse("segments-new")
    return Form(client, path + query, "builder")


def _made(condition: Condition = CITY, name: str = "Тверские") -> int:
    return services.make_segment(name=name, condition=condition, now=shops.NOW)


def _kept(name: str) -> Condition:
    (row,) = [row for row in queries.segments() if row.name == name]
    return parse(row.condition or "")


def _fold(text: str) -> str:
    return " ".join(text.split())


# --- From nothing ------------------------------------------------------------------------------------------


def test_a_segment_from_nothing(inside: Client) -> None:
    form = _form(inside)
    assert "Whom you mean will stand here in words." in form.text
    form.press("add 1 orders").press("look", {"n2-low": "3"})
    assert "Bought 3 times or more" in shops.plain(form.text)
    form.press("add 1 attribute").press("look", {"n3-attribute": "commerce.last_order_at"})
    form.press("look", {"n3-way": "days_ago"}).press("look", {"n3-low": "60"})
    assert "60 days ago or earlier" in shops.plain(form.text)
    form.press("save", {"name": "Once regular", "note": "Call them."})
    (row,) = queries.segments()
    assert form.went_to == reverse("segments-one", args=[row.id])
    assert (row.name, row.note, row.kind) == ("Once regular", "Call them.", Kind.LIVE)
    assert _kept("Once regular") == AllOf(
        (Bought(at_least=3), Has("commerce.last_order_at", DaysAgo(at_least=60)))
    )


def test_every_kind_of_condition(inside: Client) -> None:
    other = _made()
    form = _form(inside).press("look", {"n1-match": "any"})
    form.press("add 1 group").press("look", {"n2-match": "none"})
    form.press("add 2 segment").press("look", {"n3-segment": str(other), "n3-member": "no"})
    form.press("add 2 event").press("look", {"n4-event": "product_viewed", "n4-ago": "2", "n4-span": "hours"})
    form.press("detail 4").press("look", {"n5-field": "*"}).press("look", {"n5-named": "products.brand"})
    form.press("look", {"n5-more": 'Gaggia, "Рожок, большой"'})
    form.press("add 1 sequence").press("look", {"n6-event": "product_added", "n6-then": "order_completed"})
    form.press("detail 6 first").press("look", {"n7-field": "*"}).press("look", {"n7-named": "price_minor"})
    form.press("look", {"n7-way": "at_least"}).press("look", {"n7-low": "1 500,50"})
    form.press("add 1 share").press("look", {"n8-low": "12,5", "n8-high": "25", "n8-salt": "spring"})
    form.press("add 1 orders").press("look", {"n9-times": "between", "n9-sum": "at_most", "n9-not": "on"})
    form.press("look", {"n9-low": "2", "n9-high": "4", "n9-sum_high": "5000", "n9-when": "between"})
    form.press("look", {"n9-first": "2024-03-01", "n9-last": "2024-03-31"})
    form.press("add 1 attribute").press("look", {"n10-attribute": "customers.birthday"})
    form.press("look", {"n10-low": "7"})
    form.press("save", {"name": "All"})
    made = _kept("All")
    assert isinstance(made, AnyOf)
    group, sequence, share, orders, birthday = made.of
    viewed = Did(
        "product_viewed",
        within=Within(hours=2),
        where=(Where("products.brand", OneOf(("Gaggia", "Рожок, большой"))),),
    )
    assert group == Not(AnyOf((InSegment(other, member=False), viewed)))
    first = Step("product_added", (Where("price_minor", Range(low=Decimal(150050))),))
    assert sequence == Sequence(first, Step("order_completed"), 3 * 24 * 60, happened=False, days=30)
    assert (share.salt, share.low, share.high) == ("spring", 1250, 2500)  # type: ignore[union-attr]
    march = Within(first=date(2024, 3, 1), last=date(2024, 3, 31))
    assert orders == Not(Bought(2, 4, Range(high=Decimal(500000)), march))
    assert birthday == Has("customers.birthday", Anniversary(before=7))


def test_a_ready_one_is_kept_as_it_is_offered(inside: Client) -> None:
    ready = READY[0]
    form = _form(inside, f"?ready={ready.key}")
    assert (form.fields["name"], form.fields["note"]) == (str(ready.name), str(ready.what_for))
    form.press("save")
    assert _kept(str(ready.name)) == ready.condition


def test_one_like_another(inside: Client) -> None:
    form = _form(inside, f"?like={_made()}")
    assert form.fields["name"] == "Тверские, copy"
    form.press("save")
    assert _kept("Тверские, copy") == CITY


def test_what_is_not_there_begins_with_nothing(inside: Client) -> None:
    for query in ("?ready=nothing", "?like=999999", "?like=x", "?like=9" + "9" * 30):
        assert "n2-is" not in _form(inside, query).fields


# --- What is wrong -----------------------------------------------------------------------------------------


def test_nothing_is_no_segment(inside: Client) -> None:
    form = _form(inside).press("save", {"name": "Everybody"})
    assert "It is not saved yet" in form.text
    assert "Add a condition here." in form.text
    assert queries.segments() == []


def test_what_is_missing_is_said_only_when_it_is_to_be_saved(inside: Client) -> None:
    form = _form(inside).press("add 1 attribute").press("add 1 segment")
    assert "Choose a segment." not in form.text
    form.press("save")
    for said in ("Give the segment a name.", "Choose what it is about.", "Choose a segment."):
        assert said in form.text
    assert queries.segments() == []


WRONG = [
    ("many", "“many” is not a number."),
    ("1.5", "A whole number is meant here."),
    ("-1", "A number from 0 to 1000000 is meant here."),
    ("1e3", "“1e3” is not a number."),
    ("NaN", "“NaN” is not a number."),
    ("9" * 30, "is not a number."),
    ("0", "“0 times or more” is true of everybody"),
    ("<b>", "“&lt;b&gt;” is not a number."),
]


def test_what_is_wrong_is_said_at_once_at_its_place(inside: Client) -> None:
    form = _form(inside).press("add 1 orders").press("add 1 segment")
    for typed, message in WRONG:
        form.press("look", {"n2-low": typed})
        before, _, after = form.text.partition('id="n3"')
        assert message in before
        assert message not in after
        assert form.fields["n2-low"] == typed  # it is there to be put right
    assert queries.segments() == []


def test_numbers_and_days_the_wrong_way_round(inside: Client) -> None:
    form = _form(inside).press("add 1 orders").press("look", {"n2-times": "between", "n2-when": "between"})
    form.press("look", {"n2-low": "5", "n2-high": "2"})
    assert "The second number is smaller than the first." in form.text
    form.press("look", {"n2-high": "6", "n2-first": "2024-03-02", "n2-last": "2024-03-01"})
    assert "The first day comes after the last one." in form.text
    form.press("look", {"n2-first": "tomorrow"})
    assert "“tomorrow” is not a day." in form.text


def test_amounts_are_in_the_shops_currency(inside: Client) -> None:
    form = _form(inside).press("add 1 attribute").press("look", {"n2-attribute": "commerce.spend"})
    form.press("look", {"n2-low": "10.555"})
    assert "no more digits after the point" in form.text
    form.press("look", {"n2-low": "10,55"}).press("save", {"name": "Ten"})
    assert _kept("Ten") == AllOf((Has("commerce.spend", Range(low=Decimal(1055))),))


def test_what_is_gone_is_shown_and_not_lost(inside: Client) -> None:
    other = _made()
    number = _made(AllOf((InSegment(other),)), "Inner")
    Segment.objects.filter(pk=number).update(
        condition={"node": "all", "of": [
            {"node": "segment", "segment": other},
            {"node": "attribute", "attribute": "customers.gone", "test": {"is": "range", "low": "5"}},
            {"node": "segment", "segment": 999999},
        ]}
    )  # fmt: skip
    Segment.objects.filter(pk=other).update(state=State.ARCHIVED)
    form = _form(inside, number=number)
    assert form.text.count("There is no such segment any more; choose another.") == 2
    assert "There is no attribute customers.gone any more" in form.text
    assert (form.fields["n2-segment"], form.fields["n3-attribute"]) == (str(other), "customers.gone")
    assert (form.fields["n3-low"], form.fields["n4-segment"]) == ("5", "999999")


def test_another_kind_of_value_has_other_tests(inside: Client) -> None:
    form = _form(inside).press("add 1 attribute").press("look", {"n2-attribute": "customers.city"})
    form.press("look", {"n2-way": "contains"}).press("look", {"n2-text": "град"})
    form.press("look", {"n2-attribute": "commerce.orders"})
    assert form.fields["n2-way"] == "at_least"
    assert "n2-text" not in form.fields


# --- Lists, taking away, putting back ----------------------------------------------------------------------


def test_values_of_a_list(inside: Client) -> None:
    form = _form(inside).press("add 1 attribute").press("look", {"n2-attribute": "customers.city"})
    form.press("more 2", {"n2-more": "Тверь; Рим,  Тверь\nОмск"}).press(
        "look", {"n2-more": '"Washington, D.C."'}
    )
    assert "Take out: Washington, D.C." in form.text
    assert form.fields["n2-more"] == ""
    form.press("drop 2 1").press("save", {"name": "Three"})
    assert _kept("Three") == AllOf((Has("customers.city", OneOf(("Тверь", "Омск", "Washington, D.C."))),))
    number = queries.segments()[0].id
    form = _form(inside, number=number).press("save", {"name": "The same three"})
    row = queries.segment(number)
    assert row is not None
    assert row.revision == 1  # the condition is what it was, and its people need not be found anew
    assert "Say at least one value." in _form(inside, number=number).press("clear 2").press("save").text


def test_a_long_list_stands_in_one_field(inside: Client) -> None:
    cities = tuple(f"Город {i}\\n" for i in range(1000))
    number = _made(AllOf((Has("customers.city", OneOf(cities)),)))
    form = _form(inside, number=number)
    assert "and 980 more" in form.text
    form.press("save", {"name": "Many"})
    assert _kept("Many") == AllOf((Has("customers.city", OneOf(cities)),))


def test_what_is_taken_away_can_be_put_back_where_it_was(inside: Client) -> None:
    whole = AllOf((Has("customers.has_phone", Yes()), AnyOf((Bought(), Did("product_viewed"))), Bought(2)))
    form = _form(inside, number=_made(whole, "Whole"))
    form.press("remove 3")
    assert "Taken away: A group" in form.text
    form.press("add 1 share").press("bring")
    form.press(next(do for do in form.buttons if do == "remove 7")).press("save")
    assert _kept("Whole") == whole


def test_a_detail_is_put_back_too(inside: Client) -> None:
    asked = AllOf((Did("product_viewed", where=(Where("brand", OneOf(("Gaggia",))),)),))
    form = _form(inside, number=_made(asked, "Asked")).press("remove 3")
    assert "n3-is" not in form.fields
    form.press("bring").press("save")
    assert _kept("Asked") == asked


def test_a_part_of_what_was_taken_away_is_put_back_at_the_end(inside: Client) -> None:
    form = _form(inside).press("add 1 group").press("add 2 segment").press("remove 3").press("remove 2")
    assert "Taken away: A group" in form.text
    form.press("bring")
    assert form.fields["n2-is"] == "group 1"
    assert "n3-is" not in form.fields  # only the last removal is kept


# --- Changing one ------------------------------------------------------------------------------------------


def test_a_condition_is_changed(inside: Client) -> None:
    number = _made()
    _made(AllOf((InSegment(number),)), "Leans on it")
    form = _form(inside, number=number)
    assert "Leans on it" in form.text
    form.press("more 2", {"n2-more": "Рим"}).press("save", {"name": "Тверь и Рим", "note": "n"})
    row = queries.segment(number)
    assert row is not None
    assert (row.name, row.note, row.revision) == ("Тверь и Рим", "n", 2)
    assert parse(row.condition or "") == AllOf((Has("customers.city", OneOf(("Тверь", "Рим"))),))


def test_somebody_was_quicker(inside: Client) -> None:
    number = _made()
    mine = _form(inside, number=number).press("more 2", {"n2-more": "Омск"})
    theirs = AllOf((Bought(7),))
    services.change_segment(
        segment_id=number, name="Theirs", note="", condition=theirs, revision=1, now=shops.NOW
    )
    mine.press("save")
    text = shops.plain(mine.text)
    assert "Somebody changed this segment meanwhile" in text
    assert "“Theirs”" in text
    assert "Bought 7 times or more" in text
    assert _kept("Theirs") == theirs
    mine.press("save")
    assert _kept("Тверские") == AllOf((Has("customers.city", OneOf(("Тверь", "Омск"))),))


def test_segments_do_not_ask_for_each_other_in_a_circle(inside: Client) -> None:
    first = _made()
    second = _made(AllOf((InSegment(first),)), "Second")
    form = _form(inside, number=first).press("add 1 segment").press("save", {"n3-segment": str(second)})
    assert "in a circle" in form.text
    assert _kept("Тверские") == CITY


def test_a_list_only_gets_another_name(inside: Client) -> None:
    person = shops.person()
    number = services.make_static(name="Мои", person_ids=[person], now=shops.NOW).segment_id
    path = reverse("segments-edit", args=[number])
    assert "n1-is" not in inside.get(path).text
    assert "Give the segment a name." in inside.post(path, {"name": " ", "note": ""}).text
    assert inside.post(path, {"name": "Наши", "note": "x"}).status_code == 302
    row = queries.segment(number)
    assert row is not None
    assert (row.name, row.note, row.kind, row.revision) == ("Наши", "x", Kind.STATIC, 1)


# --- With scripts ------------------------------------------------------------------------------------------


def test_only_the_form_is_drawn_anew(inside: Client) -> None:
    form = _form(inside)
    answer = inside.post(reverse("segments-builder"), form.fields | {"do": "add 1 attribute"})
    assert answer["HX-Trigger"] == "counted-anew"
    assert _fold(answer.text).startswith('<div class="builder-form" id="builder"')
    assert answer.text.count(" autofocus") == 1
    assert dict(fields_of(answer.text))["n2-is"] == "attribute 1"


def test_enter_in_a_list_leaves_the_keyboard_there(inside: Client) -> None:
    form = _form(inside).press("add 1 attribute").press("look", {"n2-attribute": "customers.city"})
    typed = form.fields | {"n2-more": "Тверь"}
    after_enter = inside.post(reverse("segments-builder"), typed | {"do": "look"}).text
    assert ' id="n2-more-1" name="n2-more"' in after_enter
    assert " autofocus" in after_enter
    assert (
        " autofocus" not in inside.post(reverse("segments-builder"), typed).text
    )  # left by a click elsewhere


def test_what_a_button_asked_for_is_brought_along(inside: Client) -> None:
    """A choice was made before the answer to a button came: the browser let go of that, and says it again."""
    form = _form(inside).press("add 1 orders")
    late = form.fields | {"n2-low": "5", "late": "add 1 group;detail 2;nonsense;remove 99"}
    after = dict(fields_of(inside.post(reverse("segments-builder"), late).text))
    assert (after["n2-low"], after["n3-is"], after["n4-is"]) == ("5", "group 1", "detail 2")
    assert after["late"] == ""


def test_how_many_and_some_of_them(inside: Client) -> None:
    for i in range(12):
        shops.person(f"Анна <{i % 2}>", phone=f"+7900000{i:04d}")
    shops.person("Без телефона")
    form = _form(inside).press("add 1 attribute").press("look", {"n2-attribute": "customers.has_phone"})
    found = _fold(shops.plain(inside.post(reverse("segments-builder-count"), form.fields).text))
    assert "12 <span" in found
    assert "92.3% of all 13" in found
    assert found.count("<li>") == 10
    assert "&lt;1&gt;" in found
    assert "12 <span" in _fold(form.press("count").text)  # without scripts by a button


def test_what_is_not_finished_is_not_counted(inside: Client) -> None:
    shops.person(phone="+79000000001")
    count = reverse("segments-builder-count")
    form = _form(inside)
    assert "Add a condition" in inside.post(count, form.fields).text
    form.press("add 1 attribute")
    assert "As soon as a condition is filled in" in inside.post(count, form.fields).text
    form.press("look", {"n2-attribute": "customers.has_phone"}).press("add 1 segment")
    text = inside.post(count, form.fields).text
    assert "1 condition is not finished and not counted yet." in text
    assert "1 <span" in _fold(text)
    form.press("add 1 orders").press("look", {"n4-low": "0"})
    assert "Put right what is said" in inside.post(count, form.fields).text


@pytest.mark.django_db(transaction=True)
def test_a_count_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    client = shops.browser_of(shops.colleague())
    form = _form(client).press("add 1 attribute").press("look", {"n2-attribute": "customers.has_phone"})
    monkeypatch.setattr(counting, "COUNT_SECONDS_MAX", 0.1)
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("LOCK TABLE customers_identity")
        text = client.post(reverse("segments-builder-count"), form.fields).text
    finally:
        other.rollback()
        other.close()
    assert "Counting takes too long. The segment can be saved all the same" in text


def test_texts_that_several_customers_have_are_offered(inside: Client) -> None:
    from regulars.customers.models import PersonAttributes

    for city, times in (("Тверь", 4), ("Омск", 3), ("Рим", 2)):
        for _ in range(times):
            PersonAttributes.objects.update_or_create(person_id=shops.person(), defaults={"city": city})
    form = _form(inside).press("add 1 attribute").press("look", {"n2-attribute": "customers.city"})
    offered = form.text.partition("<datalist")[2].partition("</datalist>")[0]
    assert ("Тверь" in offered, "Омск" in offered, "Рим" in offered) == (True, True, False)
    assert offered.index("Тверь") < offered.index("Омск")


# --- Who may, and what a program may send ------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.AGENT, Role.CASHIER])
def test_nobody_else_may(role: Role) -> None:
    number = _made()
    client = shops.browser_of(shops.colleague(role))
    assert client.get(reverse("segments-new")).status_code == 403
    assert client.get(reverse("segments-edit", args=[number])).status_code == 403
    for name in ("segments-builder", "segments-builder-count"):
        assert client.post(reverse(name)).status_code == 403


def test_after_the_session_ended_the_page_is_loaded_anew(client: Client) -> None:
    for name in ("segments-builder", "segments-builder-count"):
        assert client.post(reverse(name))["HX-Refresh"] == "true"


def test_a_segment_that_is_not_there(inside: Client) -> None:
    assert inside.get(reverse("segments-edit", args=[999999])).status_code == 404


def test_what_a_page_costs(inside: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    number = _made(AllOf((Bought(2), Has("customers.has_phone", Yes()), AnyOf((Bought(), Bought(3))))))
    inside.get(reverse("segments-edit", args=[number]))
    with django_assert_num_queries(QUERIES_FORM):
        inside.get(reverse("segments-edit", args=[number]))
    assert connection.vendor == "postgresql"
