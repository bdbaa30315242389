"""Keys of programs: the list, making one, the secret that is shown once, revoking; the site's script."""

from __future__ import annotations

import html
import io
import json
import re
import subprocess
import sys
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.contrib.sessions.models import Session
from django.test import Client, override_settings
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops

from regulars.api import identity
from regulars.commerce.models import Branch
from regulars.console.identity_examples import PHP, PYTHON
from regulars.kit import clock
from regulars.team import queries, services
from regulars.team.models import ApiKey, AuditLogEntry, IdentitySecret, User
from regulars.team.types import KeyKind, KeyUse, NewKey, Role, Scope

pytestmark = pytest.mark.django_db
# Session, user, permissions, shop; the keys, their day, branches and tills.
LIST_QUERIES = 8
# Session, user, permissions, shop; the key, its days. A till's: also branches and tills.
KEY_QUERIES = 6
# Session, user, permissions, shop; browser keys, their day, identity secrets.
SCRIPT_QUERIES = 7


@pytest.fixture
def owner(db: None) -> User:
    return shops.colleague(Role.OWNER)


@pytest.fixture
def inside(owner: User) -> Client:
    return shops.browser_of(owner)


def _make(name: str = "1C", kind: KeyKind = KeyKind.SERVER, branch: int | None = None) -> NewKey:
    return services.create_key(name=name, kind=kind, branch_id=branch, now=clock.now())


def _branch() -> int:
    return Branch.objects.create(name="Nevsky 28", external_id="n28").pk


def _used(made: NewKey, **counts: int) -> None:
    services.note_keys_used(uses=[KeyUse(key_id=made.key.id, at=clock.now(), **counts)])


def _shown(page: str) -> list[str]:
    """What the fields to copy from hold."""
    found = re.findall(r'<input[^>]*readonly value="([^"]*)"|<textarea[^>]*readonly[^>]*>([^<]*)<', page)
    return [html.unescape(one or other) for one, other in found]


def test_nothing_is_connected_yet(inside: Client) -> None:
    page = inside.get(reverse("connections")).text
    assert "Nothing is connected yet" in page
    for kind in KeyKind:
        assert f"{reverse('connections-key-new')}?kind={kind}" in page


def test_secret_is_shown_once_and_works(inside: Client, owner: User) -> None:
    form = {"kind": "server", "name": "1C", "scopes": ["events:write", "orders:read"]}
    answer = inside.post(reverse("connections-key-new"), form)
    (key,) = queries.keys()
    assert answer["Location"] == reverse("connections-key", args=[key.id])
    assert key.scopes == {Scope.EVENTS_WRITE, Scope.ORDERS_READ}
    inside.head(answer["Location"])  # who only looks whether the page is there uses nothing up
    page = inside.get(answer["Location"])
    assert "no-store" in page["Cache-Control"]
    secret, call = _shown(page.text)
    assert queries.key_of(secret) == key
    assert call.startswith(f"curl -u {secret}: http://testserver/v1/track")
    assert secret not in inside.get(answer["Location"]).text
    (line,) = AuditLogEntry.objects.all()
    assert (line.action, line.user_id, line.subject) == ("key_made", owner.pk, f"key:{key.id}")


def test_session_holds_no_secret_in_the_open(inside: Client) -> None:
    inside.post(reverse("connections-key-new"), {"kind": "server", "name": "x", "scopes": ["orders:read"]})
    kept = json.dumps([session.get_decoded() for session in Session.objects.all()])
    assert "shown_once" in kept
    (key,) = queries.keys()
    (secret, _call) = _shown(inside.get(reverse("connections-key", args=[key.id])).text)
    assert secret not in kept
    assert secret[3:] not in kept


def test_page_of_another_key_does_not_show_it(inside: Client) -> None:
    other = _make()
    inside.post(reverse("connections-key-new"), {"kind": "server", "name": "x", "scopes": ["orders:read"]})
    assert _shown(inside.get(reverse("connections-key", args=[other.key.id])).text) == []


