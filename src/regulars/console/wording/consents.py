"""What customers agreed to and refused, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.analytics.wording.numbers import plain
from regulars.console.voice import Voice
from regulars.customers.types import MARKETING, ConsentRow

CHANNELS: Mapping[str, Promise] = {
    "email": _("E-mails"),
    "sms": _("Text messages"),
    "call": _("Phone calls"),
    "push": _("Notices on the phone"),
    "messenger": _("Messengers"),
    "post": _("Letters by post"),
    "data": _("Keeping personal data"),
}
"""Ways to reach somebody, in the order in which they are asked; keeping data comes last."""

REASONS: Mapping[str, Promise] = {
    "bad_channel": _("Choose what it is about."),
    "bad_topic": _("Choose what it is about."),
    "bad_source": _("Say in a few words how the customer said so: at the till, by phone, on a form."),
    "bad_proof": _("What shows it cannot be kept: write at most 4,000 plain signs."),
    "in_future": _("That day has not come yet. Choose the day the customer said so."),
    "bad_day": _("That day is too long ago. Look at the year."),
    "unknown_profile": _("This customer was merged or removed a moment ago. Open the card again."),
}
"""Why a consent is not kept. The reasons are those of `customers.types.RecordedConsents` and ours."""


@dataclass(frozen=True)
class Said:
    """One word of a customer: about what, yes or no, when and where, and what shows it."""

    about: str
    answer: str
    tone: str
    day: str
    where: str
    proof: str


def standing(history: Sequence[ConsentRow], voice: Voice) -> list[Said]:
    """What holds now, a line for each thing somebody was asked about. `history`: the newest word first."""
    newest: dict[tuple[str, str], ConsentRow] = {}
    for row in history:
        newest.setdefault((row.channel, row.topic), row)
    places = {channel: place for place, channel in enumerate(CHANNELS)}
    order = sorted(newest, key=lambda key: (places.get(key[0], len(places)), key[1] != MARKETING, key[1]))
    return [_said(newest[key], voice) for key in order]


def told(history: Iterable[ConsentRow], voice: Voice) -> list[Said]:
    """Every word in its order."""
    return [_said(row, voice) for row in history]


def about(channel: str, topic: str) -> str:
    """ "E-mails", with the topic beside it where it is not advertising."""
    name = str(CHANNELS.get(channel, plain(channel)))
    if topic == MARKETING or channel == "data":
        return name
    return f"{name}: {plain(topic.replace('_', ' '))}"


def refusal(reason: str) -> str:
    """Why a consent was not written down."""
    return str(REASONS.get(reason, reason))


def _said(row: ConsentRow, voice: Voice) -> Said:
    return Said(
        about=about(row.channel, row.topic),
        answer=gettext("agreed") if row.granted else gettext("refused"),
        tone="kept" if row.granted else "lost",
        day=voice.day(voice.day_of(row.at)),
        where=plain(row.source),
        proof=" · ".join(text for key, value in row.proof.items() if (text := _shown(key, value))),
    )


def _shown(key: str, value: str) -> str:
    text = plain(str(value))
    return text if key in ("text", "note") or not text else f"{plain(key)}: {text}"
