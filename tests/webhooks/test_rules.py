from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from regulars.webhooks import rules
from regulars.webhooks.types import OFFERED, OFFERED_NAMES, WITHHELD

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
SECRET = rules.secret_of(bytes(range(32)))
SECOND = rules.secret_of(b"another secret of a receiver " * 2)


def _headers(*secrets: str, body: str = "{}", at: datetime | None = None) -> dict[str, str]:
    moment = int((at or datetime.now(UTC)).timestamp())
    return rules.headers(secrets, message_id="msg_1", timestamp=moment, body=body)


@settings(max_examples=30, deadline=None)
@given(st.text(), st.binary(min_size=24, max_size=64))
def test_the_reference_library_accepts_what_we_sign(text: str, random_bytes: bytes) -> None:
    body = json.dumps({"text": text}, ensure_ascii=False)
    secret = rules.secret_of(random_bytes)
    assert Webhook(secret).verify(body, _headers(secret, body=body)) == {"text": text}


def test_it_refuses_what_was_changed_or_is_old() -> None:
    body = '{"a":1}'
    for changed in (
        _headers(SECRET, body='{"a":2}'),
        _headers(SECOND, body=body),
        _headers(SECRET, body=body) | {"webhook-id": "msg_2"},
        _headers(SECRET, body=body, at=datetime.now(UTC) - timedelta(minutes=6)),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(body, changed)


def test_while_a_secret_is_changed_both_are_good() -> None:
    headers = _headers(SECRET, SECOND)
    assert Webhook(SECRET).verify("{}", headers) == Webhook(SECOND).verify("{}", headers) == {}


def test_the_example_of_the_specification() -> None:
    """https://github.com/standard-webhooks/standard-webhooks (its libraries' own tests)."""
    body = '{"test": 2432232314}'
    signed = rules.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=body,
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_is_no_secret() -> None:
    with pytest.raises(ValueError):
        rules.signature("whsec_ö", message_id="m", timestamp=1, body="")


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_twelve_tries_in_about_a_day(chance: float) -> None:
    moment, tries = NOW, [NOW]
    while (after := rules.next_try(tries=len(tries), now=moment, chance=chance)) is not None:
        tries.append(after)
        moment = after
    assert len(tries) == 12
    hours = (tries[-1] - NOW) / timedelta(hours=1)
    assert hours == pytest.approx(24 * (0.9 + 0.2 * chance))
    assert [b > a for a, b in itertools.pairwise(tries)] == [True] * 11


def test_what_failed_together_does_not_come_back_together() -> None:
    chances = random.Random(1)  # noqa: S311
    again = {rules.next_try(tries=8, now=NOW, chance=chances.random()) for _ in range(1000)}
    assert len(again) == 1000
    seconds = sorted((moment - NOW).total_seconds() for moment in again if moment is not None)
    assert 7200 * 0.9 <= seconds[0] < seconds[-1] <= 7200 * 1.1
    assert seconds[-1] - seconds[0] > 1000


def test_a_longer_pause_that_was_asked_for() -> None:
    assert rules.next_try(tries=1, now=NOW, chance=0.5, retry_after=600) == NOW + timedelta(minutes=10)
    assert rules.next_try(tries=1, now=NOW, chance=0.5, retry_after=1) == NOW + timedelta(seconds=30)
    assert rules.next_try(tries=12, now=NOW, chance=0.5, retry_after=600) is None


def test_what_a_message_says() -> None:
    body = rules.message(
        name="order_completed",
        occurred_at=datetime(2026, 3, 15, 15, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=3))),
        event_id=7,
        customer=("shop", "К-1"),
        properties={"order_id": 99, "number": "A-5", "amount_minor": 1250, "currency": "RUB"},
    )
    assert json.loads(body) == {
        "type": "order_completed",
        "timestamp": "2026-03-15T12:00:00.123Z",
        "data": {
            "event_id": 7,
            "customer": {"source": "shop", "id": "К-1"},
            "properties": {"order_id": "A-5", "amount_minor": 1250, "currency": "RUB"},
        },
    }
    assert "К-1" in body  # as it is, not as escapes


def test_our_own_numbers_stay_here() -> None:
    told = rules.outward({"task_id": 5, "credit_id": 6, "order_id": 7, "sku_id": "s-8", "names": ["a"]})
    assert told == {"sku_id": "s-8", "names": ["a"]}
    assert rules.outward({"number": "", "amount_minor": 5}) == {"amount_minor": 5}  # of no known order


@pytest.mark.slow
def test_every_fact_is_offered_or_withheld_on_purpose() -> None:
    """In a process of its own: tests beside this one register facts too."""
    code = (
        "import django; django.setup()\n"
        "from regulars.events import registry\n"
        "print(*(type_.name for type_ in registry.registered() if type_.class_ == 'fact'))\n"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "regulars.config.settings"}
    facts = set(subprocess.check_output([sys.executable, "-c", code], env=environment, text=True).split())
    assert facts == OFFERED_NAMES | WITHHELD
    assert not OFFERED_NAMES & WITHHELD
    assert sum(map(len, OFFERED.values())) == len(OFFERED_NAMES)
