"""The script for the shop's site in a real browser: a page of another address under a strict policy."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import jwt
import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route
from tests.api.rest_server import Server, serving

from regulars.commerce import queries as commerce
from regulars.commerce import services as commerce_services
from regulars.commerce.types import NewProduct
from regulars.customers.models import Profile
from regulars.customers.types import ANONYMOUS, SHOP
from regulars.events.models import Event
from regulars.kit import clock
from regulars.team.services import create_key, make_identity_secret
from regulars.team.types import KeyKind

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PATIENCE = 20.0  # seconds; events are sent within two
QUIET = 2_500  # milliseconds after which something that is to be sent would have been
PAGE = """<!doctype html><html lang="en"><head><title>{title}</title>{head}
<script src="{server}/site/regulars.js" data-key="{key}"{options} async></script></head>
<body><h1>{title}</h1><a href="/next">Next</a>{body}</body></html>"""


@dataclass
class Shop:
    """The site of a shop: pages by their paths, each under a policy that allows the script and no more."""

    address: str
    server: str
    key: str = ""
    options: str = ""
    head: str = ""
    body: str = ""
    more_policy: str = ""
    files: dict[str, str] = field(default_factory=dict)

    def policy(self) -> str:
        return (
            f"default-src 'none'; script-src 'self' {self.server}; connect-src {self.server};"
            f" base-uri 'none'; form-action 'none'; {self.more_policy}"
        )

    def page(self, path: str) -> str:
        title = path.strip("/").title() or "Home"
        return PAGE.format(
            title=title,
            server=self.server,
            key=self.key,
            options=self.options,
            head=self.head,
            body=self.body,
        )


@pytest.fixture(scope="module")
def server(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    with django_db_blocker.unblock(), serving(home, REGULARS_SECRET_KEY=settings.SECRET_KEY) as found:
        yield found


@pytest.fixture
def shop(server: Server) -> Iterator[Shop]:
    """On `localhost`, which for a browser is another site than our 127.0.0.1."""
    key = create_key(name="The site", kind=KeyKind.BROWSER, now=clock.now())
    site = Shop(address="", server=server.address, key=key.secret)

    class Pages(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            script = site.files.get(path)
            body = (site.page(path) if script is None else script).encode()
            self.send_response(200)
            self.send_header(
                "Content-Type", f"text/{'html' if script is None else 'javascript'}; charset=utf-8"
            )
            self.send_header("Content-Security-Policy", site.policy())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as pages:
        thread = threading.Thread(target=pages.serve_forever, daemon=True)
        thread.start()
        site.address = f"http://localhost:{pages.server_address[1]}"
        yield site
        pages.shutdown()
        thread.join()


@dataclass
class Visitor:
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)
    posts: list[Request] = field(default_factory=list)

    def open(self, shop: Shop, path: str = "/", page: Page | None = None) -> Page:
        page = page or self.context.new_page()
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(shop.address + path)
        return page

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def note(self, request: Request) -> None:
        if request.method == "POST":
            self.posts.append(request)

    def wait_for(self, what: Callable[[], object]) -> None:
        """Until it is so. Waits within Playwright, which hears of the browser only there."""
        until = time.monotonic() + PATIENCE
        while not what():
            assert time.monotonic() < until, told()
            self.context.pages[-1].wait_for_timeout(20)

    def stored(self, page: Page) -> dict[str, str]:
        kept: dict[str, str] = page.evaluate("() => ({...localStorage})")
        return kept


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    with visiting(browser) as found:
        yield found
    assert found.complaints == []


@contextmanager
def visiting(browser: Browser) -> Iterator[Visitor]:
    context = browser.new_context()
    context.set_default_timeout(PATIENCE * 1000)
    found = Visitor(context)
    context.on("request", found.note)
    yield found
    context.close()


def told() -> list[tuple[str, dict[str, Any]]]:
    rows = Event.objects.filter(source="site").order_by("occurred_at", "id")
    return [(row.name, {k: v for k, v in row.properties.items() if k != "ip_hash"}) for row in rows]


def names() -> list[str]:
    return [name for name, _ in told()]


def paths() -> list[str]:
    return [properties["path"] for name, properties in told() if name == "page_viewed"]


def queued(page: Page) -> int:
    return int(page.evaluate("Object.keys(localStorage).filter((n) => n.startsWith('regulars.q.')).length"))


def anonymous_ids() -> list[str]:
    return list(Profile.objects.filter(source=ANONYMOUS).order_by("pk").values_list("external_id", flat=True))


def test_page_view_of_another_address_under_a_strict_policy(shop: Shop, visitor: Visitor) -> None:
    page = visitor.open(shop, "/tea?utm_source=vk&utm_campaign=spring&token=secret#top")
    visitor.wait_for(names)
    (event,) = told()
    assert event == (
        "page_viewed",
        {
            "path": "/tea",
            "url": f"{shop.address}/tea",
            "title": "Tea",
            "utm_source": "vk",
            "utm_name": "spring",
        },
    )
    page.wait_for_function("!Object.keys(localStorage).some((n) => n.startsWith('regulars.q.'))")
    assert list(visitor.stored(page)) == ["regulars.id"]
    assert anonymous_ids() == [visitor.stored(page)["regulars.id"]]
    assert visitor.context.cookies() == []
    assert [request.headers["content-type"] for request in visitor.posts] == ["text/plain"]
    assert "secret" not in (visitor.posts[0].post_data or "")


def test_next_page_names_the_one_before(shop: Shop, visitor: Visitor) -> None:
    page = visitor.open(shop, "/tea?q=1")
    page.get_by_role("link", name="Next").click()
    visitor.wait_for(lambda: len(names()) == 2)
    assert told()[1][1]["referrer"] == f"{shop.address}/tea"
    assert len(anonymous_ids()) == 1


def test_pages_that_are_shown_without_loading(shop: Shop, visitor: Visitor) -> None:
    page = visitor.open(shop, "/")
    for step in (
        "history.pushState({}, '', '/tea'); document.title = 'Tea'",
        "history.pushState({}, '', '/tea')",  # the same again
        "history.replaceState({}, '', '/tea?colour=red')",  # a filter
        "history.replaceState({}, '', '/tea/oolong')",
        "history.pushState({}, '', '/cups?page=2')",
        "history.pushState({}, '', '/cups?page=3#top')",
        "history.back()",
        "history.back()",
    ):
        page.evaluate(step)
        page.wait_for_timeout(120)  # the title follows the address, so the script waits a little too
    expected = ["/", "/tea", "/tea/oolong", "/cups", "/cups", "/cups", "/tea/oolong"]
    visitor.wait_for(lambda: len(names()) >= len(expected))
    assert paths() == expected
    assert told()[1][1]["title"] == "Tea"
    assert told()[1][1]["referrer"] == f"{shop.address}/"


def test_page_that_comes_back_is_seen_again(shop: Shop, visitor: Visitor) -> None:
    """From the browser's store of pages, without loading (where it keeps them), or anew."""
    page = visitor.open(shop, "/tea")
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**/next")
    visitor.wait_for(lambda: len(names()) == 2)  # a batch that is under way for long counts as later
    page.go_back()
    visitor.wait_for(lambda: len(names()) == 3)
    assert paths() == ["/tea", "/next", "/tea"]


