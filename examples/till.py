"""A small till that knows regulars, and goes on while the server is away. Made to be read, with docs/till.md.

    python examples/till.py --address https://regulars.example.com --key tk_… --memory till.db

There is one way for a sale, cut off or not: coupons and points are set aside by calls (`Till.pay`), the money
is taken, what was done is written into a journal of numbered entries, and only then the journal is sent
(`Till.send`), at once or when the server is back. Sending an entry twice does no harm, and what is about to
be paid is noted first, so pulling the plug at any moment loses nothing that was paid. While the server is
away the till reckons by itself (`Till.alone`). Quotes are the server's answers; amounts are hundredths.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import secrets
import shlex
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx

Told = dict[str, Any]  # what the server told, or is told
Take = Callable[[Told], bool]  # takes the money a quote comes to; says whether it came
NOBODY: Told = {"ref": None, "lasting": None, "name": "", "balance": None}
PATIENCE_SECONDS = 3.0  # nobody waits longer at a till: then it goes on alone
DAMAGED = {  # what the cashier is told, by language
    "en": "The memory of this till is damaged; its file is now {}. Sales not sent yet are in it alone: keep "
    "it and call whoever looks after the tills. If somebody was paying, see if the money came. Sell on.",
    "ru": "Память кассы повреждена, файл теперь: {}. Продажи, которые не успели уйти, есть только в нём. Не "
    "удаляйте его, сообщите ответственному за кассы. Если кто-то платил, проверьте оплату. Продавать можно.",
}
REST_SECONDS = 10.0  # so long the server is not asked again after it gave no answer


class Away(Exception):
    """The server cannot be reached in time."""


class Refused(Exception):
    """The server says no, and why."""


class Server:
    """Asks the server. Its address, the key and the language are the client's."""

    def __init__(self, client: httpx.Client, *, rest_seconds: float = REST_SECONDS) -> None:
        self._client, self._rest_seconds, self._rests_until = client, rest_seconds, 0.0
        self.time = ""  # of its last answer, by its own clock

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        if time.monotonic() < self._rests_until:
            raise Away("The server did not answer a moment ago.")
        try:
            answer = self._client.request(method, f"/api/v1{path}", json=body)
            told = answer.json()
        except (httpx.RequestError, ValueError) as error:  # none, or one of a proxy on the way
            self._rests_until = time.monotonic() + self._rest_seconds
            raise Away(f"The server does not answer: {error}") from error
        if date := answer.headers.get("date"):
            self.time = parsedate_to_datetime(date).astimezone(UTC).isoformat()
        if answer.status_code < 400:
            return told
        code = told.get("code") if isinstance(told, dict) else None
        # A proxy's answer has no code. A key that is taken from a till must not keep it from selling.
        if answer.status_code >= 500 or code in {None, "too_many_requests", "not_authenticated"}:
            raise Away(f"The server answers {answer.status_code}.")
        raise Refused(told["detail"])  # programs go by the code


