"""Who may open what: every address asks for something, and gets it from the roles that the table names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.console.people import browser_of, person, set_up_shop

from regulars.console.access import ASKED_FOR, first_page_for, may
from regulars.team import services
from regulars.team.rules import ROLE_PERMISSIONS
from regulars.team.types import Permission, Role

# Pages that ask for nothing: those for people outside, and what stands on the sign-in page.
OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "mfa_authenticate",
    "join",
    "new-password",
    "language",
    "theme",
    "site-script",  # loaded by the pages of the shop's site
    "imports-state",  # asks by itself, as a poll of those outside is not led to the sign-in
    "segments-state",  # likewise
}
# Asked by a page every few seconds: those outside get the wish to load the page anew, and nothing else.
POLLS = {
    "segments-state",
    "audit-state",
    "imports-state",
    "connections-log-state",
    "loyalty-programme-year-state",
}
POSTED_POLLS = {"segments-builder", "segments-builder-count"}
VALUES = {"int": 1, "slug": "x", "str": "x", "path": "x"}
pytestmark = pytest.mark.django_db


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern)
        else:
            yield pattern


def _address(pattern: URLPattern) -> str:
    """The address with something in place of each parameter."""
    names = {}
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        names[name] = VALUES[kind]
    return reverse(str(pattern.name), kwargs=names)


PAGES = {str(pattern.name): pattern for pattern in _patterns(get_resolver())}
CLOSED = {name: pattern for name, pattern in PAGES.items() if name not in OPEN}


def test_every_page_asks_for_something_or_is_named_as_open() -> None:
    silent = {name for name, pattern in PAGES.items() if not hasattr(pattern.callback, ASKED_FOR)}
    assert silent == OPEN
    assert len(PAGES) == len(list(_patterns(get_resolver())))  # no two of one name


def test_what_is_asked_for_is_a_permission_of_the_table() -> None:
    for pattern in CLOSED.values():
        assert getattr(pattern.callback, ASKED_FOR) <= frozenset(Permission)


def test_who_takes_a_page_out_as_a_file_may_open_it() -> None:
    pages = {name: name.removesuffix("-export") for name in CLOSED if name.endswith("-export")}
    asked = {name: getattr(pattern.callback, ASKED_FOR) for name, pattern in CLOSED.items()}
    assert [name for name, page in pages.items() if not asked.get(page, frozenset()) <= asked[name]] == []
    assert pages


def test_nobody_outside_sees_a_closed_page() -> None:
    client = Client()
    for name in POLLS:
        answer = client.get(_address(PAGES[name]))
        assert (answer.headers["HX-Refresh"], answer.content) == ("true", b""), name
    for name in POSTED_POLLS:
        answer = client.post(_address(PAGES[name]))
        assert (answer.headers["HX-Refresh"], answer.content) == ("true", b""), name
    for name, pattern in CLOSED.items():
        if name in POLLS | POSTED_POLLS:
            continue
        answer = client.get(_address(pattern))
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/accounts/login/"), name


# Every page takes its time: who is refused the most is enough each time.
ROLES = [pytest.param(role, marks=() if role is Role.CASHIER else pytest.mark.slow) for role in Role]


@pytest.mark.parametrize("role", ROLES)
def test_pages_of_a_role_are_those_of_the_table(role: Role) -> None:
    person(Role.OWNER, email="other@example.com")
    set_up_shop()
    client = browser_of(person(role))
    for name, pattern in CLOSED.items():
        address, asked = _address(pattern), getattr(pattern.callback, ASKED_FOR)
        got = client.get(address)
        if asked <= ROLE_PERMISSIONS[role]:
            assert got.status_code in {200, 302, 404, 405}, (name, got.status_code)
        elif name == "overview":
            begins = reverse(first_page_for(ROLE_PERMISSIONS[role]))
            assert (got.status_code, got["Location"]) == (302, begins)
        else:
            sent = client.post(address)
            # One of the two may be a way the page does not take; nobody without the right gets further.
            statuses = {got.status_code, sent.status_code}
            assert statuses in ({403}, {403, 405}), (name, statuses)
        if got.streaming:
            b"".join(got.streaming_content)  # a file made for it is closed at its end


def test_owner_has_everything_and_a_new_permission_must_be_given_to_somebody() -> None:
    assert ROLE_PERMISSIONS[Role.OWNER] == frozenset(Permission)
    assert set(ROLE_PERMISSIONS) == set(Role)
    for role in set(Role) - {Role.OWNER}:
        assert not ROLE_PERMISSIONS[role] & {
            Permission.MANAGE_TEAM,
            Permission.SET_UP_SHOP,
            Permission.SEE_AUDIT_LOG,
        }


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.OWNER, "overview"),
        (Role.MARKETER, "overview"),
        (Role.ANALYST, "overview"),
        (Role.AGENT, "tasks-my-day"),
        (Role.CASHIER, "customers"),
    ],
)
def test_everybody_begins_where_there_is_something_for_them(role: Role, page: str) -> None:
    assert first_page_for(ROLE_PERMISSIONS[role]) == page


def test_another_role_and_shutting_out_hold_from_the_next_page_on() -> None:
    owner, colleague = person(Role.OWNER), person(Role.MARKETER)
    client, now = browser_of(colleague), owner.created_at
    upload = reverse("imports-upload")
    assert client.get(upload).status_code == 200
    services.set_role(user_id=colleague.pk, role=Role.ANALYST, by=owner.pk, now=now)
    assert client.get(upload).status_code == 403
    services.shut_out(user_id=colleague.pk, by=owner.pk, now=now)
    assert client.get(upload)["Location"].startswith("/accounts/login/")
    services.let_in(user_id=colleague.pk, by=owner.pk, now=now)
    assert client.get(upload)["Location"].startswith("/accounts/login/")  # the session does not revive


def test_stranger_may_nothing() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert not any(may(request, permission) for permission in Permission)