def test_products_and_carts_by_all_ways(shop: Shop, visitor: Visitor) -> None:
    """By a script of the shop's, before ours is there; by data in the page; by a click; by the console."""
    shop.head = '<script src="/shop.js"></script>'
    shop.files["/shop.js"] = 'window.regulars = []; regulars.push(["searched", "чёрный чай"]);'
    product = {"product_id": "7", "name": "Улун", "price": 12.5, "quantity": 2, "currency": "RUB"}
    shop.body = (
        f'<script type="application/json" data-regulars>[["viewed", {json.dumps(product)}]]</script>'
        f"<button data-regulars='{json.dumps(['added', product])}'><b>Buy</b></button>"
    )
    commerce_services.record_products(products=[NewProduct(source=SHOP, external_id="7", name="Улун")])
    page = visitor.open(shop, "/tea")
    page.wait_for_function("!Array.isArray(window.regulars)")
    page.get_by_text("Buy").click()
    page.evaluate("regulars.checkout([{product_id: '7', price: 12.5, quantity: 2}], {currency: 'RUB'})")
    visitor.wait_for(lambda: len(names()) == 5)
    assert names() == [
        "page_viewed",
        "products_searched",
        "product_viewed",
        "product_added",
        "checkout_started",
    ]
    assert told()[1][1] == {"query": "чёрный чай"}
    assert told()[2][1]["product_id"] == "7"
    profile = Profile.objects.get(source=ANONYMOUS)
    (cart,) = commerce.carts_of([profile.pk])
    assert [(line.product_external_id, line.quantity, line.price_minor) for line in cart.lines] == [
        ("7", 2, 1250)
    ]


