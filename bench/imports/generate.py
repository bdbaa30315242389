"""A file of orders in the shape of a real wholesaler's: long orders, codes, credits, strangers."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

SEED = 20240229
ORDERS, CUSTOMERS, GOODS = 25_000, 4_400, 4_600
LINES_MEAN = 21


def orders_file(folder: Path) -> Path:
    """About half a million lines, made where they are missing."""
    path = folder / "wholesale-orders.csv"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        with unfinished.open("w", newline="", encoding="utf-8") as file:
            _write(csv.writer(file))
        unfinished.replace(path)
    return path


def _write(rows: csv.Writer) -> None:  # type: ignore[name-defined]
    chance = random.Random(SEED)  # noqa: S311 (not a secret)
    prices = [chance.randrange(10, 2000) for _ in range(GOODS)]
    rows.writerow(
        ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
    )
    moment = datetime(2024, 1, 9, 7)
    for order in range(ORDERS):
        moment += timedelta(seconds=chance.randrange(2 * 365 * 86_400 // ORDERS))
        customer = "" if chance.random() < 0.2 else str(12_000 + int(chance.betavariate(1, 3) * CUSTOMERS))
        is_credit = chance.random() < 0.17
        number = f"{'C' if is_credit else ''}{489_434 + order}"
        for _ in range(1 + int(chance.expovariate(1 / (2 if is_credit else LINES_MEAN)))):
            good = int(chance.betavariate(1, 4) * GOODS)
            quantity = chance.choice([1, 1, 2, 3, 6, 12, 24]) * (-1 if is_credit else 1)
            price = f"{prices[good] // 100}.{prices[good] % 100:02}"
            name = f"WHITE HANGING HEART HOLDER {good}"
            rows.writerow([number, f"{20_000 + good}", name, quantity, moment, price, customer, "Germany"])
