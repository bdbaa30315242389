"""A small till that knows regulars, and goes on while the server is away.

    python -m examples.till --address https://regulars.example.com --key sk_… --memory till.db

It shows how a till works with the API (docs/till.md): quote while the cart grows, set coupons and points
aside before the money is taken, and write down what was done in a journal of numbered entries, kept in one
SQLite file. The journal is sent at once while the server is there, and as soon as it is back otherwise;
sending an entry twice does no harm. So there is one way for a sale, whether or not the till is cut off, and
pulling the plug at any moment loses nothing that was paid. Made for reading: a real till prints fiscal
receipts, too.

`selling` is the till: read it first. `server` asks the server, and knows when it is away; `memory` is what
the till must not forget; `__main__` is what the cashier types.
"""

from __future__ import annotations

from examples.till.memory import Memory
from examples.till.selling import Quote, Till
from examples.till.server import Away, Refused, Server

__all__ = ["Away", "Memory", "Quote", "Refused", "Server", "Till"]