def test_nothing_is_kept_or_sent_before_consent(shop: Shop, visitor: Visitor) -> None:
    shop.options = ' data-consent="required"'
    page = visitor.open(shop, "/tea")
    page.evaluate("regulars.viewed({product_id: '7'}); regulars.traits({city: 'Omsk'})")
    page.evaluate("history.pushState({}, '', '/cups')")
    page.wait_for_timeout(QUIET)
    assert visitor.stored(page) == {}
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**/next")
    assert visitor.posts == []
    page.evaluate("regulars.consent(true)")
    visitor.wait_for(names)
    assert paths() == ["/next"]
    page.goto(shop.address + "/cups")
    visitor.wait_for(lambda: len(names()) == 2)
    page.evaluate("regulars.viewed({product_id: '7'}); regulars.consent(false)")
    assert visitor.stored(page) == {"regulars.consent": "no"}
    page.goto(shop.address + "/tea")
    page.wait_for_timeout(QUIET)
    assert names() == ["page_viewed", "page_viewed"]
    assert visitor.stored(page) == {"regulars.consent": "no"}


def test_what_was_done_just_before_leaving_arrives(shop: Shop, visitor: Visitor) -> None:
    page = visitor.open(shop, "/tea")
    page.evaluate("regulars.viewed({product_id: '7'})")
    page.goto("about:blank")
    visitor.wait_for(lambda: len(names()) == 2)
    assert names() == ["page_viewed", "product_viewed"]


def test_tab_that_was_killed_sends_on_the_next_visit(shop: Shop, visitor: Visitor) -> None:
    page = visitor.open(shop, "/tea")
    visitor.wait_for(names)
    with visitor.context.expect_event("requestfailed"):
        visitor.context.route("**/v1/b", lambda route: route.abort())
        page.evaluate("regulars.viewed({product_id: '7'})")
    page.close()
    visitor.context.unroute("**/v1/b")
    again = visitor.open(shop, "/next")
    visitor.wait_for(lambda: len(names()) == 3)
    assert names() == ["page_viewed", "product_viewed", "page_viewed"]
    visitor.wait_for(lambda: queued(again) == 0)
    visitor.complaints = [text for text in visitor.complaints if "ERR_FAILED" not in text]


def test_offline_loses_nothing_and_doubles_nothing(shop: Shop, visitor: Visitor) -> None:
    page = visitor.open(shop, "/")
    visitor.wait_for(names)
    visitor.context.set_offline(True)
    for n in range(5):
        page.evaluate(f"history.pushState({{}}, '', '/tea/{n}')")
        page.wait_for_timeout(120)
    visitor.wait_for(lambda: queued(page) == 5)
    assert names() == ["page_viewed"]
    visitor.context.set_offline(False)
    visitor.wait_for(lambda: len(names()) >= 6)
    visitor.wait_for(lambda: queued(page) == 0)
    assert paths() == ["/", *(f"/tea/{n}" for n in range(5))]
    visitor.complaints = [text for text in visitor.complaints if "ERR_INTERNET_DISCONNECTED" not in text]


@pytest.mark.parametrize("status", [429, 503])
def test_server_that_cannot_is_asked_less_and_less_often(shop: Shop, visitor: Visitor, status: int) -> None:
    refusals: list[float] = []

    def refuse(route: Route) -> None:
        if len(refusals) < 3:
            refusals.append(time.monotonic())
            route.fulfill(status=status, headers={"Access-Control-Allow-Origin": "*"}, body="{}")
        else:
            route.continue_()

    visitor.context.route("**/v1/b", refuse)
    page = visitor.open(shop, "/tea")
    for n in range(8):  # what happens meanwhile does not make it ask sooner
        page.evaluate(f"regulars.searched('{n}')")
        page.wait_for_timeout(300)
    visitor.wait_for(lambda: len(names()) == 9)
    gaps = [after - before for before, after in pairwise(refusals)]
    assert gaps[0] >= 0.95
    assert gaps[1] >= 1.9
    assert names() == ["page_viewed"] + ["products_searched"] * 8
    visitor.complaints = [text for text in visitor.complaints if f"{status}" not in text]


