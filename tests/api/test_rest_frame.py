"""What holds for every call: who may, in what form, and what is said when not."""

from __future__ import annotations

import base64
import json
import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from tests.api.rest_calls import Caller, caller, problem, told

from regulars.api import keys, limits
from regulars.api.rest import application
from regulars.api.rest.bodies import BODY_BYTES_MAX
from regulars.api.rest.fields import Shown, Told
from regulars.kit import clock
from regulars.team import queries as team
from regulars.team.services import revoke_key
from regulars.team.types import KeyKind, Scope

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_known() -> None:
    keys.forget()
    limits.forget()


def test_without_a_key_nothing_is_told() -> None:
    for header in ("", "Bearer", "Bearer sk_wrong", "Basic ???", "Token abc", "Basic " + "x" * 5000):
        answer = caller()("GET", "/customers", Authorization=header)
        assert problem(answer) == (401, "not_authenticated")
        assert "Bearer" in answer["WWW-Authenticate"]


def test_the_key_comes_as_bearer_or_as_the_user_of_basic() -> None:
    call = caller()
    basic = base64.b64encode(f"{call.secret}:".encode()).decode()
    assert call("GET", "/customers").status_code == 200
    assert call("GET", "/customers", Authorization=f"Basic {basic}").status_code == 200


def test_a_revoked_key_opens_nothing() -> None:
    call = caller()
    assert call("GET", "/customers").status_code == 200
    key = keys.calling(f"Bearer {call.secret}")
    assert key is not None
    revoke_key(key_id=key.id, user_id=None, now=clock.now())
    keys.forget()  # five seconds later
    assert problem(call("GET", "/customers")) == (401, "not_authenticated")


def test_a_key_does_only_what_its_scopes_say() -> None:
    call = caller(scopes=[Scope.CUSTOMERS_READ])
    assert call("GET", "/customers").status_code == 200
    assert problem(call("PUT", "/customers/7", {})) == (403, "not_allowed")
    assert "customers:write" in told(call("PUT", "/customers/7", {}))["detail"]


def test_a_browser_key_is_refused_whatever_it_may_send_elsewhere() -> None:
    call = caller(KeyKind.BROWSER)
    event = {"customer_id": "7", "name": "table_booked"}
    assert problem(call("POST", "/events", event)) == (403, "not_allowed")


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/customers/", "/customers//", "/../admin"])
def test_an_unknown_address_is_said_to_be_one(path: str) -> None:
    answer = caller()("GET", path)
    assert problem(answer) == (404, "not_found")


def test_other_addresses_stay_with_the_console() -> None:
    answer = Caller("")._client.get("/apiary/")
    assert answer.status_code in {302, 404}
    assert "problem" not in answer["Content-Type"]


def test_a_method_that_is_not_taken_is_named_with_those_that_are() -> None:
    for method in ("DELETE", "TRACE", "POST", "FOO"):
        answer = caller()(method, "/customers/7")
        assert problem(answer) == (405, "method_not_allowed")
        assert answer["Allow"] == "GET, HEAD, OPTIONS, PATCH, PUT"
    answer = caller()("OPTIONS", "/customers/7")
    assert (answer.status_code, answer["Allow"]) == (204, "GET, HEAD, OPTIONS, PATCH, PUT")


def test_head_answers_as_get() -> None:
    assert caller()("HEAD", "/customers").status_code == 200


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "invalid"),
        (b"{", "bad_json"),
        (b"\xff\xfe", "bad_json"),
        (b'{"name": NaN}', "bad_json"),
        (b'{"name": "\\ud800"}', "bad_json"),
        (b'{"name": "a\\u0000b"}', "bad_json"),
        (b'{"a\\u0000b": 1}', "bad_json"),
        (b"[" * 100_000, "bad_json"),
        (b'{"traits": {"a": ' + b"[" * 40 + b"]" * 40 + b"}}", "bad_json"),
        (b"1" * 5_000, "bad_json"),
        (b'{"traits": {"a": 1e999999}}', "bad_json"),
        (b'{"traits": {"a": 1e-999999999}}', "bad_json"),
        (b"[]", "invalid"),
        (b"null", "invalid"),
        (b'"x"', "invalid"),
    ],
)
def test_a_body_that_is_no_object_of_json_is_refused(raw: bytes, code: str) -> None:
    answer = caller()("PUT", "/customers/7", raw=raw)
    assert problem(answer)[1] == code
    assert answer.status_code < 500


def test_another_type_than_json_is_refused() -> None:
    call = caller()
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    assert problem(call("PUT", "/customers/7", raw=b"name=Anna", **form)) == (415, "not_json")
    assert problem(call("PUT", "/customers/7", raw=b"{}", Content_Type="text/plain")) == (415, "not_json")
    merge = {"Content_Type": "application/merge-patch+json; charset=utf-8"}
    assert call("PUT", "/customers/7", raw=b"{}", **merge).status_code == 201


def test_too_long_a_body_is_refused_before_it_is_read() -> None:
    answer = caller()("PUT", "/customers/7", raw=b" " * (BODY_BYTES_MAX + 1))
    assert problem(answer) == (413, "too_large")