@pytest.mark.parametrize(
    ("scope", "path"),
    [("customers:read", "customers"), ("orders:read", "orders"), ("products:read", "products")],
)
def test_call_to_try_a_key_asks_for_what_it_may_read(inside: Client, scope: str, path: str) -> None:
    form = {"kind": "server", "name": "x", "scopes": [scope, "figures:read"]}
    page = inside.post(reverse("connections-key-new"), form, follow=True).text
    secret, call = _shown(page)
    assert call == f"curl -H 'Authorization: Bearer {secret}' 'http://testserver/api/v1/{path}?limit=1'"


def test_no_call_is_offered_that_would_change_something(inside: Client) -> None:
    form = {"kind": "server", "name": "x", "scopes": ["orders:write"]}
    assert len(_shown(inside.post(reverse("connections-key-new"), form, follow=True).text)) == 1


def test_till_belongs_to_a_branch(inside: Client) -> None:
    address = reverse("connections-key-new")
    branch = _branch()
    page = inside.get(address, {"kind": "till"}).text
    assert "Nevsky 28" in page
    assert "products:write" not in page
    form = {"kind": "till", "name": "Window", "scopes": ["orders:write"]}
    page = inside.post(address, form).text
    assert "Choose the branch whose tills these are." in page
    page = inside.post(address, form | {"branch": branch + 1}).text
    assert queries.keys() == []
    page = inside.post(address, form | {"branch": branch}, follow=True).text
    assert "Nevsky 28" in page
    (key,) = queries.keys()
    assert (key.kind, key.branch_id) == (KeyKind.TILL, branch)


def test_branch_put_away_is_not_offered(inside: Client) -> None:
    Branch.objects.filter(pk=_branch()).update(active=False)
    page = inside.get(reverse("connections-key-new"), {"kind": "till"}).text
    assert 'name="new_branch"' in page
    assert "Nevsky 28" not in page


def test_a_branch_is_added_with_the_key_of_its_till(inside: Client) -> None:
    address = reverse("connections-key-new")
    form = {"kind": "till", "name": "Window", "scopes": ["orders:write"]}
    assert "Say what the branch is called." in inside.post(address, form).text
    inside.post(address, form | {"new_branch": " Arbat "}, follow=True)
    (key,) = queries.keys()
    (arbat,) = Branch.objects.all()
    assert (arbat.name, key.branch_id) == ("Arbat", arbat.pk)
    # One more beside it; what was filled in stays when the name is taken, and nothing is half done.
    second = form | {"name": "Yard", "branch": "", "scopes": ["loyalty:read"]}
    page = inside.post(address, second | {"new_branch": "Arbat"}).text
    assert "There is a branch called “Arbat” already" in page
    assert 'value="Yard"' in page
    assert len(queries.keys()) == 1
    inside.post(address, second | {"new_branch": "Nevsky 28"}, follow=True)
    assert set(Branch.objects.values_list("name", flat=True)) == {"Arbat", "Nevsky 28"}
    made, there = queries.keys(), set(Branch.objects.values_list("id", flat=True))
    assert {key.branch_id for key in made} == there
    logged = AuditLogEntry.objects.filter(action="branch_changed").values_list("subject", flat=True)
    assert set(logged) == {f"branch:{number}" for number in there}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "", "scopes": ["orders:read"]}, "Give the key a name"),
        ({"name": " ", "scopes": ["orders:read"]}, "Give the key a name"),
        ({"name": "x"}, "Choose at least one thing"),
        ({"name": "x", "scopes": ["points:write"]}, "Select a valid choice"),
        ({"name": "x" * 101, "scopes": ["orders:read"]}, "at most 100"),
    ],
)
def test_what_is_wrong_is_said(inside: Client, form: dict[str, object], said: str) -> None:
    page = inside.post(reverse("connections-key-new"), {"kind": "server"} | form).text  # type: ignore[arg-type]
    assert said in html.unescape(page)
    assert not ApiKey.objects.exists()


def test_site_cannot_be_given_more_than_its_kind_may(inside: Client) -> None:
    form = {"kind": "browser", "name": "Site", "scopes": ["orders:write", "customers:read"]}
    inside.post(reverse("connections-key-new"), form)
    (key,) = queries.keys()
    assert key.scopes == {Scope.EVENTS_WRITE}