def test_wish_of_the_server_is_heard_by_the_next_page_too(shop: Shop, visitor: Visitor) -> None:
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Retry-After",
        "Retry-After": "5",
    }
    asked: list[float] = []

    def refuse(route: Route) -> None:
        asked.append(time.monotonic())
        if len(asked) == 1:
            route.fulfill(status=429, headers=headers, body="{}")
        else:
            route.continue_()

    visitor.context.route("**/v1/b", refuse)
    page = visitor.open(shop, "/tea")
    visitor.wait_for(lambda: asked)
    page.wait_for_function("localStorage['regulars.rest']")
    page.goto(shop.address + "/next")
    visitor.wait_for(lambda: len(names()) == 2)
    assert asked[1] - asked[0] >= 4.9
    visitor.complaints = [text for text in visitor.complaints if "429" not in text]


def test_pages_may_read_when_to_come_again(shop: Shop, visitor: Visitor) -> None:
    """Of an answer from another address a script sees only the headers that it names."""
    page = visitor.open(shop, "/tea")
    told = page.evaluate(
        """async ([address, body]) => {
             const answer = await fetch(address, { method: "POST", body });
             return [answer.status, answer.headers.get("RateLimit-Limit")];
           }""",
        [f"{shop.server}/v1/b", json.dumps({"writeKey": shop.key, "batch": []})],
    )
    assert told[0] == 200
    assert int(told[1]) > 0


def test_what_could_not_be_sent_for_a_week_is_let_go(shop: Shop, visitor: Visitor) -> None:
    page = visitor.open(shop, "/tea")
    visitor.wait_for(names)
    item = {"type": "page", "messageId": "old", "anonymousId": "a", "properties": {"path": "/old"}}
    for days in (8, 6):
        page.evaluate(
            "([days, text]) => { const at = (Date.now() - days * 86400000).toString(36);"
            " localStorage.setItem('regulars.q.' + at + '.000000.abcdef01', text); }",
            [days, json.dumps(item | {"messageId": f"of {days} days ago"})],
        )
    page.goto(shop.address + "/next")
    visitor.wait_for(lambda: len(names()) == 3)
    assert queued(page) == 0
    assert sorted(paths()) == ["/next", "/old", "/tea"]


