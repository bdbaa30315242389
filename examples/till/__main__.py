"""The till on a terminal: what the cashier types, and what is shown."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from decimal import Decimal
from pathlib import Path

import httpx
from examples.till import Memory, Refused, Server, Till

PATIENCE_SECONDS = 3.0
"""Nobody waits longer at a till: then it goes on alone."""
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


def _do(till: Till, *typed: str) -> str:
    """Do what the cashier typed; gives what is shown."""
    match typed:
        case ["scan", ref]:
            customer = till.scan(ref)
            points = "?" if customer.spendable_minor is None else f"{customer.spendable_minor / 100:g}"
            return "\n".join([f"{customer.name or customer.ref}: {points} points", *till.ahead()])
        case ["add", product_id, price, *quantity]:
            till.add(product_id, _hundredths(price), Decimal(*quantity or "1"))
            return "\n".join(till.quote().said)
        case ["coupon", code]:
            till.give_coupon(code)
            return "\n".join(till.quote().said)
        case ["quote", *points]:
            quote = till.quote(_hundredths(*points))
            needed = ["Scan the customer's QR code, or send a code."] if quote.factor_needed else []
            return "\n".join([f"To pay: {quote.pays_minor / 100:.2f}", *quote.said, *needed])
        case ["pay", *told]:
            return till.pay(_hundredths(*told[:1]), *told[1:])
        case ["return", order_id, *product]:
            till.give_back(order_id, *product)
            return "Taken back."
        case ["send"]:
            return till.send() or "All is sent."
        case ["wrong"]:
            return "\n".join(json.dumps(one) for one in till.memory.wrong()) or "Nothing."
    return COMMANDS


def _hundredths(amount: str = "0") -> int:
    return int(Decimal(amount) * 100)


def main() -> None:
    parser = argparse.ArgumentParser(description="A small till that knows regulars.")
    parser.add_argument("--address", required=True, help="of the server, such as http://127.0.0.1:8000")
    parser.add_argument("--key", required=True, help="of a till, from Connections → Keys")
    parser.add_argument("--memory", type=Path, default=Path("till.db"), help="file of this till alone")
    parser.add_argument("--currency", default="RUB")
    parser.add_argument("--language", default="en", choices=["en", "ru"], help="of what customers are told")
    told = parser.parse_args()
    headers = {"Authorization": f"Bearer {told.key}", "Accept-Language": told.language}
    with httpx.Client(base_url=told.address, headers=headers, timeout=PATIENCE_SECONDS) as client:
        till = Till(Server(client), Memory(told.memory), currency=told.currency)
        till.send()
        print(COMMANDS)
        for typed in sys.stdin:
            words = shlex.split(typed)
            if words[:1] == ["quit"]:
                break
            try:
                print(_do(till, *words))
            except (Refused, ValueError, ArithmeticError, TypeError) as error:
                print(error)


if __name__ == "__main__":
    main()