def test_all_faults_are_named_with_their_places() -> None:
    body = {"nam": "Anna", "identities": [{"type": "fax", "value": ""}], "created_at": "yesterday"}
    answer = caller()("PUT", "/customers/7", body)
    assert problem(answer) == (422, "invalid")
    faults = {fault["field"]: fault["code"] for fault in told(answer)["errors"]}
    assert faults == {
        "nam": "unknown_field",
        "created_at": "wrong_form",
        "identities.0.type": "not_one_of",
        "identities.0.value": "too_short",
    }


@pytest.mark.parametrize(
    "moment",
    [
        *(
            "2026-03-01",
            "2026-03-01T12:00:00",
            "2026-02-30T12:00:00Z",
            "2026-03-01T25:00:00Z",
            "20260301T120000Z",
        ),
        *("2026-W09-7T12:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1.3.2026"),
        *("2026-03-01T12:00:00+25:00", "٢٠٢٦-03-01T12:00:00Z", 1772366400, None, True),
    ],
)
def test_a_moment_that_is_none_is_refused(moment: object) -> None:
    answer = caller()("PUT", "/customers/7", {"created_at": moment, "name": 5})
    assert "name" in {fault["field"] for fault in told(answer)["errors"]}
    assert moment is None or "created_at" in {fault["field"] for fault in told(answer)["errors"]}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-03-01T12:30:00+03:00", "2026-03-01T09:30:00Z"),
        ("2026-03-01t12:30:00.5z", "2026-03-01T12:30:00.500000Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("2026-03-01T12:30:00.123456789Z", "2026-03-01T12:30:00.123456Z"),
    ],
)
def test_moments_come_back_in_utc(sent: str, kept: str) -> None:
    assert told(caller()("PUT", "/customers/7", {"created_at": sent}))["created_at"] == kept


def test_limits_are_told_and_kept() -> None:
    with override_settings(API_LIMIT=60):
        call = caller()
        first = call("GET", "/customers")
        assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("60", "59")
        answers = [call("GET", "/customers") for _ in range(70)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= 9
    assert problem(refused[0]) == (429, "too_many_requests")
    assert int(refused[0]["Retry-After"]) >= 1
    assert refused[0]["RateLimit-Remaining"] == "0"
    assert refused[0]["RateLimit-Reset"]


def test_the_limit_is_one_of_the_key_not_of_all() -> None:
    with override_settings(API_LIMIT=60):
        call = caller()
        while call("GET", "/customers").status_code == 200:
            pass
        assert caller()("GET", "/customers").status_code == 200


@pytest.mark.parametrize(
    "after", ["", "x", "W10", "🙂", "WyJjdXN0b21lcnMiXQ", "a" * 3000, "[]", "WyJldmVudHMiLDFd"]
)
def test_a_cursor_that_is_none_of_the_list_is_refused(after: str) -> None:
    answer = caller()("GET", f"/customers?after={after}")
    assert problem(answer) == (400, "bad_cursor")


def test_a_database_that_is_away_is_said_to_be(caplog: pytest.LogCaptureFixture) -> None:
    call = caller()
    assert call("GET", "/customers").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '1ms'")
        cursor.execute("SAVEPOINT before")
    with connection.execute_wrapper(_slowly):
        answer = call("GET", "/customers")
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK TO before")
    assert problem(answer) == (503, "unavailable")
    assert answer["Retry-After"] == "1"
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def _slowly(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
    return execute("SELECT pg_sleep(5)", [], many, context)


def test_a_mistake_of_ours_is_a_problem_too(caplog: pytest.LogCaptureFixture) -> None:
    call = caller()

    def broken(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        raise RuntimeError("a slip")

    assert call("GET", "/customers").status_code == 200
    with connection.execute_wrapper(broken):
        answer = call("GET", "/customers/anna@example.com")
    assert problem(answer) == (500, "internal_error")
    assert "a slip" in caplog.text
    assert "anna@example.com" not in caplog.text.replace("GET api/v1/", "")


def test_answers_are_in_english_whatever_the_caller_reads() -> None:
    event = {"customer_id": "7", "name": "order_completed"}
    answer = caller()("POST", "/events", event, Accept_Language="ru")
    assert problem(answer) == (409, "refused")
    assert told(answer)["detail"].isascii()


def test_no_answer_is_kept_on_the_way() -> None:
    assert caller()("GET", "/customers")["Cache-Control"] == "no-store"
    assert caller()("GET", "/nothing")["Cache-Control"] == "no-store"


def test_the_document_describes_every_operation() -> None:
    answer = Caller("")("GET", "/openapi.json")
    document = json.loads(answer.content)
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert {"401", "403", "429", "503"} <= set(operation["responses"])
            assert operation["security"]


def test_no_two_models_share_a_name() -> None:
    # In the document one would stand for both.
    application.api  # noqa: B018 (all operations are declared now)
    names = [model.__name__ for kind in (Shown, Told) for model in kind.__subclasses__()]
    assert sorted(names) == sorted(set(names))


def test_the_owner_sees_how_a_key_is_used() -> None:
    call = caller()
    for body in ({}, {"name": "Anna"}, {"name": 5}):
        call("PUT", "/customers/7", body)
    call("GET", "/customers/7")
    keys.write_uses()
    key = keys.calling(f"Bearer {call.secret}")
    assert key is not None
    day = team.key_days(key.id, since=clock.now().date() - timedelta(days=2))[0]
    assert (day.calls, day.taken, day.refused) == (4, 2, 1)
