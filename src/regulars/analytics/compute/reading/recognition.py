"""How surely a column's name means a field."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from regulars.analytics.compute.reading import vocabulary as words
from regulars.analytics.compute.reading import vocabulary_details as details
from regulars.analytics.compute.reading.names import normalise, squash

ORDER_ROLES: Final = {
    "customer_id": words.CUSTOMER,
    "order_id": words.ORDER,
    "ordered_at": words.ORDERED_AT,
    "time": words.ORDERED_TIME,
    "product": words.PRODUCT,
    "category": words.CATEGORY,
    "quantity": words.QUANTITY,
    "unit_price": words.UNIT_PRICE,
    "line_total": words.LINE_TOTAL,
    "amount": words.AMOUNT,
    "order_total": words.ORDER_TOTAL,
    "currency": words.CURRENCY,
    "status": words.STATUS,
    "status_like": words.STATUS_LIKE,
    "cancelled": words.CANCELLED,
    "channel": words.CHANNEL,
    "branch": words.BRANCH,
}
COST_ROLES: Final = {
    "channel": words.COST_CHANNEL,
    "day": words.COST_DAY,
    "cost": words.COST,
}
# Beside those of orders, for who brings them in; looked for after them, so that they change no figure.
DETAIL_ROLES: Final = {
    "email": details.EMAIL,
    "phone": details.PHONE,
    "customer_name": details.CUSTOMER_NAME,
    "first_name": details.FIRST_NAME,
    "middle_name": details.MIDDLE_NAME,
    "last_name": details.LAST_NAME,
    "product_id": words.PRODUCT_CODE,
    "product": words.PRODUCT_NAME,
}
CUSTOMER_ROLES: Final = {
    "customer_id": details.PERSON_ID,
    "email": details.EMAIL,
    "phone": details.PHONE,
    "name": details.PERSON_NAME,
    "first_name": details.FIRST_NAME,
    "middle_name": details.MIDDLE_NAME,
    "last_name": details.LAST_NAME,
    "created_at": details.REGISTERED_AT,
    "fact": details.FACTS,
}
PRODUCT_ROLES: Final = {
    "product_id": (*words.PRODUCT_CODE, *details.OWN_CODE),
    "name": (*words.PRODUCT_NAME, *details.OWN_NAME),
    "category": words.CATEGORY,
    "fact": details.PRODUCT_FACTS,
}
RETURN_ROLES: Final = {
    "return_id": details.RETURN,
    "order_id": details.RETURNED_ORDER,
    "customer_id": details.RETURNING_CUSTOMER,
    "returned_at": (*details.RETURNED_AT, *words.ORDERED_AT[:5]),
    "product_id": words.PRODUCT_CODE,
    "product": words.PRODUCT_NAME[:2],
    "quantity": (*details.RETURNED_QUANTITY, *words.QUANTITY),
    "unit_price": words.UNIT_PRICE,
    "amount": (*details.RETURNED_AMOUNT, *words.LINE_TOTAL, *words.AMOUNT, *words.ORDER_TOTAL),
    "currency": (*details.RETURNED_CURRENCY, *words.CURRENCY),
}
POINTS_ROLES: Final = {
    "customer_id": details.HOLDER_ID,
    "card": details.CARD,
    "phone": details.PHONE,
    "email": details.EMAIL,
    "points": details.POINTS,
    "expires_on": details.EXPIRES_ON,
}
Roles = dict[str, words.Entries]
# To find the names of columns in a file of which nothing is known yet: one role, as only that counts.
ANY_ROLES: Roles = {
    "any": tuple(
        entry
        for roles in (ORDER_ROLES, CUSTOMER_ROLES, PRODUCT_ROLES, RETURN_ROLES, COST_ROLES, POINTS_ROLES)
        for entries in roles.values()
        for entry in entries
    )
}
_KINDS: Final[dict[str, Roles]] = {
    "orders": ORDER_ROLES,
    "details": DETAIL_ROLES,
    "customers": CUSTOMER_ROLES,
    "products": PRODUCT_ROLES,
    "returns": RETURN_ROLES,
    "costs": COST_ROLES,
    "points": POINTS_ROLES,
    "any": ANY_ROLES,
}

# A word put before or after a name by the exporting program; what remains may be a known name.
_BEFORE = frozenset({
    "order", "orders", "deal", "lead", "sale", "sales", "transaction", "trans", "purchase", "row", "fact",
    "raw", "заказ", "заказа", "сделка", "сделки", "продажа", "чек", "checkout", "item", "line",
})  # fmt: skip
_AFTER = frozenset({"utc", "gmt", "local", "msk", "мск", "raw", "str", "value", "val"})
_AFFIX_COST = 6
_PATTERN_SCORE = 45

_PEOPLE = (
    "customer", "client", "buyer", "shopper", "user", "member", "клиент", "покупател", "контрагент",
    "заказчик",
)  # fmt: skip
_IDS = frozenset(
    {"id", "ид", "uid", "uuid", "guid", "code", "код", "no", "number", "номер", "key", "hash", "pin"}
)
_DATES = ("date", "дата", "datetime", "timestamp", "moment")
_SALES = (
    "order", "purchase", "sale", "buy", "trans", "invoice", "receipt", "заказ", "покуп", "продаж", "чек",
    "оформл",
)  # fmt: skip
_SUMS = (
    "amount",
    "revenue",
    "total",
    "sum",
    "sales",
    "spent",
    "сумма",
    "выручка",
    "стоимость",
    "итог",
    "paid",
)
_NOT_SUMS = (
    "tax", "vat", "ндс", "налог", "ship", "deliver", "достав", "freight", "discount", "скидк", "fee",
    "комисс", "commission", "refund", "возврат", "weight", "вес", "margin", "марж", "profit", "прибыл",
    "bonus", "бонус", "балл", "point", "balance", "остат", "due", "долг", "tip", "rate", "%", "процент",
    "percent", "count", "qty", "quant", "колич", "id", "date", "дата", "status", "статус", "currency",
    "валюта", "name", "compare", "outstanding", "cost", "себестоим", "закуп", "avg", "average", "средн",
    "cumul", "накоп", "per", "number", "номер", "items", "orders", "заказов", "unit", "price", "цена",
)  # fmt: skip
_NOT_MOMENTS = (
    "birth", "рожд", "estimat", "expect", "предполаг", "планов", "limit", "sync", "delet", "due", "expir",
    "update", "modif", "измен", "first", "last", "перв", "послед", "cancel", "отмен", "deliver", "достав",
    "ship", "отгруз", "return", "возврат", "regist", "регистр", "signup", "close", "закры",
)  # fmt: skip


def score(roles: Roles, role: str, name: str) -> int:
    """0 when the name does not mean the role, else 10 to about 100."""
    return _known(_frozen(roles), role, normalise(name))


def is_known(roles: Roles, name: str) -> bool:
    """Whether the name means any of the roles; what header rows are made of."""
    return any(score(roles, role, name) for role in roles)


def is_other_moment(name: str) -> bool:
    """A date of something else than the order: a birthday, an update, a delivery."""
    return any(part.startswith(_NOT_MOMENTS) for part in normalise(name).split())


def _frozen(roles: Roles) -> str:
    return next(kind for kind, known in _KINDS.items() if known is roles)


@lru_cache(maxsize=50_000)
def _known(kind: str, role: str, name: str) -> int:
    found = _index(kind)[role]
    whole = name.replace(" ", "")
    if direct := found.get(whole):
        return direct
    parts = name.split()
    shorter = []
    if len(parts) > 1 and parts[0] in _BEFORE:
        shorter.append("".join(parts[1:]))
    if len(parts) > 1 and parts[-1] in _AFTER:
        shorter.append("".join(parts[:-1]))
    best = max((found.get(s, 0) for s in shorter), default=0)
    if best > _AFFIX_COST:
        return best - _AFFIX_COST
    return _by_pattern(kind, role, parts)


@lru_cache(maxsize=len(_KINDS))
def _index(kind: str) -> dict[str, dict[str, int]]:
    index: dict[str, dict[str, int]] = {}
    for role, entries in _KINDS[kind].items():
        names: dict[str, int] = {}
        for value, listed in entries:
            for name in listed.split(";"):
                key = squash(name)
                names[key] = max(names.get(key, 0), value)
        index[role] = names
    return index


def _by_pattern(kind: str, role: str, parts: list[str]) -> int:
    """Names nobody listed, by the words in them: "anonymised_client_pin_id", "дата последней оплаты чека"."""
    if kind not in {"orders", "customers", "returns"}:
        return 0

    def has(stems: tuple[str, ...]) -> bool:
        return any(p.startswith(stems) for p in parts)

    if role == "customer_id" and kind != "returns" and has(_PEOPLE) and _IDS.intersection(parts):
        return _PATTERN_SCORE
    if role == "ordered_at" and has(_DATES) and not has(_NOT_MOMENTS):
        return _PATTERN_SCORE + (5 if has(_SALES) else 0)
    if role == "order_total" and has(_SUMS) and not has(_NOT_SUMS):
        return _PATTERN_SCORE - 5
    if role == "quantity" and has(("quantity", "qty", "колич")):
        return _PATTERN_SCORE
    if (
        role == "order_id"
        and has(("order", "заказ", "invoice", "receipt", "чек"))
        and _IDS.intersection(parts)
    ):
        return _PATTERN_SCORE
    return 0
