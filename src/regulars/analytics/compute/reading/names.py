"""Names of columns made comparable, and names as they may be shown."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-zа-я0-9])(?=[A-ZА-Я])|(?<=[A-ZА-Я])(?=[A-ZА-Я][a-zа-я])")
_PUNCTUATION = re.compile(r"[^0-9a-zа-я%]+")
_SHOWN_MAX = 80

CURRENCY_WORDS = {
    "RUB": ("₽", "руб", "рублей", "рубля", "рубль", "рублях", "р", "rub", "rur", "ruble", "rubles"),
    "USD": ("$", "usd", "us$", "долл", "доллар", "долларов", "dollar", "dollars"),
    "EUR": ("€", "eur", "евро", "euro", "euros"),
    "GBP": ("£", "gbp"),
    "KZT": ("₸", "kzt", "тг", "тенге"),
    "BYN": ("byn", "byr", "бел руб"),
    "UAH": ("₴", "uah", "грн", "гривен", "гривна"),
    "PLN": ("zł", "pln"),
    "TRY": ("₺", "try", "tl"),
    "JPY": ("¥", "jpy"),
    "CNY": ("cny", "rmb", "юань", "юаней"),
    "INR": ("₹", "inr"),
    "BRL": ("r$", "brl"),
    "CHF": ("chf",),
    "CAD": ("cad", "ca$"),
    "AUD": ("aud", "a$"),
    "CZK": ("kč", "czk"),
    "SEK": ("sek",),
    "NOK": ("nok",),
    "DKK": ("dkk",),
    "AED": ("aed",),
    "UZS": ("uzs", "сум"),
    "KGS": ("kgs", "сом"),
    "AMD": ("amd", "֏"),
    "GEL": ("gel", "₾"),
    "AZN": ("azn", "₼"),
    "ILS": ("ils", "₪"),
    "MXN": ("mxn",),
    "SGD": ("sgd",),
    "HKD": ("hkd",),
    "KRW": ("krw", "₩"),
    "THB": ("thb", "฿"),
    "VND": ("vnd", "₫"),
    "ZAR": ("zar",),
    "NZD": ("nzd",),
}
CURRENCY_OF_WORD = {word: code for code, words in CURRENCY_WORDS.items() for word in words}

# Said beside a name, they change nothing of what the column is.
_UNITS = frozenset(w for w in CURRENCY_OF_WORD if w.isalpha() and w not in {"try", "сум", "сом"})
_FILLERS = _UNITS | {"the", "of", "в", "шт", "pcs", "ед"}


@lru_cache(maxsize=20_000)
def normalise(name: str) -> str:
    """Lower-case words parted by single spaces: "InvoiceNo" -> "invoice no", "№ заказа" -> "номер заказа"."""
    text = unicodedata.normalize("NFKC", name.replace("№", " номер "))
    text = _CAMEL.sub(" ", text.replace("#", " number ").replace("Ё", "Е").replace("ё", "е"))
    words = _PUNCTUATION.sub(" ", text.lower()).split()
    kept = [w for w in words if w not in _FILLERS]
    return " ".join(kept or words)


def squash(name: str) -> str:
    """The normal form without spaces, so that "customerid" and "Customer ID" are one."""
    return normalise(name).replace(" ", "")


def currency_of(value: str) -> str | None:
    """The code a currency's sign, word or code stands for; None if it is not one."""
    word = unicodedata.normalize("NFKC", value).strip().rstrip(".").strip().lower().replace(". ", " ")
    return CURRENCY_OF_WORD.get(word)


def currency_in_name(name: str) -> str | None:
    """The currency a column's name mentions ("Сумма, руб.", "Price (USD)", "amount_eur")."""
    for part in re.split(r"[\s,;:()\[\]_./-]+", name):
        word = part.strip().lower()
        if (code := CURRENCY_OF_WORD.get(word)) and word not in {"try", "tl", "р", "сом", "сум"}:
            return code
    return None


def shown(value: str) -> str:
    """Safe to print: no control characters, not endless."""
    clean = "".join(c if c.isprintable() else " " for c in value).strip()
    return clean if len(clean) <= _SHOWN_MAX else clean[: _SHOWN_MAX - 1] + "…"
