"""Whatever condition there is, the form shows it and gives the same back; whatever is sent, it copes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.console.forms import fields_of

from regulars.console.segment_builder import fields
from regulars.console.segment_builder.actions import act
from regulars.console.segment_builder.desk import Desk
from regulars.console.voice import voice
from regulars.segments.ready import READY, Ready
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
    Test,
    Where,
    Within,
    Yes,
)

pytestmark = pytest.mark.django_db


# --- Conditions of all kinds -------------------------------------------------------------------------------


def _ordered(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, Any]]:
    """Two ends, in order; one of them may be open."""
    two = st.tuples(values, values).map(lambda ends: tuple(sorted(ends)))
    one = st.one_of(values.map(lambda low: (low, None)), values.map(lambda high: (None, high)))
    return st.one_of(two, one)


printable = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))
# What a browser keeps of a line of text; blanks around it are no part of it.
texts = st.text(printable, min_size=1, max_size=12).map(lambda text: " ".join(text.split()) or "x")
listed = st.lists(
    st.one_of(texts, st.just('a "b", c;\\n\n<i>&amp;')), min_size=1, max_size=4, unique=True
).map(tuple)
days = st.dates(date(1990, 1, 1), date(2040, 1, 1))
whole = st.integers(-3660, 3660)
minor = st.integers(-(10**9), 10**9).map(Decimal)
decimals = st.decimals(-(10**6), 10**6, allow_nan=False, places=3).map(lambda n: n.normalize() + 0)
known = st.builds(Known, st.booleans())
of_days = st.one_of(
    known,
    _ordered(days).map(lambda ends: OnDays(*ends)),
    _ordered(whole).map(lambda ends: DaysAgo(*ends)),
    st.builds(Anniversary, st.integers(0, 180), st.integers(0, 180)),
)
of_texts = st.one_of(known, st.builds(OneOf, listed), st.builds(NoneOf, listed), st.builds(Contains, texts))
of_choices = st.one_of(known, st.builds(OneOf, listed), st.builds(NoneOf, listed))
money = _ordered(minor).map(lambda ends: Range(*ends))
numbers = _ordered(decimals).map(lambda ends: Range(*ends))
yes_no = st.one_of(known, st.builds(Yes, st.booleans()))
anything: st.SearchStrategy[Test] = st.one_of(of_texts, numbers, yes_no, of_days)

events = st.sampled_from(["order_completed", "product_viewed", "table_booked"])
details = st.one_of(
    st.builds(Where, st.sampled_from(["brand", "products.category", "odd “name”"]), anything),
    st.builds(Where, st.just("price_minor"), st.one_of(known, money)),
)
wheres = st.lists(details, max_size=2).map(tuple)
order_wheres = st.lists(
    st.builds(Where, st.sampled_from(["product", "category", "branch"]), of_choices), max_size=2
).map(tuple)
counts = st.one_of(
    st.integers(1, 10**6).map(lambda low: (low, None)),
    st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(lambda two: tuple(sorted(two))),
)
withins = st.one_of(
    st.just(Within()),
    st.builds(Within, days=st.integers(1, 3660)),
    st.builds(Within, hours=st.integers(1, 8784)),
    _ordered(days).map(lambda ends: Within(first=ends[0], last=ends[1])),
)
steps = st.builds(Step, events, wheres)
attributes = st.one_of(
    st.builds(Has, st.just("customers.city"), of_texts),
    st.builds(Has, st.just("customers.gender"), of_choices),
    st.builds(Has, st.just("customers.birthday"), of_days),
    st.builds(Has, st.just("commerce.spend"), st.one_of(known, money)),
    st.builds(Has, st.just("commerce.orders"), st.one_of(known, numbers)),
    st.builds(Has, st.just("customers.has_email"), yes_no),
    st.builds(Has, st.just("gone.altogether"), anything),
)
leaves: st.SearchStrategy[Condition] = st.one_of(
    attributes,
    st.builds(lambda often, event, within, where: Did(event, often[0], often[1], within, where),
        counts, events, withins, wheres,),
    st.builds(
        lambda often, amount, within, where: Bought(often[0], often[1], amount, within, where),
        counts, st.one_of(st.none(), money), withins, order_wheres,
    ),
    st.builds(Sequence, steps, steps, st.integers(1, 527_040), st.booleans(), st.integers(1, 3660)),
    st.builds(InSegment, st.integers(1, 10**9), st.booleans()),
    st.tuples(texts, st.lists(st.integers(0, 10_000), min_size=2, max_size=2, unique=True)).map(
        lambda said: Bucket(said[0], *sorted(said[1]))
    ),
)  # fmt: skip


def _groups(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    of = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(AllOf, of), st.builds(AnyOf, of), st.builds(Not, inner))


conditions = st.recursive(leaves, _groups, max_leaves=6)


def _plainly(condition: Condition) -> Condition:
    """Without what is said twice; the form does not keep it."""
    match condition:
        case Not(Not(child)):
            return _plainly(child)
        case Not(child):
            return Not(_plainly(child))
        case AllOf(of):
            return AllOf(tuple(_plainly(child) for child in of))
        case AnyOf(of):
            return AnyOf(tuple(_plainly(child) for child in of))
    return condition


def _as_group(condition: Condition) -> Condition:
    plainly = _plainly(condition)
    is_group = isinstance(plainly, AllOf | AnyOf | Not) and (
        not isinstance(plainly, Not) or isinstance(plainly.of, AllOf | AnyOf)
    )
    return plainly if is_group else AllOf((plainly,))


# --- There and back ----------------------------------------------------------------------------------------


def _sent(desk: Desk) -> QueryDict:
    """What a browser would send of the form as it is drawn."""
    html = render_to_string("console/segments/builder_form.html", desk.context())
    post = QueryDict(mutable=True)
    for name, value in fields_of(html):
        post.appendlist(name, value.replace("\n", "\r\n"))  # as browsers do
    return post


def _there_and_back(condition: Condition) -> None:
    speak = voice()
    desk = Desk.opened(condition, speak)
    assert desk.made.findings == []
    assert desk.made.condition == _as_group(condition)
    again = Desk.of(fields.read(_sent(desk)), speak)
    assert again.made.findings == []
    assert again.made.condition == _as_group(condition)


@settings(max_examples=15, deadline=None)
@given(conditions)
def test_a_condition_goes_through_the_form_unchanged(condition: Condition) -> None:
    _there_and_back(condition)


@pytest.mark.parametrize("ready", READY, ids=lambda ready: ready.key)
def test_ready_segments_go_through_the_form_unchanged(ready: Ready) -> None:
    _there_and_back(ready.condition)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(conditions)
def test_many_conditions_go_through_the_form_unchanged(condition: Condition) -> None:
    _there_and_back(condition)


@settings(max_examples=15, deadline=None)
@given(conditions, st.data())
def test_each_wrong_is_told_at_its_node(condition: Condition, data: st.DataObject) -> None:
    """The checker speaks of paths in the condition, the page of nodes of the form."""
    desk = Desk.opened(condition, voice())
    for path, id_ in desk.made.nodes.items():
        node = desk.draft.find(id_)
        assert node is not None
        at: Any = desk.made.condition
        for step in path:
            inner = at.of if isinstance(at, AllOf | AnyOf) else (at.of,) if isinstance(at, Not) else None
            at = inner[step] if inner is not None else at
        assert {
            "group": isinstance(at, AllOf | AnyOf | Not),
            "attribute": isinstance(at, Has | Not),
            "orders": isinstance(at, Bought | Not),
            "event": isinstance(at, Did | Not),
            "sequence": isinstance(at, Sequence | Not),
            "segment": isinstance(at, InSegment | Not),
            "share": isinstance(at, Bucket | Not),
            "detail": isinstance(at, Did | Bought | Sequence),
        }[node.kind]


# --- Whatever is sent --------------------------------------------------------------------------------------

ids = st.integers(0, 12)
NAMES = """
is match not attribute way low high first last text values more event times when ago span sum sum_low segment
member salt field named of then wait unit days happened nonsense
"""
names = st.sampled_from(NAMES.split())
kinds = st.sampled_from(
    ["group", "attribute", "event", "orders", "sequence", "segment", "share", "detail", "x"]
)
heads = st.one_of(
    st.just("group 0"), st.builds("{} {}".format, kinds, ids), st.builds("{} {} then".format, kinds, ids)
)
ODD = ["", "on", "9" * 400, "1e999", "\x00", "\\", "2024-02-30", "*", "٣", "-0"]
FITTING = ["customers.city", "commerce.spend", "product_viewed", "one_of", "between", "anniversary", "yes"]
junk = st.one_of(st.text(max_size=8), st.sampled_from(ODD), st.sampled_from(FITTING))
said = st.lists(st.tuples(ids, names, st.one_of(heads, junk)), max_size=40)
buttons = st.one_of(
    junk, st.builds("{} {}".format, st.sampled_from(["remove", "clear", "more", "detail"]), ids),
    st.builds("add {} {}".format, ids, kinds), st.builds("drop {} {}".format, ids, ids), st.just("bring"),
)  # fmt: skip
NODE = '{"id":%d,"kind":"%s","said":{"x":"y"},"values":["v"],"children":[]}'


def _removed(id_: int, kind: str, parent: int, place: int) -> str:
    return f'{{"node":{NODE % (id_, kind)},"parent":{parent},"place":{place}}}'


removed = st.one_of(junk, st.builds(_removed, ids, kinds, ids, whole))


@settings(max_examples=25, deadline=None)
@given(said, buttons, removed, junk)
def test_whatever_is_sent_is_coped_with(
    sent: list[tuple[int, str, str]], do: str, gone: str, next_id: str
) -> None:
    post = QueryDict(mutable=True)
    for id_, name, value in sent:
        post[f"n{id_}-{name}"] = value
    post["removed"], post["next"] = gone, next_id
    desk = Desk.of(fields.read(post), voice())
    act(desk.draft, do)
    desk.offers.settle(desk.draft)
    every = [node.id for node in desk.draft.root.all()]
    assert len(set(every)) == len(every)
    assert all(id_ < desk.draft.next_id for id_ in every)
    again = Desk.of(fields.read(_sent(desk)), voice())
    assert again.made.condition == desk.made.condition


def test_a_tree_that_is_too_deep_or_bites_its_tail() -> None:
    post = QueryDict(mutable=True)
    for id_ in range(1, 400):
        post[f"n{id_}-is"] = f"group {id_ - 1}" if id_ > 1 else "group 0"
    draft = fields.read(post)
    assert 1 < draft.size() < 30
    post = QueryDict(mutable=True)
    post["n1-is"], post["n2-is"] = "group 2", "group 1"
    assert fields.read(post).size() == 1


@given(st.lists(st.text(max_size=10), max_size=8))
def test_a_list_in_one_field(values: list[str]) -> None:
    assert fields.unfold(fields.fold(values)) == (values if values != [""] else [])


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("Тверь", ["Тверь"]),
        (" Тверь ,Рим;\n Омск,, ", ["Тверь", "Рим", "Омск"]),
        ('"Washington, D.C.", Рим', ["Washington, D.C.", "Рим"]),
        ('Кафе "У Анны"', ['Кафе "У Анны"']),
        ('"не закрыто, дальше', ['"не закрыто', "дальше"]),
        ("а, а", ["а"]),
        ("", []),
    ],
)
def test_what_is_typed_becomes_values(typed: str, values: list[str]) -> None:
    assert fields.split(typed) == values
