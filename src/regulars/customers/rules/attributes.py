"""What holds of a person out of what their sources say, and what a word of a type looks like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from regulars.customers.rules.names import fold
from regulars.customers.types import CONSENT_CHANNELS, AttributeValue, TraitValue
from regulars.kit.attributes import Kind

TEXT_MAX = 200
"""A longer text is cut: what is asked about is a word or two."""
NUMBER_MAX = 10**15
YEARS = (1900, 2200)
"""Days outside are slips of the hand or stand for "not known"."""
HOURS = 24

Read = Callable[[TraitValue], AttributeValue | None]
"""What a word means for an attribute; None: it does not fit."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_A_LETTER = re.compile(r"[\W_]+")
_BLANKS = re.compile(r"\s+")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_RUSSIAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: .*)?")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?")
_YES = frozenset({"yes", "y", "true", "1", "on", "да", "истина"})
_NO = frozenset({"no", "n", "false", "0", "off", "нет", "ложь"})
_GENDERS = {
    "male": ("male", "m", "man", "м", "муж", "мужской", "мужчина"),
    "female": ("female", "f", "w", "woman", "ж", "жен", "женский", "женщина"),
    "other": ("other", "non-binary", "nonbinary", "x", "другой", "другое"),
}
GENDERS = tuple(_GENDERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An attribute: its key, and the traits it is read from, the one that counts more first."""

    key: str
    kind: Kind
    traits: tuple[str, ...]
    read: Read


@dataclass(frozen=True, slots=True)
class Word:
    """What one profile's source says under a name, as of a moment; None: that it no longer says so."""

    profile_id: int
    verified: bool
    name: str
    value: TraitValue | None
    as_of: int


@dataclass(frozen=True, slots=True)
class Derived:
    """What holds, by key, who said so, and the keys of which somebody's newest word did not fit."""

    values: Mapping[str, AttributeValue] = field(default_factory=dict)
    said: Mapping[str, Word] = field(default_factory=dict)
    misfits: tuple[str, ...] = ()


@lru_cache(maxsize=10_000)
def trait_key(name: str) -> str:
    """The form in which names of traits are compared: dateOfBirth and "Date of birth" are date_of_birth."""
    return _NOT_A_LETTER.sub("_", _CAMEL.sub("_", name).casefold().replace("ё", "е")).strip("_")


def derive(words: Iterable[Word], wanted: Sequence[Wanted]) -> Derived:
    """What holds of a person out of the words of all their profiles.

    Of each trait the newest word counts, those of the shop's own servers apart from the others; a word that
    does not fit says nothing, and a removal takes the trait away. What the shop's servers say comes before
    what a browser says, then the newest word does, then the trait that counts more, then the older profile.
    """
    by_name: dict[str, list[Word]] = {}
    for word in words:
        by_name.setdefault(trait_key(word.name), []).append(word)
    if not by_name:
        return Derived()
    values: dict[str, AttributeValue] = {}
    said: dict[str, Word] = {}
    misfits = []
    for attribute in wanted:
        best: tuple[tuple[bool, int, int, int], AttributeValue, Word] | None = None
        misfit = False
        for place, trait in enumerate(attribute.traits):
            if trait not in by_name:
                continue
            for verified in (True, False):
                told = [word for word in by_name.get(trait, ()) if word.verified is verified]
                told.sort(key=lambda word: (-word.as_of, word.profile_id))
                found, bad = _newest(told, attribute.read)
                misfit |= bad
                if found is None:
                    continue
                value, word = found
                rank = (verified, word.as_of, -place, -word.profile_id)
                if best is None or rank > best[0]:
                    best = (rank, value, word)
        if best is not None:
            values[attribute.key], said[attribute.key] = best[1], best[2]
        if misfit:
            misfits.append(attribute.key)
    return Derived(values, said, tuple(misfits))


def _newest(told: Sequence[Word], read: Read) -> tuple[tuple[AttributeValue, Word] | None, bool]:
    """The newest of one trait's words that fits, unless it was removed since; and whether a newer did not."""
    bad = False
    for word in told:
        if word.value is None:
            return None, bad
        value = read(word.value)
        if value is not None:
            return (value, word), bad
        bad = bad or not _blank(word.value)
    return None, bad


def _blank(value: TraitValue) -> bool:
    return value == [] or (isinstance(value, str) and not value.strip())


# --- What words mean ------------------------------------------------------------------------------------


def reader(kind: Kind, choices: Sequence[str] = ()) -> Read:
    """How words of an attribute of this kind are read; Raises ValueError for a kind that no trait has."""
    if kind is Kind.CHOICE:
        known = {fold(choice): choice for choice in choices}
        return lambda value: known.get(fold(_plain(value)))
    readers: dict[Kind, Read] = {Kind.TEXT: text, Kind.NUMBER: number, Kind.YES_NO: yes_no, Kind.DAY: day}
    if kind not in readers:
        raise ValueError(f"no trait is {kind}")
    return readers[kind]


def guess(values: Sequence[TraitValue]) -> Kind:
    """What kind an attribute looks like by what was said of it; a text where anything else would not do."""
    told = [value for value in values if not _blank(value)]
    for kind in (Kind.YES_NO, Kind.DAY, Kind.NUMBER):
        read = reader(kind)
        # Ones and noughts alone are more often a number of something.
        if told and all(read(value) is not None for value in told):
            if kind is Kind.YES_NO and not any(isinstance(v, bool) or _plain(v).isalpha() for v in told):
                continue
            return kind
    return Kind.TEXT


def text(value: TraitValue) -> str | None:
    """A word or some; of a list all of them, with commas. Yes and no are no text."""
    return _plain(value)[:TEXT_MAX].strip() or None


def number(value: TraitValue) -> int | float | None:
    """A number, also one written with blanks and a comma."""
    if isinstance(value, bool | list):
        return None
    try:
        found = Decimal(_BLANKS.sub("", value).replace(",", ".") if isinstance(value, str) else str(value))
    except InvalidOperation:
        return None
    if not found.is_finite() or abs(found) >= NUMBER_MAX:
        return None
    return int(found) if found == found.to_integral_value() else float(found)


def yes_no(value: TraitValue) -> bool | None:
    """Yes or no, also as 1 and 0 and as a word."""
    if isinstance(value, list):
        return None
    word = str(value).strip().casefold()
    return True if word in _YES else False if word in _NO else None


def day(value: TraitValue) -> str | None:
    """A day, as 2026-02-28 or 28.02.2026, with or without a time; 02/03/2026 may be two days and is none."""
    if not isinstance(value, str):
        return None
    told = value.strip()
    if found := _DAY.fullmatch(told):
        year, month, of_month = map(int, found.groups())
    elif found := _RUSSIAN_DAY.fullmatch(told):
        of_month, month, year = map(int, found.groups())
    else:
        return None
    if not YEARS[0] <= year <= YEARS[1]:
        return None
    try:
        return date(year, month, of_month).isoformat()
    except ValueError:
        return None


def gender(value: TraitValue) -> str | None:
    word = _plain(value).casefold()
    return next((gender for gender, words in _GENDERS.items() if word in words), None)


def language(value: TraitValue) -> str | None:
    """The language alone: ru of ru-RU."""
    found = _LANGUAGE.fullmatch(_plain(value).casefold())
    return found[1] if found else None


def channel(value: TraitValue) -> str | None:
    word = _plain(value).casefold()
    return word if word in CONSENT_CHANNELS and word != "data" else None


def hour(value: TraitValue) -> int | None:
    """An hour of the day, from 0 to 23; of "18:30" the hour."""
    found = number(value.split(":")[0] if isinstance(value, str) else value)
    return found if isinstance(found, int) and 0 <= found < HOURS else None


def zone_reader(zones: Mapping[str, str]) -> Read:
    """Time zones by their names in small letters; what is none of them is no zone."""
    return lambda value: zones.get(_plain(value).casefold())


def _plain(value: TraitValue) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_plain, value)))
    return "" if isinstance(value, bool) else _BLANKS.sub(" ", str(value)).strip()


