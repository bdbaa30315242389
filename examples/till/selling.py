"""What a cashier does: scan, quote, pay, give back, send."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from examples.till.memory import Customer, Memory
from examples.till.server import Away, Refused, Server


@dataclass(frozen=True)
class Line:
    product_id: str
    quantity: Decimal
    amount_minor: int


@dataclass(frozen=True)
class Quote:
    """What a cart comes to; points and money in hundredths. `alone`: the till reckoned it by itself."""

    before_points: list[int]
    """What is left of each line for points and money."""
    points_minor: int
    discount_minor: int
    lines: list[int]
    """What is paid in money for each line."""
    said: list[str]
    offers: list[dict[str, Any]] = field(default_factory=list)
    """What coupons and personal offers take off, as the server said it."""
    factor_needed: bool = False
    alone: bool = False

    @property
    def total_minor(self) -> int:
        """Before points, after whatever else is taken off."""
        return sum(self.before_points)

    @property
    def pays_minor(self) -> int:
        """In money."""
        return self.total_minor - self.discount_minor


@dataclass
class Cart:
    customer: Customer | None = None
    lines: list[Line] = field(default_factory=list)
    coupons: list[str] = field(default_factory=list)


class Till:
    """What a cashier can do. `clock` says what time it is here."""

    def __init__(
        self,
        server: Server,
        memory: Memory,
        *,
        currency: str = "RUB",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._server = server
        self.memory = memory
        self._currency = currency
        self._clock = clock
        self.cart = Cart()

    def scan(self, ref: str) -> Customer:
        """Say who stands there; while the server is away only those who were here before are known."""
        known: Customer | None
        self.send()  # what was spent while the server was away is not in its books yet
        try:
            told = self._server.ask("GET", f"/loyalty/customers/{ref}")
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
            told = self._server.ask("GET", f"/loyalty/customers/{self.cart.customer.ref}/benefits")
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
        body = self._cart() | {"points_minor": points_minor, "coupons": self.cart.coupons}
        try:
            told = self._server.ask("POST", "/loyalty/quote", body)
        except Away:
            return self._quote_alone(points_minor)
        left = [line["amount_minor"] + line["discount_minor"] for line in told["lines"]]
        said = [f"{one['coupon']}: {one['sentence']}" for one in told["refused_coupons"]]
        said += [told["tier"]["sentence"]] if told["tier"] else []
        return Quote(
            before_points=left,
            points_minor=told["points_minor"],
            discount_minor=told["discount_minor"],
            lines=[line["amount_minor"] for line in told["lines"]],
            said=[sentence for sentence in [*said, *told["sentences"].values()] if sentence],
            offers=told["discounts"],
            factor_needed=told["factor_needed"],
        )

    def pay(self, points_minor: int = 0, factor: str = "") -> str:
        """Sell what is in the cart; gives the receipt. `factor`: the customer's QR, or the code they got."""
        self.send()
        quote, order_id = self.quote(points_minor), self.memory.next_order()
        use, hold = None, False
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
                if use is not None:  # let it go; if that fails, its time runs out
                    with contextlib.suppress(Away, Refused):
                        self._server.ask("POST", f"/offers/uses/{use}/cancel")
                raise
        at, customer = self._clock().isoformat(), self.cart.customer
        entries = [self._order(order_id, quote, at)]
        if quote.points_minor and customer:
            spent: dict[str, Any] = {"at": at, "order_id": order_id, "points_minor": quote.points_minor}
            spent |= (
                {"kind": "capture", "key": f"{order_id}/points", "hold": order_id}
                if hold
                else {"kind": "spend", "key": order_id, "customer": _lasting(customer)}
            )
            entries.append(spent)
        # From here on the money is taken. It is written down before anything else can go wrong.
        self.memory.write(entries, self._left(quote.points_minor))
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
                told = self._server.ask("POST", "/loyalty/journal", body)["entries"]
                outcomes = {one["number"]: one for one in told if one["state"] != "waiting"}
                if not outcomes:
                    return "The server waits for entries that were sent before."
                for number, outcome in outcomes.items():
                    self.memory.keep_outcome(number, outcome)
            self.memory.keep_note("programme", self._server.ask("GET", "/loyalty/programme"))
        except (Away, Refused) as error:
            return str(error)
        return ""

    def _cart(self) -> dict[str, Any]:
        """The cart as the server is told of it."""
        lines = [_told(line, line.amount_minor) for line in self.cart.lines]
        return self._whose() | {"lines": lines}

    def _whose(self) -> dict[str, Any]:
        return {"customer": self.cart.customer and self.cart.customer.ref, "currency": self._currency}

    def _left(self, points_minor: int) -> Customer | None:
        """What is known of the customer who has spent so much, if anything is."""
        seen = self.memory.customer(self.cart.customer.ref) if self.cart.customer else None
        if seen is None or seen.spendable_minor is None:
            return None
        return replace(seen, spendable_minor=max(0, seen.spendable_minor - points_minor))

    def _use(self, order_id: str, quote: Quote) -> int:
        """Set the offers of a quote aside for the order; gives the number of the use."""
        body = self._cart() | {"key": f"{order_id}/offers", "order_id": order_id}
        body["coupons"] = [one["coupon"] for one in quote.offers if one["coupon"]]
        body["discount_minor"] = sum(one["amount_minor"] for one in quote.offers)
        return int(self._server.ask("POST", "/offers/uses", body)["id"])

    def _hold(self, order_id: str, quote: Quote, factor: str) -> None:
        body = self._whose() | {"key": order_id, "order_id": order_id}
        body |= {"points_minor": quote.points_minor, "amount_minor": quote.total_minor}
        if factor:
            body["factor"] = {"code" if factor.isdecimal() else "qr": factor.removeprefix("qr:")}
        self._server.ask("POST", "/loyalty/holds", body)

    def _order(self, order_id: str, quote: Quote, at: str) -> dict[str, Any]:
        body = {
            "customer": self.cart.customer and _lasting(self.cart.customer),
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
        return Quote(amounts, points, discount, left, said, offers, alone=True)


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
    return "\n".join([*rows, f"Paid {quote.pays_minor / 100:.2f}", *quote.said])
