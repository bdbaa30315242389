"""A small till that knows regulars, and goes on while the server is away.

    python examples/till.py --address https://regulars.example.com --key sk_… --memory till.db

It shows how a till works with the API (docs/till.md): quote while the cart grows, set coupons and points
aside before the money is taken, and write down what was done in a journal of numbered entries, kept in one
SQLite file. The journal is sent at once while the server is there, and as soon as it is back otherwise;
sending an entry twice does no harm. So there is one way for a sale, whether or not the till is cut off, and
pulling the plug at any moment loses nothing that was paid. Made for reading: a real till prints fiscal
receipts, too.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import secrets
import shlex
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

API = "/api/v1"
PORTION = 50
"""Entries sent at a time; the server takes a hundred."""
PATIENCE_SECONDS = 3.0
"""Nobody waits longer at a till: then it goes on alone."""
REST_SECONDS = 10.0
"""So long it does not ask again after it got no answer."""
COMMANDS = """\
scan REF                       a customer: card:2000123, qr:RG…, phone:+7…, id:C-1
add PRODUCT PRICE [QUANTITY]   a line of the cart, such as: add tea 1490 2
coupon CODE                    a code the customer gives
quote [POINTS]                 what the cart comes to, paying with so many points
pay [POINTS] [QR or code]      take the money, and so many points
return ORDER [PRODUCT]         take back an order, or one piece of it
send                           send what waits in the journal
wrong                          what the server could not honour
quit
"""


class Away(Exception):
    """The server cannot be reached in time."""


class Refused(Exception):
    """The server says no, and why; `code` is for programs."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True)
class Line:
    product_id: str
    quantity: Decimal
    amount_minor: int


@dataclass(frozen=True)
class Customer:
    """As far as the till knows them; `ref` names them to the server."""

    ref: str
    id: str | None
    name: str
    spendable_minor: int | None


@dataclass(frozen=True)
class Quote:
    """What a cart comes to; points and money in hundredths. `alone`: the till reckoned it by itself."""

    total_minor: int
    """Before points, after whatever else is taken off."""
    points_minor: int
    discount_minor: int
    lines: list[int]
    """What is paid in money for each line."""
    said: list[str]
    offers: list[dict[str, Any]] = field(default_factory=list)
    """What coupons and personal offers take off, as the server said it."""
    before_points: list[int] = field(default_factory=list)
    """What is left of each line for points and money."""
    factor_needed: bool = False
    alone: bool = False


@dataclass
class Cart:
    customer: Customer | None = None
    lines: list[Line] = field(default_factory=list)
    coupons: list[str] = field(default_factory=list)