def test_reading_is_not_ticked_for_a_server_before_somebody_does(inside: Client) -> None:
    page = inside.get(reverse("connections-key-new"), {"kind": "server"}).text
    ticked = set(re.findall(r'name="scopes" value="([^"]+)" checked', page))
    assert ticked == {s.value for s in Scope if s.value.endswith(":write")}


def test_list_says_how_keys_are_used(inside: Client) -> None:
    branch = _branch()
    site, till = _make("chai.example", KeyKind.BROWSER), _make("Window", KeyKind.TILL, branch)
    old = _make("Old site")
    long_ago = clock.now() - timedelta(days=31)
    services.note_keys_used(uses=[KeyUse(key_id=old.key.id, at=long_ago, calls=1)])
    _used(site, calls=90, taken=12_340, refused=7)
    page = shops.plain(inside.get(reverse("connections")).text)
    assert "12,340 events" in page
    assert "90 calls" in page
    assert "refused: 7" in page
    assert "Nevsky 28" in page
    assert "silent for a month" in page
    assert "not used yet" in page
    services.revoke_key(key_id=till.key.id, user_id=None, now=clock.now())
    assert "Revoked keys" in inside.get(reverse("connections")).text


def test_names_are_texts(inside: Client) -> None:
    _make("<b>=1+1</b>")
    page = inside.get(reverse("connections")).text
    assert "<b>" not in page
    assert "&lt;b&gt;=1+1" in page


def test_list_as_a_workbook(inside: Client) -> None:
    made = _make("=cmd()")
    _used(made, calls=3, taken=5)
    answer = inside.get(reverse("connections-key-export"))
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with ZipFile(io.BytesIO(content)) as book:
        texts = book.read("xl/worksheets/sheet1.xml").decode()
    assert "=cmd()" in texts
    assert "<f>" not in texts
    assert made.secret not in texts
    assert AuditLogEntry.objects.get(action="list_taken_out").details == {"list": "keys"}


def test_renaming_and_revoking(inside: Client, owner: User) -> None:
    made = _make()
    address = reverse("connections-key", args=[made.key.id])
    page = inside.post(address, {"name": "1C Trade"}, follow=True).text
    assert "1C Trade" in page
    assert "it goes on as before" in page
    assert "gets an error (401)" in page
    page = inside.post(reverse("connections-key-revoke", args=[made.key.id]), follow=True).text
    assert "within five seconds" in page
    assert "Revoke for good" not in page
    assert queries.key_of(made.secret) is None
    lines = AuditLogEntry.objects.order_by("pk").values_list("action", "user_id")
    assert list(lines)[1:] == [("key_renamed", owner.pk), ("key_revoked", owner.pk)]
    log = inside.get(reverse("settings-log")).text
    assert f'href="{address}"' in log
    assert "1C Trade" in log


def test_key_that_is_not_there(inside: Client) -> None:
    for name in ("connections-key", "connections-key-revoke"):
        assert inside.post(reverse(name, args=[99]), {"name": "x"}).status_code == 404


def test_site_gets_its_line_right_away(inside: Client) -> None:
    page = inside.get(reverse("connections-script")).text
    assert "First a key for the site" in page
    page = inside.post(reverse("connections-key-new"), {"kind": "browser", "name": "Site"}, follow=True).text
    (key,) = queries.browser_keys()
    assert _shown(page)[0] == (
        f'<script src="http://testserver/site/regulars.js" data-key="{key.public}" async></script>'
    )
    assert "none yet" in page
    services.note_keys_used(uses=[KeyUse(key_id=key.id, at=clock.now(), calls=4, taken=31, refused=2)])
    page = inside.get(reverse("connections-script")).text
    assert "Events arrive" in page
    assert ">31<" in page


def test_site_that_could_not_load_the_script_is_told(inside: Client) -> None:
    _make("Site", KeyKind.BROWSER)
    address, warning = reverse("connections-script"), "A site over HTTPS loads nothing from here"
    assert warning in inside.get(address).text
    assert warning not in inside.get(address, secure=True).text
    assert 'src="https://testserver/' in html.unescape(inside.get(address, secure=True).text)
    with override_settings(ALLOWED_HOSTS=["localhost"]):
        assert warning not in inside.get(address, headers={"host": "localhost:8000"}).text


