"""Keys of programs: what may be made, what is kept of a secret, revoking, how they are used."""

from __future__ import annotations

import contextlib
import re
import threading
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from tests.team.conftest import NOW
from tests.together import together

from regulars.team import queries, rules, services
from regulars.team.errors import TooManyKeys, WrongKey
from regulars.team.models import ApiKey, ApiKeyDay, AuditLogEntry
from regulars.team.services.keys import new_secret
from regulars.team.types import KeyKind, KeyUse, NewKey, Scope, ShopProfile

pytestmark = pytest.mark.django_db
BRANCH = 7
MINUTE = timedelta(minutes=1)


def _make(name: str = "1C", kind: KeyKind = KeyKind.SERVER, **more: object) -> NewKey:
    return services.create_key(name=name, kind=kind, now=NOW, **more)  # type: ignore[arg-type]


def _everything() -> str:
    """All that the database holds of keys and of what was done with them."""
    texts = []
    for table in ("team_apikey", "team_apikeyday", "team_identitysecret", "team_auditlogentry"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            texts.append(cursor.fetchone()[0])
    return " ".join(texts)


@pytest.mark.parametrize(
    ("kind", "branch", "prefix"),
    [(KeyKind.BROWSER, None, "pk_"), (KeyKind.SERVER, None, "sk_"), (KeyKind.TILL, BRANCH, "tk_")],
)
def test_key_opens_and_may_all_its_kind_may(kind: KeyKind, branch: int | None, prefix: str) -> None:
    made = _make("  Till  3 ", kind, branch_id=branch)
    assert made.secret.startswith(prefix)
    key = queries.key_of(made.secret)
    assert key == made.key == queries.key(made.key.id)
    assert (key.name, key.kind, key.scopes, key.branch_id, key.created_at, key.revoked_at) == (
        "Till 3",
        kind,
        rules.KIND_SCOPES[kind],
        branch,
        NOW,
        None,
    )


def test_nobody_guesses_a_secret_and_each_is_another() -> None:
    secrets = {_make().secret for _ in range(30)}
    assert len(secrets) == 30
    for secret in secrets:
        assert re.fullmatch(r"sk_[A-Za-z0-9]{32}", secret)  # 32 of 62 signs: 190 bits
    signs = "".join(secret[3:] for secret in secrets)
    assert len(set(signs)) > 50  # the whole alphabet is drawn from


def test_database_holds_no_secret_but_a_browsers_key_which_is_none() -> None:
    server, till = _make(), _make("Till", KeyKind.TILL, branch_id=BRANCH)
    browser = _make("Site", KeyKind.BROWSER)
    services.revoke_key(key_id=till.key.id, user_id=None, now=NOW)
    kept = _everything()
    assert server.secret not in kept
    assert till.secret not in kept
    assert server.secret[3:-4] not in kept
    assert browser.secret in kept
    assert browser.key.public == browser.secret
    assert server.key.public == ""
    assert server.key.hint == f"sk_…{server.secret[-4:]}"


def test_database_refuses_to_keep_a_secret_or_a_till_without_a_branch() -> None:
    made = _make()
    for wrong in ({"public": made.secret}, {"branch_id": BRANCH}, {"kind": "till"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiKey.objects.filter(pk=made.key.id).update(**wrong)


@pytest.mark.parametrize(
    ("kind", "scopes", "branch"),
    [
        (KeyKind.BROWSER, {Scope.ORDERS_WRITE}, None),
        (KeyKind.BROWSER, {Scope.EVENTS_WRITE, Scope.CONSENTS_WRITE}, None),
        (KeyKind.TILL, {Scope.PRODUCTS_WRITE}, BRANCH),
        (KeyKind.TILL, {Scope.EVENTS_WRITE}, BRANCH),
        (KeyKind.SERVER, set(), None),
        (KeyKind.TILL, None, None),
        (KeyKind.SERVER, None, BRANCH),
        (KeyKind.BROWSER, None, BRANCH),
    ],
)
def test_keys_that_cannot_be_made(kind: KeyKind, scopes: set[Scope] | None, branch: int | None) -> None:
    with pytest.raises(WrongKey):
        _make("x", kind, scopes=scopes, branch_id=branch)
    assert not ApiKey.objects.exists()
    assert not AuditLogEntry.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_key_without_a_name_one_can_use(name: str) -> None:
    with pytest.raises(WrongKey):
        _make(name)
    made = _make()
    with pytest.raises(WrongKey):
        services.rename_key(key_id=made.key.id, name=name, user_id=None, now=NOW)


def test_there_is_an_end_to_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.team.services.keys.KEYS_MAX", 2)
    first = _make()
    _make()
    with pytest.raises(TooManyKeys):
        _make()
    services.revoke_key(key_id=first.key.id, user_id=None, now=NOW)
    _make()


def test_revoked_key_opens_nothing_and_stays_revoked() -> None:
    made = _make()
    assert services.revoke_key(key_id=made.key.id, user_id=None, now=NOW)
    assert queries.key_of(made.secret) is None
    assert not services.revoke_key(key_id=made.key.id, user_id=None, now=NOW + MINUTE)
    (key,) = queries.keys()
    assert key.revoked_at == NOW
    assert not services.revoke_key(key_id=made.key.id + 1, user_id=None, now=NOW)


def test_wrong_secrets_open_nothing() -> None:
    made = _make()
    for wrong in ("", made.secret[:-1], made.secret.upper(), made.secret + " ", made.key.hint):
        assert queries.key_of(wrong) is None


def test_everything_done_with_a_key_is_in_the_audit_log() -> None:
    made = _make("Till of Anna", scopes={Scope.ORDERS_WRITE})
    services.rename_key(key_id=made.key.id, name="Till 2", user_id=None, now=NOW)
    services.rename_key(key_id=made.key.id, name="Till 2", user_id=None, now=NOW)  # changes nothing
    services.revoke_key(key_id=made.key.id, user_id=None, now=NOW)
    lines = AuditLogEntry.objects.order_by("pk").values_list("action", "subject", "details")
    assert list(lines) == [
        (
            "key_made",
            f"key:{made.key.id}",
            {"kind": "server", "scopes": ["orders:write"], "branch": None},
        ),
        ("key_renamed", f"key:{made.key.id}", {}),
        ("key_revoked", f"key:{made.key.id}", {}),
    ]
    with pytest.raises(WrongKey):
        services.rename_key(key_id=made.key.id + 1, name="Till 2", user_id=None, now=NOW)


def test_scope_of_another_release_is_passed_over() -> None:
    made = _make(scopes={Scope.ORDERS_READ})
    ApiKey.objects.update(scopes=["orders:read", "points:write"])
    key = queries.key_of(made.secret)
    assert key is not None
    assert key.scopes == {Scope.ORDERS_READ}


def test_keys_in_use_come_first_the_last_used_of_them_before_all() -> None:
    never, long_ago, just_now, gone = (_make(name) for name in ("never", "long ago", "just now", "gone"))
    services.note_keys_used(
        uses=[
            KeyUse(key_id=long_ago.key.id, at=NOW - 9 * MINUTE, calls=1),
            KeyUse(key_id=just_now.key.id, at=NOW, calls=1),
            KeyUse(key_id=gone.key.id, at=NOW, calls=1),
        ]
    )
    services.revoke_key(key_id=gone.key.id, user_id=None, now=NOW)
    listed = queries.keys()
    assert [key.name for key in listed] == ["just now", "long ago", "never", "gone"]
    assert never.key.id == listed[2].id


def test_uses_are_added_to_the_day_of_the_shop() -> None:
    services.save_shop(shop=ShopProfile(timezone="Asia/Vladivostok"), user_id=None, now=NOW)
    made, other = _make(), _make()
    evening = NOW.replace(hour=13, minute=59)  # 23:59 there
    for at, taken in ((evening, 3), (evening, 4), (evening + MINUTE, 5)):
        use = KeyUse(key_id=made.key.id, at=at, calls=1, taken=taken, refused=2)
        services.note_keys_used(uses=[use, KeyUse(key_id=other.key.id, at=at, calls=1)])
    days = queries.key_days(made.key.id, since=date(2026, 3, 1))
    assert [(d.day, d.calls, d.taken, d.refused) for d in days] == [
        (date(2026, 3, 16), 1, 5, 2),
        (date(2026, 3, 15), 2, 7, 4),
    ]
    assert queries.key_days(made.key.id, since=date(2026, 3, 16)) == days[:1]
    today = queries.keys_on(date(2026, 3, 16))
    assert (today[made.key.id].taken, today[other.key.id].calls) == (5, 1)
    key = queries.key(made.key.id)
    assert key is not None
    assert key.last_used_at == evening + MINUTE


def test_use_told_late_does_not_set_the_last_moment_back() -> None:
    made = _make()
    for at in (NOW, NOW - 5 * MINUTE):
        services.note_keys_used(uses=[KeyUse(key_id=made.key.id, at=at, calls=1)])
    key = queries.key(made.key.id)
    assert key is not None
    assert key.last_used_at == NOW


def test_use_of_a_key_that_is_gone_is_passed_over() -> None:
    made = _make()
    services.note_keys_used(
        uses=[KeyUse(key_id=made.key.id + 1, at=NOW, calls=1), KeyUse(key_id=made.key.id, at=NOW, calls=1)]
    )
    assert list(ApiKeyDay.objects.values_list("key_id", flat=True)) == [made.key.id]
    services.note_keys_used(uses=[])


@pytest.mark.django_db(transaction=True)
def test_processes_that_tell_at_once_lose_nothing() -> None:
    keys = [_make().key.id for _ in range(3)]
    # Each names the keys in another order: who locked them as named would wait for the other for ever.
    uses = [KeyUse(key_id=key, at=NOW, calls=1, taken=10) for key in keys]
    orders = [uses, uses[::-1], uses[1:] + uses[:1], uses[2:] + uses[:2]]
    done = together([partial(services.note_keys_used, uses=order) for order in orders * 3])
    assert done == [None] * 12
    assert {day.taken for day in queries.keys_on(NOW.date()).values()} == {120}


@pytest.mark.django_db(transaction=True)
def test_key_revoked_twice_at_once_is_revoked_once() -> None:
    made = _make()
    one = partial(services.revoke_key, key_id=made.key.id, user_id=None, now=NOW)
    assert sorted(together([one] * 4), key=str) == [False, False, False, True]
    assert AuditLogEntry.objects.filter(action="key_revoked").count() == 1


def _made_at_once(monkeypatch: pytest.MonkeyPatch, count: int) -> list[str]:
    """What becomes of so many that are made at once, none written before all that can have counted."""
    monkeypatch.setattr("regulars.team.services.keys.KEYS_MAX", 3)
    all_counted = threading.Barrier(count)

    def waits(prefix: str) -> str:
        with contextlib.suppress(threading.BrokenBarrierError):
            all_counted.wait(0.3)
        return secrets_made(prefix)

    secrets_made = new_secret
    monkeypatch.setattr("regulars.team.services.keys.new_secret", waits)
    return sorted(type(result).__name__ for result in together([_make] * count))


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_more_keys_than_allowed_would_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.team.services.keys.locks.team", lambda: None)
    assert _made_at_once(monkeypatch, 5) == ["NewKey"] * 5


@pytest.mark.django_db(transaction=True)
def test_of_many_keys_made_at_once_none_goes_beyond_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _made_at_once(monkeypatch, 5) == ["NewKey"] * 3 + ["TooManyKeys"] * 2
    assert ApiKey.objects.count() == 3