class Memory:
    """What the till must not forget: its name, the journal, the programme, and whom it has seen."""

    def __init__(self, path: str) -> None:
        self.unwritten: list[Told] = []  # entries that could not be written down yet, such as on a full disk
        self.damaged = ""  # where the file is now that could not be read
        try:
            self._open(path)
        except (sqlite3.DatabaseError, ValueError) as error:
            if isinstance(error, sqlite3.OperationalError):  # such as a full disk, and nothing is damaged
                raise
            self._file.close()
            self.damaged = str(Path(path).rename(f"{path}.damaged-{datetime.now():%Y%m%d-%H%M%S}"))
            self._open(path)

    def _open(self, path: str) -> None:
        self._file = sqlite3.connect(path)
        self._file.execute("PRAGMA synchronous = EXTRA")  # what is written stays, also where the power fails
        journal = "number INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL, outcome TEXT"
        self._run("CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        self._run(f"CREATE TABLE IF NOT EXISTS journal ({journal})")
        if self._run("PRAGMA quick_check") != [("ok",)]:
            raise sqlite3.DatabaseError("damaged")
        notes = "SELECT CAST(value AS BLOB) FROM note UNION ALL SELECT CAST(entry AS BLOB) FROM journal"
        for (told,) in self._run(f"{notes} WHERE outcome IS NULL"):
            json.loads(told)
        # A new file is a new till for the server: it would take number 1 for the one it has already.
        self._run("INSERT OR IGNORE INTO note VALUES ('till', ?)", f'"till-{secrets.token_hex(4)}"')

    def _run(self, statement: str, *values: Any) -> list[Any]:
        with self._file:
            return self._file.execute(statement, values).fetchall()

    def note(self, name: str) -> Any:
        found = self._run("SELECT value FROM note WHERE name = ?", name)
        return json.loads(found[0][0]) if found else None

    def keep(self, name: str, value: Any) -> None:
        self._run("INSERT OR REPLACE INTO note VALUES (?, ?)", name, json.dumps(value))

    def next_order(self) -> str:
        """A number of an order that no till has had, also where this program was started twice."""
        add = "INSERT INTO note VALUES ('orders', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"
        return f"{self.note('till')}-{self._run(f'{add} RETURNING value')[0][0]}"

    def write(self, *entries: Told) -> str:
        """Write down what was done: all of it or nothing. Gives what the cashier has to know if it fails."""
        self.unwritten += entries
        try:
            with self._file:
                rows = [[json.dumps(entry)] for entry in self.unwritten]
                self._file.executemany("INSERT INTO journal (entry) VALUES (?)", rows)
                self._file.execute("DELETE FROM note WHERE name = 'paying'")
        except sqlite3.Error as error:
            return f"NOT WRITTEN DOWN: {error}. Make room, leave this till on, and type: send"
        self.unwritten = []
        return ""

    def unsent(self) -> list[Told]:
        rows = self._run("SELECT number, entry FROM journal WHERE outcome IS NULL ORDER BY number LIMIT 50")
        return [{"number": number, **json.loads(entry)} for number, entry in rows]

    def keep_outcome(self, outcome: Told) -> None:
        self._run("UPDATE journal SET outcome = ? WHERE number = ?", json.dumps(outcome), outcome["number"])

    def wrong(self) -> list[Told]:
        """What the server could not honour, or not whole."""
        rows = self._run("SELECT outcome FROM journal WHERE outcome IS NOT NULL ORDER BY number")
        return [told for (row,) in rows if (told := json.loads(row))["state"] in {"short", "refused"}]


class Till:
    """What a cashier can do. In the cart: who buys, the lines as the server takes them, and their codes."""

    def __init__(self, server: Server, memory: Memory, *, currency: str = "RUB") -> None:
        self._server, self.memory, self._currency = server, memory, currency
        server.time = memory.note("time") or ""
        self._customer, self._lines = NOBODY, list[Told]()
        self.coupons: list[str] = []

    def scan(self, ref: str) -> Told:
        """Say who stands there; while the server is away only those who were here before are known."""
        self.send()  # what was spent while the server was away is not in its books yet
        try:
            told = self._server.ask("GET", f"/loyalty/customers/{ref}")
            lasting = f"id:{told['id']}" if told["id"] else ref  # a journal may be read days later
            known = {**told, "ref": ref, "lasting": lasting, "name": told["name"] or ref}
            if not ref.startswith("qr:"):  # it changes every half a minute
                self.memory.keep(f"customer {ref}", known)
        except Away:
            if (known := self.memory.note(f"customer {ref}")) is None:
                raise Refused("The server is away, and this customer was never here.") from None
        self._customer = known
        return known

    def ahead(self) -> list[str]:
        """What the customer has beside points, and what is missing to the next benefit, for reading out."""
        try:
            told = self._server.ask("GET", f"/loyalty/customers/{self._customer['ref']}/benefits")
        except (Away, Refused):  # by a phone, which anybody can say, nothing is told
            return []
        coupons = [f"{one['code']}: {one['text']}" for one in told["coupons"]]
        gifts = [f"To be handed out: {one['name']}" for one in told["gifts"]]
        return [*coupons, *gifts, *(one["text"] for one in told["missing"])]

    def send_code(self, points_minor: int = 0) -> str:
        """Send the customer a code by which they allow so many points to be spent, or any; says where to."""
        body = {"points_minor": points_minor} if points_minor else {}
        return str(self._server.ask("POST", f"/loyalty/customers/{self._customer['ref']}/code", body)["to"])

    def add(self, product_id: str, price_minor: int, quantity: Decimal = Decimal(1)) -> None:
        line = {"product_id": product_id, "quantity": float(quantity)}
        self._lines.append({**line, "amount_minor": round(price_minor * quantity)})

    def quote(self, points_minor: int = 0) -> Told:
        """What the cart comes to; of more points than may be spent, what may."""
        if not self._lines:
            raise Refused("There is nothing in the cart.")
        body = self._cart() | {"points_minor": points_minor, "coupons": self.coupons}
        try:
            return {"alone": False, **self._server.ask("POST", "/loyalty/quote", body)}
        except Away:
            return self.alone(points_minor)

    def pay(self, points_minor: int = 0, factor: str = "", *, take: Take = lambda quote: True) -> str:
        """Sell what is in the cart; gives the receipt. `factor`: the customer's QR, or the code they got."""
        self.send()
        quote, order_id, use, hold = self.quote(points_minor), self.memory.next_order(), "", ""
        if quote["discounts"]:
            try:  # the order uses them when it is told of under this number
                use = self._use_offers(order_id, quote)
            except Away:  # perhaps they are set aside: under a number that no order will have
                quote, order_id = self.alone(points_minor), self.memory.next_order()
        if quote["points_minor"] and not quote["alone"]:
            try:
                hold = self._hold(order_id, quote, factor)
            except Away:  # perhaps they are set aside already: the key of the spending is the same
                quote = self.alone(points_minor, quote)
            except Refused:
                self._let_go(use)
                raise
        now, points = self._now(), quote["points_minor"]
        order = self._cart(quote) | {"ordered_at": now}
        entries: list[Told] = [{"kind": "order", "key": f"{order_id}/order", "body": order}]
        if points and hold:
            entries.append({"kind": "capture", "key": f"{order_id}/points", "hold": order_id})
        elif points:
            who = {"customer": self._customer["lasting"], "points_minor": points}
            entries.append({"kind": "spend", "key": order_id, **who})
        entries = [{**entry, "at": now, "order_id": order_id} for entry in entries]
        self.memory.keep("paying", entries)  # if this program ends now, the next one asks about it
        if not take(quote):
            self.memory.keep("paying", [])
            self._let_go(use, hold)
            self._customer, self._lines, self.coupons = NOBODY, [], []
            return "Not sold."
        wrong = self.memory.write(*entries)  # the money is taken: before anything else can go wrong
        with contextlib.suppress(sqlite3.Error):
            self._note_spent(points)
        receipt = self._receipt(order_id, quote)
        self._customer, self._lines, self.coupons = NOBODY, [], []
        self.send()
        return f"{receipt}\n{wrong}".strip()

    def give_back(self, order_id: str, product_id: str = "") -> str:
        """Take an order back, or one piece of it; gives what the cashier has to know."""
        id_, now = f"R-{self.memory.next_order()}", self._now()
        lines = [{"product_id": product_id, "quantity": 1}] if product_id else []
        body = {"order_id": order_id, "returned_at": now, "lines": lines}
        wrong = self.memory.write({"kind": "return", "key": id_, "at": now, "return_id": id_, "body": body})
        self.send()
        return wrong or "Taken back."

    def send(self) -> str:
        """Send what waits in the journal, fifty entries at a time; gives why something waits still."""
        if wrong := self.memory.write():  # what could not be written before
            return wrong
        try:
            while entries := self.memory.unsent():
                body = {"till": self.memory.note("till"), "entries": entries}
                told = self._server.ask("POST", "/loyalty/journal", body)["entries"]
                outcomes = [one for one in told if one["state"] != "waiting"]
                if not outcomes:
                    return "The server waits for entries that were sent before."
                for outcome in outcomes:
                    self.memory.keep_outcome(outcome)
            self.memory.keep("programme", self._server.ask("GET", "/loyalty/programme"))
            self.memory.keep("time", self._server.time)
        except (Away, Refused, sqlite3.Error) as error:
            return str(error)
        return ""

    def alone(self, wanted_minor: int, set_aside: Told | None = None) -> Told:
        """A quote by what was told last, and what a till may alone; no offers but those set aside already."""
        offers, lines = (set_aside["discounts"], set_aside["lines"]) if set_aside else ([], self._lines)
        amounts = [line["amount_minor"] + line.get("discount_minor", 0) for line in lines]
        total, rules = sum(amounts), self.memory.note("programme")
        points = discount = 0
        if rules and rules["running"] and rules["currency"] == self._currency:
            most = int(total * Decimal(str(rules["spend_percent"])) / rules["worth_minor"])
            points = min(wanted_minor, most, self._seen(), rules["offline_minor"])
            points -= points % 100 if rules["whole_points"] else 0
            points = points if points >= rules["spend_from_minor"] else 0
            discount = points * rules["worth_minor"] // 100
        left = [amount - amount * discount // total for amount in amounts] if total else [*amounts]
        left[amounts.index(max(amounts))] -= sum(left) - (total - discount)
        waits = "Coupons wait until it is back." if self.coupons and not offers else ""
        earns = "The server is away: what is earned is reckoned when it is back."
        both = zip(amounts, left, strict=True)
        lines = [{"amount_minor": pays, "discount_minor": amount - pays} for amount, pays in both]
        told: Told = {"alone": True, "refused_coupons": [], "tier": None, "factor_needed": False}
        told |= {"points_minor": points, "discount_minor": discount, "pays_minor": total - discount}
        sentences = {"earns": earns, "coupons": waits, "discount": f"To pay: {_money(total - discount)}"}
        return told | {"discounts": offers, "lines": lines, "sentences": sentences}

    def _cart(self, sold: Told | None = None) -> Told:
        """The cart as the server is told of it; as it was sold by a quote, with what was paid in money."""
        both = zip(self._lines, sold["lines"] if sold else self._lines, strict=True)
        lines = [{**line, "amount_minor": paid["amount_minor"]} for line, paid in both]
        customer = self._customer["lasting" if sold else "ref"]
        return {"customer": customer, "currency": self._currency, "lines": lines}

    def _now(self) -> str:
        """The moment, never before the server's of last time: the clock of a till may be set back."""
        return max(datetime.now(UTC).isoformat(), self._server.time)

    def _seen(self) -> int:
        """The points the customer had when they were seen last, less what was spent here since."""
        seen = self.memory.note(f"customer {self._customer['ref']}")
        return int(seen["balance"]["spendable_minor"]) if seen and seen["balance"] else 0

    def _note_spent(self, points_minor: int) -> None:
        if seen := self._seen():
            left = {**self._customer, "balance": {"spendable_minor": max(0, seen - points_minor)}}
            self.memory.keep(f"customer {left['ref']}", left)

    def _use_offers(self, order_id: str, quote: Told) -> str:
        """Set the offers of a quote aside for the order."""
        body = self._cart() | {"key": f"{order_id}/offers", "order_id": order_id}
        body["coupons"] = [one["coupon"] for one in quote["discounts"] if one["coupon"]]
        body["discount_minor"] = sum(one["amount_minor"] for one in quote["discounts"])
        return f"/offers/uses/{self._server.ask('POST', '/offers/uses', body)['id']}"

    def _hold(self, order_id: str, quote: Told, factor: str) -> str:
        """Set the points of a quote aside."""
        body = self._cart() | {"key": order_id, "order_id": order_id, "points_minor": quote["points_minor"]}
        del body["lines"]
        body["amount_minor"] = quote["pays_minor"] + quote["discount_minor"]
        if factor:
            body["factor"] = {"code" if factor.isdecimal() else "qr": factor.removeprefix("qr:")}
        return f"/loyalty/holds/{self._server.ask('POST', '/loyalty/holds', body)['id']}"

    def _let_go(self, *set_aside: str) -> None:
        """Let go of what was set aside; where that fails, its time runs out."""
        for path in filter(None, set_aside):
            with contextlib.suppress(Away, Refused):
                self._server.ask("POST", f"{path}/cancel")

    def _receipt(self, order_id: str, quote: Told) -> str:
        rows = [f"Order {order_id}", *filter(None, [self._customer["name"]])]
        for line in self._lines:
            rows.append(f"  {line['product_id']} × {line['quantity']:g}  {_money(line['amount_minor'])}")
        rows += [f"  {one['name']}  −{_money(one['amount_minor'])}" for one in quote["discounts"]]
        if quote["points_minor"]:
            rows.append(f"  {quote['points_minor'] / 100:g} points  −{_money(quote['discount_minor'])}")
        earns = self._customer["ref"] and "earns"
        return "\n".join([*rows, f"Paid {_money(quote['pays_minor'])}", *_said(quote, earns, "coupons")])


def _said(quote: Told, *names: str | None) -> list[str]:
    """What a quote says to the customer."""
    said = quote["sentences"] | {"tier": quote["tier"] and quote["tier"]["sentence"]}
    return [said[name] for name in ("tier", *names) if said.get(name)]


def _money(minor: int) -> str:
    return f"{minor / 100:.2f}"


COMMANDS = """\
scan REF                       a customer: card:2000123, qr:RG…, phone:+7…, id:C-1
add PRODUCT PRICE [QUANTITY]   a line of the cart, such as: add tea 1490 2
coupon CODE                    a code the customer gives
quote [POINTS]                 what the cart comes to, paying with so many points
code [POINTS]                  send the customer a code that lets them spend so many points
pay [POINTS] [QR or code]      take the money, and so many points
return ORDER [PRODUCT]         take back an order, or one piece of it
send                           send what waits in the journal
wrong                          what the server could not honour
quit"""


def _do(till: Till, *typed: str) -> str:
    """Do what the cashier typed; gives what is shown."""
    match typed:
        case ["scan", ref]:
            told = till.scan(ref)
            has: Told = told["balance"] or {}  # nothing is told of who was named by a phone
            points = f"{has['spendable_minor'] / 100:g}" if has else "?"
            coming = filter(None, [has.get("pending_sentence")])
            return "\n".join([f"{told['name']}: {points} points", *coming, *till.ahead()])
        case ["add", product_id, price, *quantity]:
            till.add(product_id, _hundredths(price), Decimal(*quantity or "1"))
        case ["coupon", code]:
            till.coupons.append(code)
        case ["quote", *points]:
            return _shown(till.quote(_hundredths(*points)))
        case ["code", *points]:
            return f"Sent to {till.send_code(_hundredths(*points))}."
        case ["pay", *told]:
            return till.pay(_hundredths(*told[:1]), *told[1:], take=_paid)
        case ["return", order_id, *product]:
            return till.give_back(order_id, *product)
        case ["send"]:
            return till.send() or "All is sent."
        case ["wrong"]:
            return "\n".join(json.dumps(one) for one in till.memory.wrong()) or "Nothing."
        case _:
            return COMMANDS
    return _shown(till.quote())


def _shown(quote: Told) -> str:
    """A quote, as the cashier sees it: with the codes that take nothing off, which no receipt names."""
    rows = [f"{one['coupon']}: {one['sentence']}" for one in quote["refused_coupons"]]
    rows += _said(quote, "earns", "coupons", "may_spend", "discount")
    return "\n".join([*rows, *(["Scan the customer's QR code, or send a code."] * quote["factor_needed"])])


def _paid(quote: Told) -> bool:
    return input(f"Take {_money(quote['pays_minor'])}. Paid? y/n ").strip() == "y"


def _hundredths(amount: str = "0") -> int:
    return int(Decimal(amount) * 100)


def main() -> None:
    parser = argparse.ArgumentParser(description="A small till that knows regulars.")
    parser.add_argument("--address", required=True, help="of the server, such as http://127.0.0.1:8000")
    parser.add_argument("--key", required=True, help="of a till, from Connections → Keys")
    parser.add_argument("--memory", default="till.db", help="file of this till alone")
    parser.add_argument("--currency", default="RUB")
    parser.add_argument("--language", default="en", choices=["en", "ru"], help="of what customers are told")
    told = parser.parse_args()
    headers = {"Authorization": f"Bearer {told.key}", "Accept-Language": told.language}
    client = httpx.Client(base_url=told.address, headers=headers, timeout=PATIENCE_SECONDS)
    with client, contextlib.suppress(EOFError):
        till = Till(Server(client), memory := Memory(told.memory), currency=told.currency)
        if paying := memory.note("paying"):
            asked = f"This till stopped while {paying[0]['order_id']} was paid. Was it? y/n "
            memory.write(*(paying if input(asked).strip() == "y" else ()))
        damaged = DAMAGED[told.language].format(memory.damaged)
        print(COMMANDS, memory.damaged and damaged, till.send(), sep="\n")
        while (typed := input("> ").strip()) != "quit" or memory.unwritten:
            try:
                print(_do(till, *shlex.split(typed)) if typed.isprintable() else COMMANDS)  # else misread
            except (Away, Refused, ValueError, ArithmeticError, TypeError, sqlite3.Error) as error:
                print(error if isinstance(error, Away | Refused | sqlite3.Error) else COMMANDS)


if __name__ == "__main__":
    main()