def test_of_several_sites_the_one_used_last_or_the_one_asked_for(inside: Client) -> None:
    first, second = _make("a.example", KeyKind.BROWSER), _make("b.example", KeyKind.BROWSER)
    assert second.secret in inside.get(reverse("connections-script")).text
    services.note_keys_used(
        uses=[KeyUse(key_id=first.key.id, at=clock.now() + timedelta(seconds=5), calls=1)]
    )
    page = inside.get(reverse("connections-script")).text
    assert first.secret in page
    assert "b.example" in page
    assert second.secret in inside.get(reverse("connections-script"), {"key": second.key.id}).text
    for wrong in ("x", "99", "-1", "9" * 40):
        assert first.secret in inside.get(reverse("connections-script"), {"key": wrong}).text


def _ask(inside: Client, wanted: str) -> str:
    return inside.post(reverse("connections-script-secret"), {"do": wanted}, follow=True).text


def test_identity_secret_is_made_changed_over_and_ended(inside: Client) -> None:
    _make("Site", KeyKind.BROWSER)
    first = _shown(_ask(inside, "make"))[1]
    assert queries.identity_secrets(clock.now()) == (first,)
    assert first not in inside.get(reverse("connections-script")).text
    page = _ask(inside, "make")
    second = _shown(page)[1]
    assert "still holds until" in page
    assert queries.identity_secrets(clock.now()) == (second, first)
    page = _ask(inside, "end-former")
    assert "proves nothing any more" in page
    assert "still holds until" not in page
    assert queries.identity_secrets(clock.now()) == (second,)
    address = reverse("connections-script-secret")
    assert inside.post(address, {"do": "x"}).status_code == 404
    assert inside.get(address).status_code == 405


def test_secret_sealed_under_another_key_is_told(inside: Client) -> None:
    _make("Site", KeyKind.BROWSER)
    assert "It proves nothing any more" not in _ask(inside, "make")
    with override_settings(SECRET_KEY="as after a move of the database alone, without the key"):
        states = queries.identity_secret_states(clock.now())
    assert [state.readable for state in states] == [False]
    IdentitySecret.objects.update(sealed="of another installation")
    assert "It proves nothing any more" in inside.get(reverse("connections-script")).text


def test_example_in_python_makes_a_token_that_proves(inside: Client) -> None:
    _make("Site", KeyKind.BROWSER)
    page = _ask(inside, "make")
    _line, secret, python, php = _shown(page)
    assert (python.strip(), php.strip()) == (PYTHON.strip(), PHP.strip())
    program = python + (
        "from types import SimpleNamespace\n"
        "print(identity_token(SimpleNamespace(id=42, email='anna@example.com')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"REGULARS_IDENTITY": secret},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    identity.forget()
    assert identity.examine(done.stdout.strip(), clock.now()) == identity.Proven("42", "anna@example.com")
    identity.forget()


def test_only_the_owner_connects(inside: Client) -> None:
    made = _make()
    for role in (Role.MARKETER, Role.ANALYST, Role.AGENT, Role.CASHIER):
        client = shops.browser_of(shops.colleague(role))
        for name, args in (
            ("connections", []),
            ("connections-key-export", []),
            ("connections-key-new", []),
            ("connections-key", [made.key.id]),
            ("connections-script", []),
        ):
            assert client.get(reverse(name, args=args)).status_code == 403, (role, name)
        for name, args in (("connections-key-revoke", [made.key.id]), ("connections-script-secret", [])):
            assert client.post(reverse(name, args=args), {"do": "make"}).status_code == 403, (role, name)
    assert queries.key_of(made.secret) is not None
    assert queries.identity_secrets(clock.now()) == ()


def test_what_the_pages_cost(inside: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    branch = _branch()
    for number in range(3):
        _used(_make(f"Till {number}", KeyKind.TILL, branch), calls=1)
        _used(_make(f"Site {number}", KeyKind.BROWSER), calls=1, taken=3)
    with django_assert_num_queries(LIST_QUERIES):
        inside.get(reverse("connections"))
    site = queries.browser_keys()[0]
    with django_assert_num_queries(KEY_QUERIES):
        inside.get(reverse("connections-key", args=[site.id]))
    with django_assert_num_queries(SCRIPT_QUERIES):
        inside.get(reverse("connections-script"))
