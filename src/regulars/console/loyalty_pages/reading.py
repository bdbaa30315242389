"""The programme as customers read it: which one, in which language, and whether it fits on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import Formats
from regulars.console.voice import Voice
from regulars.loyalty import queries
from regulars.loyalty.ready import programme as ready_programme
from regulars.loyalty.types import Programme
from regulars.loyalty.types.rewards import RewardRow
from regulars.loyalty.wording.as_read import PAGE_LINES, Reading, as_read

NOW, NEXT, DRAFT = "now", "next", "draft"


@dataclass(frozen=True, slots=True)
class Source:
    """A programme there is to read. `words`: what it is called among the others."""

    key: str
    words: str
    programme: Programme


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether it fits, and what to do where it does not."""

    text: str
    advice: str
    tone: str


def sources(speak: Voice, *, may_change: bool) -> list[Source]:
    """What holds now, what will, and what is being changed, as far as there is such a thing."""
    versions = queries.versions()
    found = []
    current = next((v for v in reversed(versions) if v.since <= speak.now), None)
    coming = next((v for v in versions if v.since > speak.now), None)
    if current is not None:
        found.append(Source(NOW, _("What holds now"), current.programme))
    if coming is not None:
        found.append(Source(NEXT, _("What comes next"), coming.programme))
    draft = queries.draft() if may_change else None
    if draft is not None:
        found.append(Source(DRAFT, _("The draft"), draft.programme))
    return found


def ready_source(key: str, language: str, speak: Voice) -> Source | None:
    """A ready programme, with its names in the language it is read in."""
    with translation.override(language):
        ready = ready_programme(key, speak.shop.currency)
    return Source(key, ready.name, ready.programme) if ready else None


def reading(source: Source, language: str, speak: Voice, *, rewards: Sequence[RewardRow] = ()) -> Reading:
    """It in one of the two languages, with these rewards; names that the shop made up stay as they are."""
    with translation.override(language):
        return as_read(
            source.programme,
            title=title(speak),
            formats=Formats(language, source.programme.currency or speak.shop.currency),
            return_window_days=speak.shop.return_window_days,
            rewards=rewards,
        )


def rewards_to_be_had(speak: Voice) -> list[RewardRow]:
    """What of the catalogue anybody can take now."""
    return [row for row in queries.rewards() if row.is_offered(speak.now) and row.left != 0]


def title(speak: Voice) -> str:
    """What heads it."""
    if speak.shop.name:
        return _("%(shop)s: the loyalty programme") % {"shop": speak.shop.name}
    return _("The loyalty programme")


def fit(read: Reading, speak: Voice) -> Fit:
    """Whether it is under a page, in words."""
    facts = {"lines": speak.formats.number(read.lines), "page": speak.formats.number(PAGE_LINES)}
    if read.fits:
        said = _("It fits on a small page or two screens of a telephone: about %(lines)s lines of %(page)s.")
        return Fit(said % facts, "", "kept")
    text = _("It no longer fits on a page: about %(lines)s lines, and a page holds %(page)s.") % facts
    longest = read.longest
    advice = ""
    if longest is not None:
        advice = _(
            "“%(part)s” takes %(lines)s lines of them. Have fewer of these, or say them in shorter names."
        ) % {"part": longest.title, "lines": speak.formats.number(longest.lines)}
    return Fit(text, advice, "slipping")


def language_of(asked: str, speak: Voice) -> str:
    """The one that was asked for, else that of the reader."""
    return asked if asked in dict(settings.LANGUAGES) else speak.language
