"""Customers who are one, in words: what they have in common, what differs, why somebody was put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from regulars.analytics.wording.numbers import Formats, plain
from regulars.console.contacts import written
from regulars.console.voice import Voice
from regulars.customers.rules import mask
from regulars.customers.types import Comparison, IdentityType, Likeness, MergeRow, Rule

SAME: Mapping[IdentityType, Promise] = {
    IdentityType.CRM: _("the same number in another system"),
    IdentityType.CARD: _("the same loyalty card"),
    IdentityType.PHONE: _("the same phone"),
    IdentityType.EMAIL: _("the same e-mail"),
    IdentityType.TELEGRAM: _("the same Telegram"),
    IdentityType.WHATSAPP: _("the same WhatsApp"),
    IdentityType.VK: _("the same VK page"),
}
DIFFERENT: Mapping[IdentityType, Promise] = {
    IdentityType.CRM: _("different numbers in the same system"),
    IdentityType.CARD: _("different loyalty cards"),
    IdentityType.PHONE: _("different phones"),
    IdentityType.EMAIL: _("different e-mails"),
    IdentityType.TELEGRAM: _("different Telegrams"),
    IdentityType.WHATSAPP: _("different WhatsApps"),
    IdentityType.VK: _("different VK pages"),
}
LIKENESSES: Mapping[Likeness, Promise] = {
    Likeness.NAME_AND_BIRTHDAY: _("the same name and birthday"),
    Likeness.NAME_AND_CITY: _("the same name and city"),
    Likeness.NAME_AND_NUMBER: _("the same name, phones that end alike"),
    Likeness.NAME_AND_EMAIL: _("the same name, e-mails alike before the @"),
    Likeness.EMAIL_ALMOST: _("e-mails that differ by a slip"),
    Likeness.SHARED: _("a contact in common that more people have"),
}


@dataclass(frozen=True)
class Tally:
    """Of a type: customers who share a value with others as few as the rule allows, and values that more
    share."""

    apart: int = 0
    over: int = 0


@dataclass(frozen=True)
class Verdict:
    """What to think of two cards: what speaks for one person, and what against it."""

    text: str
    warning: str


def in_common(shared: Iterable[tuple[IdentityType, str]], *, whole: bool) -> str:
    """ "the same phone +7 916 123-45-67, the same e-mail a•••@mail.ru"; without a value only what it is."""
    told = []
    for type_, value in shared:
        shown = plain(written(type_, value) if whole else mask(type_, value)) if value else ""
        told.append(f"{SAME[type_]} {shown}" if shown else str(SAME[type_]))
    return ", ".join(told)


def verdict(found: Comparison, *, whole: bool) -> Verdict:
    """What speaks for two cards being one person, and what against it."""
    common = in_common(found.shared, whole=whole)
    text = (
        gettext("They have %(common)s.") % {"common": common}
        if common
        else gettext("They have no contact in common. Look closely at names, orders and days.")
    )
    against = [gettext("A colleague said that they are two different people.")] if found.told_apart else []
    if found.differing:
        differ = ", ".join(str(DIFFERENT[type_]) for type_ in found.differing)
        against.append(
            gettext("They have %(differ)s; a person has only one, so these are probably two people.")
            % {"differ": differ}
        )
    return Verdict(text, " ".join(against))


def likenesses(found: Sequence[Likeness]) -> str:
    """Why two may be one, as a sentence."""
    return _begun(", ".join(str(LIKENESSES[one]) for one in found))


def suggested(count: int, most: int, formats: Formats) -> str:
    """ "12 pairs look like one customer …": what stands above the list of them."""
    if not count:
        return gettext("No two cards look like one customer.")
    if count >= most:
        text = gettext("More than %(count)s pairs of cards look like one customer.")
    else:
        text = ngettext(
            "%(count)s pair of cards looks like one customer.",
            "%(count)s pairs of cards look like one customer.",
            count,
        )
    told = text % {"count": formats.number(count)}
    besides = gettext("The surest come first. Nothing is put together by itself.")
    return f"{told} {besides}"


def why(row: MergeRow, colleagues: Mapping[int, str], *, whole: bool) -> str:
    """Why two became one: by whom, or by what they had in common."""
    if row.because:
        return _begun(in_common(row.because, whole=whole))
    name = colleagues.get(row.by_id or 0, "")
    return gettext("By hand: %(name)s") % {"name": name} if name else gettext("By hand")


def moment(at: datetime, voice: Voice) -> str:
    """ "5 March, 14:05"."""
    return f"{voice.day(voice.day_of(at))}, {voice.time(at)}"


def undone(row: MergeRow, colleagues: Mapping[int, str], voice: Voice) -> str:
    """When a merge was undone and by whom; empty if it holds."""
    if row.undone_at is None:
        return ""
    told = {"moment": moment(row.undone_at, voice), "name": colleagues.get(row.undone_by or 0, "")}
    if told["name"]:
        return gettext("Undone %(moment)s by %(name)s") % told
    return gettext("Undone %(moment)s") % told


def rule(of: Rule, formats: Formats) -> str:
    """What a rule does, in a sentence."""
    said = {"same": str(SAME[of.type]), "count": formats.number(of.persons_max)}
    if not of.merges:
        return gettext("Cards with %(same)s stay apart.") % said
    text = ngettext(
        "Cards with %(same)s are put together, unless more than %(count)s person has it.",
        "Cards with %(same)s are put together, unless more than %(count)s people have it.",
        of.persons_max,
    )
    return text % said


def one_each(of: Rule) -> str:
    """What having only one of a kind forbids; empty where one may have several."""
    if not of.one_each:
        return ""
    return gettext(
        "A customer has only one: two who have different ones are not put together by anything weaker."
    )


def joins(of: Rule, tally: Tally, formats: Formats) -> str:
    """Whom a rule put together and whom it would, in a sentence or two."""
    told = []
    if tally.apart:
        said = {"count": formats.number(tally.apart)}
        if of.merges:
            text = ngettext(
                "%(count)s customer still stands apart: something speaks against it, or their turn comes.",
                "%(count)s customers still stand apart: something speaks against it, or their turn comes.",
                tally.apart,
            )
        else:
            text = ngettext(
                "It would put %(count)s customer together with another.",
                "It would put %(count)s customers together with others.",
                tally.apart,
            )
        told.append(text % said)
    if tally.over:
        text = ngettext(
            "%(count)s value is shared by more people than that and joins nobody.",
            "%(count)s values are shared by more people than that and join nobody.",
            tally.over,
        )
        told.append(text % {"count": formats.number(tally.over)})
    return " ".join(told) or gettext("Nobody else shares one with another customer.")


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
