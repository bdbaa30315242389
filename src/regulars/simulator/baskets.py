"""What one customer of the made-up shop likes, and puts into the basket."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import ClassVar

from regulars.simulator.catalogue import ITEMS, Item

# What is often taken along with something of a category.
_GOES_WITH = {
    "Чёрный чай": ("Мёд липовый, 350 г", "Печенье имбирное, 200 г", "Сахар леденцовый, 300 г"),
    "Зелёный чай": (
        "Чайник стеклянный с ситом, 600 мл",
        "Пастила белёвская, 200 г",
        "Кружка с крышкой и ситом",
    ),
    "Улун и пуэр": ("Гайвань фарфоровая, 120 мл", "Пиалы, 2 шт.", "Чабань бамбуковая"),
    "Травяной чай": ("Мёд липовый, 350 г", "Фильтр-пакеты для чая, 100 шт.", "Термос, 500 мл"),
    "Кофе в зёрнах": ("Фильтры V60, 100 шт.", "Воронка V60", "Шоколад горький 72%, 90 г", "Кофемолка ручная"),
    "Кофе молотый и дрипы": ("Шоколад горький 72%, 90 г", "Печенье имбирное, 200 г", "Френч-пресс, 600 мл"),
}
_BY_NAME = {item.name: item for item in ITEMS}
_DRINKS = {need: [item for item in ITEMS if item.need == need] for need in ("tea", "coffee")}
_GIFTS = [item for item in ITEMS if item.need == "gift"]
_TREATS = [item for item in ITEMS if item.need == "treat"]
_BULK = [item for item in ITEMS if item.need == "coffee" and "1 кг" in item.name]
_GIFT_MONTHS = {12: 0.3, 2: 0.1, 3: 0.12}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a basket; the amount is of the whole line, in kopecks."""

    item: Item
    quantity: int
    amount_minor: int


@dataclass(slots=True)
class Shopper:
    """The habits of a customer.

    `rhythm` days between purchases, `leaves` the chance to be gone for good after each purchase but the
    first, `gift` one who buys presents and drinks something else.
    """

    FIRM_EVERY: ClassVar[int] = 80

    favourite: Item
    rhythm: float
    leaves: float
    firm: bool = False
    gift: bool = False
    owns: set[str] = field(default_factory=set)

    @classmethod
    def make(cls, random: Random, number: int) -> Shopper:
        """Somebody new; every FIRM_EVERY-th is a café or an office, which buys a lot."""
        if number % cls.FIRM_EVERY == 0:
            return cls(random.choice(_BULK), random.uniform(18, 34), 0.04, firm=True)
        favourite = random.choice(_DRINKS["tea" if random.random() < 0.6 else "coffee"])
        devoted = random.random() < 0.12
        rhythm = max(14.0, favourite.lasts * random.lognormvariate(0.35, 0.4)) * (0.6 if devoted else 1)
        leaves = 0.03 if devoted else min(0.6, random.betavariate(1.6, 7))
        return cls(favourite, rhythm, leaves, gift=not devoted and random.random() < 0.15)


def fill_basket(random: Random, shopper: Shopper, at: datetime, prices: float) -> tuple[Line, ...]:
    """What is bought at that moment, each item once; `prices` against those of the first day."""
    discount = 0.9 if random.random() < 0.12 else 1.0
    quantities: dict[str, int] = {}
    for item, quantity in _wishes(random, shopper, at.month):
        if item.name not in shopper.owns:
            quantities.setdefault(item.name, quantity)
        if item.need == "ware" and not item.lasts:
            shopper.owns.add(item.name)
    if not quantities:
        quantities[shopper.favourite.name] = 1
    return tuple(
        Line(_BY_NAME[name], quantity, round(_BY_NAME[name].price * prices * discount / 10) * 1000 * quantity)
        for name, quantity in quantities.items()
    )


def _wishes(random: Random, shopper: Shopper, month: int) -> list[tuple[Item, int]]:
    if shopper.firm:
        return [
            (shopper.favourite, random.randint(2, 6)),
            (random.choice(_DRINKS["tea"]), random.randint(1, 4)),
        ]
    wishes = []
    if random.random() < (0.85 if shopper.gift else _GIFT_MONTHS.get(month, 0.02)):
        wishes.append((random.choice(_GIFTS), 1))
    if not shopper.gift or not wishes:
        wishes.append((_drink(random, shopper), random.choices((1, 2, 3), (75, 20, 5))[0]))
    while len(wishes) < 5 and random.random() < 0.42:
        wishes.append((_extra(random, shopper), 1))
    return wishes


def _drink(random: Random, shopper: Shopper) -> Item:
    same = [item for item in ITEMS if item.category == shopper.favourite.category]
    return shopper.favourite if random.random() < 0.62 else random.choice(same)


def _extra(random: Random, shopper: Shopper) -> Item:
    chance = random.random()
    if chance < 0.5:
        return _BY_NAME[random.choice(_GOES_WITH[shopper.favourite.category])]
    if chance < 0.7:
        return random.choice(_TREATS)
    return random.choice(_DRINKS[random.choice(("tea", "tea", "coffee"))])
