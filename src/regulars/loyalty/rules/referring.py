"""Codes for friends, what tells that two are one, and why a referral brings nothing. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from regulars.customers.rules.likeness import DOMAINS
from regulars.loyalty.rules.lifetime import lasting
from regulars.loyalty.types.earning import Period
from regulars.loyalty.types.referring import Referral, ReferralState, Refused

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 signs: none that is taken for another when it is read out or typed."""
CHARACTERS = 10
"""50 random bits."""
AT_ONCE = timedelta(hours=1)
"""A code told so long after the first order was told with it: at a till it is asked for when all is paid."""
NETWORK_MAX = 3
"""So many friends of one referrer may come from one network: at home, in a café; more are made up."""
ADDRESS_MIN = 10
"""A shorter postal address is a town's or nothing."""

_MEANT = str.maketrans("OIL", "011")
_CODE = re.compile(f"[{ALPHABET}]{{{CHARACTERS}}}")
_IN_PATH = re.compile(rf"/r/([0-9A-Za-z]{{5}}-?[0-9A-Za-z]{{{CHARACTERS - 5}}})/?$")
_BETWEEN = re.compile(r"[\s\-_.]+")
_WORDS = re.compile(r"\w+")
_STREET_WORDS = frozenset(
    """ул улица street st str г город city д дом house кв квартира apt apartment flat пр проспект просп
    avenue ave пер переулок корп корпус к стр строение обл область region россия russia""".split()  # noqa: SIM905
)


def new_code() -> str:
    """A code nobody can foresee."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CHARACTERS))


def written(code: str) -> str:
    """As people read it: ABCDE-FGHJK."""
    return f"{code[:5]}-{code[5:]}"


def code_of(text: str) -> str:
    """The code somebody typed, as it is stored: without case and dashes, O for nought; empty for none."""
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper().translate(_MEANT)
    return plain if _CODE.fullmatch(plain) else ""


def code_in_path(path: str) -> str:
    """The code a link of ours ends with, as `link` makes them; empty for none."""
    found = _IN_PATH.search(path.partition("?")[0].partition("#")[0])
    return code_of(found[1]) if found else ""


def link(url: str, code: str) -> str:
    """Where friends are led: `{code}` in the address stands for it; one that ends in = gets it; to one that
    asks for something it is added as `ref=<code>`, to any other as `/r/<code>`. Empty without an address."""
    if not url:
        return ""
    if "{code}" in url:
        return url.replace("{code}", code)
    if url.endswith("="):
        return url + code
    if "?" in url:
        return f"{url}{'' if url.endswith(('?', '&')) else '&'}ref={code}"
    return f"{url.rstrip('/')}/r/{code}"


def hashed(text: str, *, key: bytes) -> str:
    """What is kept of a device or a network: equal for equals, and nothing else; empty for nothing."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32] if text else ""


def owner_of_email(value: str) -> str:
    """An e-mail address without what its owner may add or leave out: case, dots and tags of its name."""
    name, at, domain = value.casefold().rpartition("@")
    name = name.partition("+")[0].replace(".", "")
    return f"{name}{at}{DOMAINS.get(domain, domain)}"


def same_place(values: Iterable[str]) -> str:
    """A postal address as it can be compared: its words and numbers, in order of nothing but themselves.

    Empty for one too short, or without a number: a town is no address.
    """
    text = unicodedata.normalize("NFKC", " ".join(values)).casefold().replace("ё", "е")
    words = sorted({word for word in _WORDS.findall(text) if word not in _STREET_WORDS})
    told = " ".join(words)
    return told if len(told) >= ADDRESS_MIN and any(c.isdigit() for c in told) else ""


def period_of(moment: datetime, period: Period, zone: ZoneInfo) -> tuple[int, ...]:
    """Which day, week, month or year of a calendar that was; equal for the same."""
    day: date = moment.astimezone(zone).date()
    return {
        "day": (day.year, day.month, day.day),
        "week": tuple(day.isocalendar()[:2]),
        "month": (day.year, day.month),
        "year": (day.year,),
    }[period]


def due_at(
    *, bought_at: datetime, wait_days: int | None, return_window_days: int, zone: ZoneInfo
) -> datetime:
    """When the wait after an order is over: full days of the friend's calendar."""
    days = return_window_days if wait_days is None else wait_days
    return lasting(since=bought_at, days=days, zone=zone) if days else bought_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What speaks against a referral, apart from other referrals of the friend and the referrer's limit."""

    is_self: bool = False
    circle: bool = False
    known_customer: bool = False
    same_address: bool = False
    same_device: bool = False
    may_refer: bool = True


def what_holds_on(signs: Signs) -> Signs:
    """What of it takes back what was given already: that they turn out to be one, or to have bought before.

    Somebody who moves in with a friend later takes nothing away.
    """
    return Signs(is_self=signs.is_self, known_customer=signs.known_customer)


@dataclass(slots=True)
class Other:
    """A referral of a friend, among all by which that friend came."""

    number: int
    state: ReferralState
    at: datetime
    rewarded_at: datetime | None


def comes_after_another(number: int, others: Sequence[Other]) -> bool:
    """Whether the friend was brought by somebody else before: who was told of first counts, and who was
    rewarded already above all."""
    own = next(one for one in others if one.number == number)
    for other in others:
        if other.number == number or other.state is ReferralState.REFUSED:
            continue
        if other.state is not own.state:
            if other.state is ReferralState.REWARDED:
                return True
        elif (other.rewarded_at or other.at, other.number) < (own.rewarded_at or own.at, own.number):
            return True
    return False


def refusal(signs: Signs, *, twice: bool, over_limit: bool, allowed: bool) -> Refused | None:
    """Why it brings nothing; None: nothing speaks against it. `allowed`: a colleague said yes.

    Nobody brings themselves, and nobody is brought twice, whoever says yes.
    """
    if signs.is_self:
        return "self"
    if twice:
        return "twice"
    if allowed:
        return None
    found: Mapping[Refused, bool] = {
        "circle": signs.circle,
        "known_customer": signs.known_customer,
        "same_address": signs.same_address,
        "same_device": signs.same_device,
        "not_allowed": not signs.may_refer,
        "over_limit": over_limit,
    }
    return next((reason for reason, holds in found.items() if holds), None)


def is_over(referral: Referral, *, rewarded: Iterable[datetime], now: datetime, zone: ZoneInfo) -> bool:
    """Whether the referrer has been rewarded for as many friends as they may be in the period of `now`."""
    if referral.most is None:
        return False
    wanted = period_of(now, referral.period, zone)
    return sum(period_of(at, referral.period, zone) == wanted for at in rewarded) >= referral.most
