"""Tiers in plain sentences: how one is reached and kept, and what each of them brings."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from regulars.loyalty.types import MINOR, Programme
from regulars.loyalty.types.tiers import Measure, Privileges, SumOff, Tier, Tiers
from regulars.loyalty.wording import amounts
from regulars.loyalty.wording.speaker import Speaker
from regulars.offers.wording import quoted

_FRACTION = 2
"""A fraction takes the form of two: в 1,5 раза."""


def tier_sentences(tiers: Tiers, programme: Programme, speaker: Speaker) -> tuple[str, ...]:
    """How tiers are reached and kept, then one sentence for each, the lowest first."""
    told = [tier_sentence(tier, tiers, programme, speaker) for tier in tiers.levels]
    return (how_sentence(tiers, speaker), *told)


def how_sentence(tiers: Tiers, speaker: Speaker) -> str:
    """What the tier goes by, over which time, and what happens to who falls short."""
    said = _("Your tier goes by %(measure)s %(span)s.") % {
        "measure": {
            "spend": pgettext("the tier goes by", "what you paid for orders"),
            "orders": pgettext("the tier goes by", "the number of your orders"),
            "points": pgettext("the tier goes by", "points your orders brought"),
        }[tiers.measure],
        "span": {
            "rolling_year": pgettext("the tier goes by", "over the last 365 days"),
            "calendar_year": pgettext("the tier goes by", "since 1 January of last year"),
            "ever": pgettext("the tier goes by", "so far"),
        }[tiers.span],
    }
    if tiers.span == "ever":
        return said
    if not tiers.grace_days:
        return f"{said} {_('If that is no longer enough, it ends with that day.')}"
    kept = ngettext(
        "If that is no longer enough, you keep it for %(n)s day more.",
        "If that is no longer enough, you keep it for %(n)s days more.",
        tiers.grace_days,
    )
    return f"{said} {kept % {'n': speaker.formats.number(tiers.grace_days)}}"


def tier_sentence(tier: Tier, tiers: Tiers, programme: Programme, speaker: Speaker) -> str:
    """ "“Gold” from 30,000 ₽: 7% back in points instead of 5%, free delivery."."""
    facts = {
        "name": quoted(tier.name),
        "from": from_words(tier.from_minor, tiers.measure, programme, speaker),
        "brings": speaker.all_of(privileges_words(tier.brings, programme, speaker)),
    }
    if not tier.from_minor:
        if not facts["brings"]:
            return _("%(name)s from the beginning.") % facts
        return _("%(name)s from the beginning: %(brings)s.") % facts
    if not facts["brings"]:
        return _("%(name)s %(from)s.") % facts
    return _("%(name)s %(from)s: %(brings)s.") % facts


def measure_words(minor: int, measure: Measure, programme: Programme, speaker: Speaker) -> str:
    """So much of what tiers go by, as it stands behind "more": "30,000 ₽", "5 orders"."""
    match measure:
        case "spend":
            return speaker.money(minor, programme)
        case "orders":
            said = ngettext("%(n)s order", "%(n)s orders", minor)
            return said % {"n": speaker.formats.number(minor)}
        case "points":
            return speaker.points(minor)


def from_words(minor: int, measure: Measure, programme: Programme, speaker: Speaker) -> str:
    """From how much on: "from 30,000 ₽", "from 5 orders"; in Russian numbers stand in another case there."""
    match measure:
        case "spend":
            return _("from %(money)s") % {"money": speaker.money(minor, programme)}
        case "orders":
            return ngettext("from %(n)s order", "from %(n)s orders", minor) % {
                "n": speaker.formats.number(minor)
            }
        case "points":
            whole = minor // MINOR
            said = ngettext("from %(n)s point", "from %(n)s points", whole)
            return said % {"n": amounts.number(minor, speaker.formats)}


def privileges_words(brings: Privileges, programme: Programme, speaker: Speaker) -> list[str]:
    """What a tier brings, each a part of a list; nothing where it is no more than its name."""
    told = []
    if brings.cashback_percent is not None and brings.cashback_percent != programme.cashback_percent:
        facts = {
            "percent": speaker.percent(brings.cashback_percent),
            "usual": speaker.percent(programme.cashback_percent),
        }
        if programme.cashback_percent:
            told.append(_("%(percent)s back in points instead of %(usual)s") % facts)
        else:
            told.append(_("%(percent)s back in points") % facts)
    if brings.factor is not None and brings.factor != 1:
        whole = brings.factor == brings.factor.to_integral_value()
        said = ngettext(
            "%(n)s time the points", "%(n)s times the points", int(brings.factor) if whole else _FRACTION
        )
        told.append(said % {"n": speaker.decimal(brings.factor)})
    if brings.discount_percent:
        told.append(
            _("%(percent)s off every purchase") % {"percent": speaker.percent(brings.discount_percent)}
        )
    if brings.discount_sum:
        told.append(_sum_off(brings.discount_sum, programme, speaker))
    flags = (
        (brings.free_delivery, _("free delivery")),
        (brings.early_access, _("early access")),
        (brings.priority_service, _("priority service")),
        (brings.manager, _("a personal manager")),
    )
    return told + [words for is_so, words in flags if is_so]


def _sum_off(off: SumOff, programme: Programme, speaker: Speaker) -> str:
    """ "300 ₽ off every purchase of 2,000 ₽ or more"."""
    facts = {
        "money": speaker.money(off.amount_minor, programme),
        "total": speaker.money(off.total_from_minor, programme),
    }
    if off.total_from_minor:
        return _("%(money)s off every purchase of %(total)s or more") % facts
    return _("%(money)s off every purchase") % facts