class Memory:
    """What the till must not forget: its name, the journal, the programme, and whom it has seen."""

    def __init__(self, path: Path | str) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.executescript(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS customer (
                ref TEXT PRIMARY KEY, id TEXT, name TEXT NOT NULL, spendable_minor INTEGER);
            CREATE TABLE IF NOT EXISTS journal (
                number INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL, outcome TEXT);
            """
        )
        # A new file is a new till for the server: it would take number 1 for the one it has already.
        self._file.execute(
            "INSERT OR IGNORE INTO note VALUES ('till', ?)", [f'"till-{secrets.token_hex(4)}"']
        )

    def note(self, name: str) -> Any:
        found = self._file.execute("SELECT value FROM note WHERE name = ?", [name]).fetchone()
        return json.loads(found[0]) if found else None

    def keep_note(self, name: str, value: Any) -> None:
        self._file.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", [name, json.dumps(value)])

    def customer(self, ref: str) -> Customer | None:
        found = self._file.execute("SELECT * FROM customer WHERE ref = ?", [ref]).fetchone()
        return Customer(*found) if found else None

    def keep_customer(self, customer: Customer) -> None:
        values = [customer.ref, customer.id, customer.name, customer.spendable_minor]
        self._file.execute("INSERT OR REPLACE INTO customer VALUES (?, ?, ?, ?)", values)

    def next_order(self) -> str:
        """A number of an order that no till has had."""
        count = int(self.note("orders") or 0) + 1
        self.keep_note("orders", count)
        return f"{self.note('till')}-{count}"

    def write(self, entries: Iterable[dict[str, Any]], spent: tuple[Customer, int] | None = None) -> None:
        """Write down what was done, all of it or nothing; `spent`: by whom, and how many points."""
        self._file.execute("BEGIN")
        for entry in entries:
            self._file.execute("INSERT INTO journal (entry) VALUES (?)", [json.dumps(entry)])
        if spent:
            self._file.execute(
                "UPDATE customer SET spendable_minor = max(0, spendable_minor - ?) WHERE ref = ?",
                [spent[1], spent[0].ref],
            )
        self._file.execute("COMMIT")

    def unsent(self) -> list[dict[str, Any]]:
        rows = self._file.execute(
            "SELECT number, entry FROM journal WHERE outcome IS NULL ORDER BY number LIMIT ?", [PORTION]
        )
        return [{"number": number, **json.loads(entry)} for number, entry in rows]

    def keep_outcome(self, number: int, outcome: dict[str, Any]) -> None:
        self._file.execute("UPDATE journal SET outcome = ? WHERE number = ?", [json.dumps(outcome), number])

    def wrong(self) -> list[dict[str, Any]]:
        """What the server could not honour, or not whole."""
        rows = self._file.execute("SELECT outcome FROM journal WHERE outcome IS NOT NULL ORDER BY number")
        found = [json.loads(outcome) for (outcome,) in rows]
        return [outcome for outcome in found if outcome["state"] in {"short", "refused"}]


class Till:
    """What a cashier can do. `clock` says what time it is here."""

    def __init__(
        self,
        client: httpx.Client,
        memory: Memory,
        *,
        currency: str = "RUB",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        self._client = client
        self.memory = memory
        self._currency = currency
        self._clock = clock
        self._rest_seconds, self._rests_until = rest_seconds, 0.0
        self.cart = Cart()

    def scan(self, ref: str) -> Customer:
        """Say who stands there; while the server is away only those who were here before are known."""
        known: Customer | None
        self.send()  # what was spent while the server was away is not in its books yet
        try:
            told = self._ask("GET", f"/loyalty/customers/{ref}")
            spendable = told["balance"]["spendable_minor"] if told["balance"] else None
            known = Customer(ref, told["id"], told["name"], spendable)
            if not ref.startswith("qr:"):  # it changes every half a minute
                self.memory.keep_customer(known)
        except Away:
            known = self.memory.customer(ref)
            if known is None:
                raise Refused("away", "The server is away, and this customer was never here.") from None
        self.cart.customer = known
        return known

    def ahead(self) -> list[str]:
        """What the customer has beside points, and what is missing to the next benefit, for reading out.

        Nothing while the server is away, and of who was named by a phone, which anybody can say.
        """
        if self.cart.customer is None or self.cart.customer.ref.startswith("phone:"):
            return []
        try:
            told = self._ask("GET", f"/loyalty/customers/{self.cart.customer.ref}/benefits")
        except Away:
            return []
        tier = told["tier"]
        return [
            *([f"{tier['name']}: {', '.join(tier['brings'])}"] if tier else []),
            *(f"{one['code']}: {one['text']}" for one in told["coupons"]),
            *(f"To be handed out: {one['name']}" for one in told["gifts"]),
            *(one["text"] for one in told["missing"]),
        ]

    def add(self, product_id: str, price_minor: int, quantity: Decimal = Decimal(1)) -> None:
        self.cart.lines.append(Line(product_id, quantity, round(price_minor * quantity)))

    def give_coupon(self, code: str) -> None:
        self.cart.coupons.append(code)

    def quote(self, points_minor: int = 0) -> Quote:
        """What the cart comes to; of more points than may be spent, what may."""
        if not self.cart.lines:
            raise Refused("empty", "There is nothing in the cart.")
        body = {
            "customer": self.cart.customer and self.cart.customer.ref,
            "currency": self._currency,
            "lines": [_told(line, line.amount_minor) for line in self.cart.lines],
            "points_minor": points_minor,
            "coupons": self.cart.coupons,
        }
        try:
            told = self._ask("POST", "/loyalty/quote", body)
        except Away:
            return self._quote_alone(points_minor)
        left = [line["amount_minor"] + line["discount_minor"] for line in told["lines"]]
        refused = [f"{one['coupon']}: {one['sentence']}" for one in told["refused_coupons"]]
        tier = [told["tier"]["sentence"]] if told["tier"] and told["tier"]["sentence"] else []
        return Quote(
            total_minor=sum(left),
            points_minor=told["points_minor"],
            discount_minor=told["discount_minor"],
            lines=[line["amount_minor"] for line in told["lines"]],
            said=[*refused, *tier, *(sentence for sentence in told["sentences"].values() if sentence)],
            offers=told["discounts"],
            before_points=left,
            factor_needed=told["factor_needed"],
        )

    def pay(self, points_minor: int = 0, factor: str = "") -> str:
        """Sell what is in the cart; gives the receipt. `factor`: the customer's QR, or the code they got."""
        self.send()
        quote, order_id, hold = self.quote(points_minor), self.memory.next_order(), False
        use = None
        if quote.offers:
            try:  # the order uses them when it is told of under this number
                use = self._use(order_id, quote)
            except Away:  # perhaps they are set aside: under a number that no order will have
                quote, order_id = self._quote_alone(points_minor), self.memory.next_order()
        if quote.points_minor and not quote.alone:
            try:
                self._hold(order_id, quote, factor)
                hold = True
            except Away:  # perhaps they are set aside already: the key of the spending is the same
                quote = self._quote_alone(points_minor, quote)
            except Refused:
                self._let_go(use)
                raise
        at, customer = self._clock().isoformat(), self.cart.customer
        entries = [self._order(order_id, quote, at)]
        if quote.points_minor and customer:
            spent: dict[str, Any] = {"at": at, "order_id": order_id, "points_minor": quote.points_minor}
            if hold:
                entries.append(spent | {"kind": "capture", "key": f"{order_id}/points", "hold": order_id})
            else:
                entries.append(spent | {"kind": "spend", "key": order_id, "customer": _lasting(customer)})
        # From here on the money is taken. It is written down before anything else can go wrong.
        self.memory.write(entries, (customer, quote.points_minor) if customer else None)
        receipt = _receipt(order_id, self.cart, quote)
        self.cart = Cart()
        self.send()
        return receipt

    def give_back(self, order_id: str, product_id: str = "") -> None:
        """Take an order back, or one piece of it."""
        at, return_id = self._clock().isoformat(), f"R-{self.memory.next_order()}"
        body: dict[str, Any] = {"order_id": order_id, "returned_at": at}
        if product_id:
            body["lines"] = [{"product_id": product_id, "quantity": 1}]
        entry = {"kind": "return", "key": return_id, "at": at, "return_id": return_id, "body": body}
        self.memory.write([entry])
        self.send()

    def send(self) -> str:
        """Send what waits in the journal, in its order; gives why something waits still, if it does."""
        try:
            while entries := self.memory.unsent():
                body = {"till": self.memory.note("till"), "entries": entries}
                told = self._ask("POST", "/loyalty/journal", body)["entries"]
                outcomes = {one["number"]: one for one in told if one["state"] != "waiting"}
                if not outcomes:
                    return "The server waits for entries that were sent before."
                for number, outcome in outcomes.items():
                    self.memory.keep_outcome(number, outcome)
            self.memory.keep_note("programme", self._ask("GET", "/loyalty/programme"))
        except (Away, Refused) as error:
            return str(error)
        return ""

    def _use(self, order_id: str, quote: Quote) -> int:
        """Set the offers of a quote aside for the order; gives the number of the use."""
        body: dict[str, Any] = {"key": f"{order_id}/offers", "order_id": order_id}
        body |= {"currency": self._currency, "customer": self.cart.customer and self.cart.customer.ref}
        body["lines"] = [_told(line, line.amount_minor) for line in self.cart.lines]
        body["coupons"] = [one["coupon"] for one in quote.offers if one["coupon"]]
        body["discount_minor"] = sum(one["amount_minor"] for one in quote.offers)
        return int(self._ask("POST", "/offers/uses", body)["id"])

    def _let_go(self, use: int | None) -> None:
        """Let go what was set aside; if that fails, its time runs out."""
        if use is not None:
            with contextlib.suppress(Away, Refused):
                self._ask("POST", f"/offers/uses/{use}/cancel")

    def _hold(self, order_id: str, quote: Quote, factor: str) -> None:
        body: dict[str, Any] = {"key": order_id, "order_id": order_id, "currency": self._currency}
        body |= {"points_minor": quote.points_minor, "amount_minor": quote.total_minor}
        body["customer"] = self.cart.customer and self.cart.customer.ref
        if factor:
            body["factor"] = {"code" if factor.isdecimal() else "qr": factor.removeprefix("qr:")}
        self._ask("POST", "/loyalty/holds", body)

    def _order(self, order_id: str, quote: Quote, at: str) -> dict[str, Any]:
        body = {
            "customer_id": self.cart.customer and self.cart.customer.id,
            "ordered_at": at,
            "currency": self._currency,
            "lines": [_told(line, paid) for line, paid in zip(self.cart.lines, quote.lines, strict=True)],
        }
        return {"kind": "order", "key": f"{order_id}/order", "at": at, "order_id": order_id, "body": body}

    def _quote_alone(self, wanted_minor: int, set_aside: Quote | None = None) -> Quote:
        """By the programme and the balance as they were last told, and what a till may alone.

        No offer counts then, but for those of a quote that were set aside.
        """
        amounts = [line.amount_minor for line in self.cart.lines]
        if set_aside:
            amounts = set_aside.before_points
        total, rules, customer = sum(amounts), self.memory.note("programme"), self.cart.customer
        points = discount = 0
        if rules and rules["running"] and customer and rules["currency"] == self._currency:
            share = Decimal(str(rules["spend_percent"])) / 100
            most = int(total * share * 100 / rules["worth_minor"])
            seen = self.memory.customer(customer.ref)
            there = (seen and seen.spendable_minor) or 0
            points = min(wanted_minor, most, there, rules["offline_minor"])
            points -= points % 100 if rules["whole_points"] else 0
            points = points if points >= rules["spend_from_minor"] else 0
            discount = points * rules["worth_minor"] // 100
        left = [amount - amount * discount // total for amount in amounts] if total else amounts
        left[amounts.index(max(amounts))] -= sum(left) - (total - discount)
        said = ["The server is away: what is earned is reckoned when it is back."]
        offers = set_aside.offers if set_aside else []
        if self.cart.coupons and not offers:
            said.append("Coupons wait until it is back.")
        return Quote(total, points, discount, left, said, offers, amounts, alone=True)

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        if time.monotonic() < self._rests_until:
            raise Away("the server did not answer a moment ago")
        try:
            answer = self._client.request(method, API + path, json=body)
        except httpx.TransportError as error:
            self._rests_until = time.monotonic() + self._rest_seconds
            raise Away(str(error)) from error
        if answer.status_code in {429, 500, 502, 503, 504}:
            raise Away(f"the server answers {answer.status_code}")
        told = answer.json()
        if answer.status_code >= 400:
            raise Refused(told["code"], told["detail"])
        return told


def _told(line: Line, amount_minor: int) -> dict[str, Any]:
    return {"product_id": line.product_id, "quantity": float(line.quantity), "amount_minor": amount_minor}


def _lasting(customer: Customer) -> str:
    """By what a customer is named in a journal, which may be read days later."""
    return f"id:{customer.id}" if customer.id else customer.ref


def _receipt(order_id: str, cart: Cart, quote: Quote) -> str:
    rows = [f"Order {order_id}", *([cart.customer.name or cart.customer.ref] if cart.customer else [])]
    rows += [f"  {line.product_id} × {line.quantity}  {line.amount_minor / 100:.2f}" for line in cart.lines]
    rows += [f"  {one['name']}  −{one['amount_minor'] / 100:.2f}" for one in quote.offers]
    if quote.points_minor:
        rows.append(f"  {quote.points_minor / 100:g} points  −{quote.discount_minor / 100:.2f}")
    return "\n".join([*rows, f"Paid {(quote.total_minor - quote.discount_minor) / 100:.2f}", *quote.said])


def _do(till: Till, command: str, *words: str) -> str:
    """Do what the cashier typed; gives what is shown."""
    if command == "scan":
        customer = till.scan(words[0])
        points = "?" if customer.spendable_minor is None else f"{customer.spendable_minor / 100:g}"
        return "\n".join([f"{customer.name or customer.ref}: {points} points", *till.ahead()])
    if command == "add":
        till.add(words[0], int(Decimal(words[1]) * 100), Decimal(words[2]) if words[2:] else Decimal(1))
        return "\n".join(till.quote().said)
    if command == "coupon":
        till.give_coupon(words[0])
        return "\n".join(till.quote().said)
    points_minor = int(Decimal(words[0]) * 100) if words and command in {"quote", "pay"} else 0
    if command == "quote":
        quote = till.quote(points_minor)
        needed = ["Scan the customer's QR code, or send a code."] if quote.factor_needed else []
        return "\n".join(
            [f"To pay: {(quote.total_minor - quote.discount_minor) / 100:.2f}", *quote.said, *needed]
        )
    if command == "pay":
        return till.pay(points_minor, *words[1:2])
    if command == "return":
        till.give_back(*words[:2])
        return "Taken back."
    if command == "send":
        return till.send() or "All is sent."
    if command == "wrong":
        return "\n".join(json.dumps(one) for one in till.memory.wrong()) or "Nothing."
    return COMMANDS


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--address", required=True, help="of the server, such as http://127.0.0.1:8000")
    parser.add_argument("--key", required=True, help="of a till, from Connections → Keys")
    parser.add_argument("--memory", type=Path, default=Path("till.db"), help="file of this till alone")
    parser.add_argument("--currency", default="RUB")
    parser.add_argument("--language", default="en", choices=["en", "ru"], help="of what customers are told")
    told = parser.parse_args()
    headers = {"Authorization": f"Bearer {told.key}", "Accept-Language": told.language}
    with httpx.Client(base_url=told.address, headers=headers, timeout=PATIENCE_SECONDS) as client:
        till = Till(client, Memory(told.memory), currency=told.currency)
        till.send()
        print(COMMANDS)
        for typed in sys.stdin:
            words = shlex.split(typed)
            if words[:1] == ["quit"]:
                break
            try:
                print(_do(till, *words) if words else COMMANDS)
            except (Refused, ValueError, ArithmeticError, IndexError) as error:
                print(error)


if __name__ == "__main__":
    main()