# --- What everybody's customers have ---------------------------------------------------------------------

_BIRTHDAYS = ("birthday", "birth_date", "birthdate", "date_of_birth", "день_рождения", "дата_рождения")
STANDARD_TRAITS: Mapping[str, tuple[Kind, tuple[str, ...]]] = {
    "birthday": (Kind.DAY, _BIRTHDAYS),
    "gender": (Kind.CHOICE, ("gender", "sex", "пол")),
    "city": (Kind.TEXT, ("city", "address_city", "город")),
    "language": (Kind.CHOICE, ("language", "locale", "lang", "язык")),
    "timezone": (Kind.TEXT, ("timezone", "time_zone", "tz", "часовой_пояс")),
    "preferred_channel": (Kind.CHOICE, ("preferred_channel", "предпочитаемый_канал")),
    "preferred_hour": (Kind.NUMBER, ("preferred_hour", "предпочитаемый_час")),
    "interests": (Kind.TEXT, ("interests", "интересы")),
}  # fmt: skip
"""By key: the kind, and the traits read for it; the first is the one written by hand."""


def standard(zones: Mapping[str, str]) -> tuple[Wanted, ...]:
    """What everybody's customers have; `zones` as in `zone_reader`."""
    readers: Mapping[str, Read] = {
        "birthday": day,
        "gender": gender,
        "city": text,
        "language": language,
        "timezone": zone_reader(zones),
        "preferred_channel": channel,
        "preferred_hour": hour,
        "interests": text,
    }
    return tuple(
        Wanted(key=key, kind=kind, traits=traits, read=readers[key])
        for key, (kind, traits) in STANDARD_TRAITS.items()
    )


_LETTERS = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюя",
        "a,b,v,g,d,e,zh,z,i,y,k,l,m,n,o,p,r,s,t,u,f,kh,ts,ch,sh,sch,,y,,e,yu,ya".split(","),  # noqa: SIM905
        strict=True,
    )
)
KEY_MAX = 50


def key_of(trait: str, taken: Iterable[str]) -> str:
    """What conditions are to call an attribute that is read from a trait: in Latin letters, and its own."""
    plain = "".join(_LETTERS.get(letter, letter) for letter in trait_key(trait))
    plain = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:KEY_MAX].strip("_")
    plain = plain if plain[:1].isalpha() else f"trait_{plain}".strip("_")
    known = {*taken, *STANDARD_TRAITS}
    number = 2
    key = plain
    while key in known:
        key = f"{plain}_{number}"
        number += 1
    return key
