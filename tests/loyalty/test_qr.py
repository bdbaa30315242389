"""The changing code of a customer: made by us alone, shown for a minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.loyalty.rules import qr
from regulars.loyalty.rules.qr import Scanned

KEY = b"k" * 32
AT = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@settings(max_examples=40)
@given(st.integers(1, 2**63 - 1), st.datetimes(datetime(2020, 1, 1), datetime(2199, 1, 1)))
def test_a_token_says_whose_it_is(profile_id: int, at: datetime) -> None:
    moment = at.replace(tzinfo=UTC)
    text = qr.token(profile_id, at=moment, key=KEY)
    assert qr.read(text, at=moment, key=KEY) == Scanned(profile_id, qr.step_of(moment), fresh=True)
    assert segno.make(text, error="m", micro=False).mode == "alphanumeric"


@pytest.mark.parametrize(
    ("seconds", "fresh"), [(-11, True), (-41, False), (0, True), (19, True), (49, True), (50, False)]
)
def test_a_token_is_taken_in_its_step_and_the_one_after(seconds: int, fresh: bool) -> None:
    found = qr.read(qr.token(7, at=AT, key=KEY), at=AT + seconds * SECOND, key=KEY)
    assert found is not None
    assert found.fresh is fresh


def test_the_next_one_is_asked_for_when_the_step_ends() -> None:
    assert qr.ends_at(AT) == datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
    assert qr.token(7, at=qr.ends_at(AT), key=KEY) != qr.token(7, at=AT, key=KEY)


def test_whatever_is_changed_in_it_makes_it_none_of_ours() -> None:
    text = qr.token(7, at=AT, key=KEY)
    for place in range(len(text)):
        for sign in "0A7Z-":
            changed = text[:place] + sign + text[place + 1 :]
            if changed != text:
                assert qr.read(changed, at=AT, key=KEY) is None
    assert qr.read(text, at=AT, key=b"another") is None


@pytest.mark.parametrize(
    "text", ["", "RG", "RG7-1", "RGZZZZZZZZZZZZZ-1-AAAAAAAAAAAAAAAA", "x" * 5_000, "RG٣-1-A"]
)
def test_what_is_no_token(text: str) -> None:
    assert qr.read(text, at=AT, key=KEY) is None


def test_a_scanner_may_give_small_letters_and_blanks() -> None:
    assert qr.read(f" {qr.token(7, at=AT, key=KEY).lower()}\n", at=AT, key=KEY) is not None


def test_the_picture_holds_the_token_and_nothing_a_policy_forbids() -> None:
    text = qr.token(7, at=AT, key=KEY)
    picture = ElementTree.fromstring(qr.svg(text))  # noqa: S314 (our own)
    names = {name for element in picture.iter() for name in element.attrib}
    assert "style" not in names
    assert not any(name.startswith("on") for name in names)
    wide = {int(side) for side in picture.attrib["viewBox"].split()[2:]}
    assert wide == {segno.make(text, error="m", micro=False).symbol_size(border=4)[0]}