def test_answer_that_was_lost_doubles_nothing(shop: Shop, visitor: Visitor) -> None:
    lost: list[int] = []

    def lose(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    visitor.context.route("**/v1/b", lose)
    page = visitor.open(shop, "/tea")
    visitor.wait_for(lambda: lost and len(visitor.posts) == 2)
    visitor.wait_for(lambda: queued(page) == 0)
    assert lost == [200]
    assert names() == ["page_viewed"]
    bodies = [json.loads(request.post_data or "") for request in visitor.posts]
    assert bodies[0]["batch"] == bodies[1]["batch"]
    visitor.complaints = [text for text in visitor.complaints if "ERR_FAILED" not in text]


def test_refused_for_good_is_said_once_and_left_out(shop: Shop, browser: Browser) -> None:
    shop.key = "pk_of_nobody"
    with visiting(browser) as visitor:
        page = visitor.open(shop, "/tea")
        visitor.wait_for(lambda: any("regulars: refused: 401" in text for text in visitor.complaints))
        assert queued(page) == 0
        page.wait_for_timeout(QUIET)
        assert len(visitor.posts) == 1


def test_several_tabs_send_everything_once(shop: Shop, visitor: Visitor) -> None:
    tabs = [visitor.open(shop, f"/tab/{n}") for n in range(3)]
    for n in range(10):
        for tab in tabs:
            tab.evaluate(f"regulars.searched('{n}')")
    visitor.wait_for(lambda: len(names()) >= 33)
    visitor.wait_for(lambda: queued(tabs[0]) == 0)
    assert sorted(paths()) == ["/tab/0", "/tab/1", "/tab/2"]
    assert len(names()) == 33
    assert len(anonymous_ids()) == 1
    sent = sum(len(json.loads(request.post_data or "")["batch"]) for request in visitor.posts)
    assert sent == 33  # not even sent twice


def test_batches_stay_within_their_limits(shop: Shop, visitor: Visitor) -> None:
    page = visitor.open(shop, "/tea")
    visitor.wait_for(names)
    wide = "ж" * 990  # two bytes each; longer texts are cut
    page.evaluate(
        "(text) => { for (let n = 0; n < 450; n++) regulars.searched(n + text); }",
        wide,
    )
    # Playwright tells of a request a little after the server has answered it.
    visitor.wait_for(lambda: len(names()) == 451 and len(visitor.posts) >= 4)
    sizes = [len((request.post_data or "").encode()) for request in visitor.posts]
    assert max(sizes) <= 450_000
    page.evaluate("for (let n = 0; n < 700; n++) regulars.searched('again ' + n)")
    assert queued(page) == 500  # the newest
    visitor.wait_for(lambda: len(names()) == 951)
    assert told()[-1][1] == {"query": "again 699"}
    page.evaluate("regulars.traits({text: 'x'.repeat(31000)})")
    assert any("too large" in text for text in visitor.complaints)
    visitor.complaints.clear()


def test_site_that_may_keep_nothing_still_tells(shop: Shop, visitor: Visitor) -> None:
    """A page in a sandbox has no storage, no locks and no name."""
    shop.more_policy = "sandbox allow-scripts"
    page = visitor.open(shop, "/tea")
    page.evaluate("regulars.searched('tea')")
    visitor.wait_for(lambda: len(names()) == 2)
    assert len(anonymous_ids()) == 1


def test_script_twice_in_a_page_is_there_once(shop: Shop, visitor: Visitor) -> None:
    shop.body = f'<script src="{shop.server}/site/regulars.js" data-key="{shop.key}" async></script>'
    page = visitor.open(shop, "/tea")
    visitor.wait_for(names)
    page.wait_for_timeout(QUIET)
    assert names() == ["page_viewed"]


def test_pages_may_be_left_to_the_shop(shop: Shop, visitor: Visitor) -> None:
    shop.options = ' data-pages="off"'
    page = visitor.open(shop, "/tea")
    page.wait_for_function("window.regulars")
    page.evaluate("history.pushState({}, '', '/cups'); regulars.page({title: 'Ours'})")
    visitor.wait_for(names)
    page.wait_for_timeout(QUIET)
    assert [(name, properties["title"]) for name, properties in told()] == [("page_viewed", "Ours")]


def test_wrong_calls_hurt_nobody(shop: Shop, browser: Browser) -> None:
    shop.body = "<button data-regulars='no json'>Buy</button>"
    with visiting(browser) as visitor:
        page = visitor.open(shop, "/tea")
        page.get_by_text("Buy").click()
        page.evaluate("regulars.push(['nonsense']); regulars.identify('no token'); regulars.searched('tea')")
        visitor.wait_for(lambda: len(names()) == 2)
        assert [text.split(" ")[0] for text in visitor.complaints] == ["regulars:"] * 3


def test_who_signs_in_is_known_and_who_comes_after_is_somebody_else(shop: Shop, visitor: Visitor) -> None:
    secret = make_identity_secret(user_id=None, now=clock.now())

    def token(user: str) -> str:
        return jwt.encode({"sub": user, "exp": int(time.time()) + 3600}, secret, algorithm="HS256")

    page = visitor.open(shop, "/tea")
    page.evaluate(f"regulars.identify('{token('u-1')}')")
    visitor.wait_for(lambda: Profile.objects.filter(source=SHOP, external_id="u-1").exists())
    visitor.wait_for(lambda: queued(page) == 0)
    anna = Profile.objects.get(source=SHOP, external_id="u-1")
    assert [p.person_id for p in Profile.objects.filter(source=ANONYMOUS)] == [anna.person_id]
    posts = len(visitor.posts)
    page.evaluate(f"regulars.identify('{token('u-1')}')")  # as every page of the shop does
    page.wait_for_timeout(QUIET)
    assert len(visitor.posts) == posts
    page.evaluate(f"regulars.identify('{token('u-2')}'); regulars.searched('tea')")
    visitor.wait_for(lambda: "products_searched" in names())
    boris = Profile.objects.get(source=SHOP, external_id="u-2")
    devices = list(Profile.objects.filter(source=ANONYMOUS).order_by("pk"))
    assert [device.person_id for device in devices] == [anna.person_id, boris.person_id]
    assert Event.objects.get(name="products_searched").profile_id in {devices[1].pk, boris.pk}
    page.evaluate("regulars.reset(); regulars.searched('nobody')")
    visitor.wait_for(lambda: len(anonymous_ids()) == 3)
