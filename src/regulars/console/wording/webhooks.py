"""Webhooks in words: what they may be told, how they stand, why something did not arrive."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from regulars.console.import_pages import moment
from regulars.console.voice import Voice
from regulars.console.wording.imports import Standing
from regulars.webhooks.types import COUNTED_MAX, OFFERED, TEST, DeliveryRow, EndpointRow, OffReason, State

EVENTS: Mapping[str, Promise] = {
    "order_completed": _("An order was placed"),
    "order_updated": _("An order was changed"),
    "order_cancelled": _("An order was cancelled"),
    "order_refunded": _("Money was given back"),
    "delivery_promised": _("A delivery was promised for a day"),
    "order_shipped": _("An order was sent off"),
    "order_delivered": _("An order was delivered"),
    "profile_created": _("A customer appeared"),
    "identity_added": _("A customer has a new e-mail, phone or other address"),
    "identity_removed": _("A customer no longer has an e-mail, phone or other address"),
    "traits_changed": _("What is known of a customer changed"),
    "group_joined": _("A customer joined a group or a company"),
    "customers_merged": _("Two customers turned out to be one"),
    "customers_unmerged": _("Customers put together were parted again"),
    "manager_changed": _("Somebody else looks after a customer"),
    "points_earned": _("A customer earned points"),
    "points_became_usable": _("Points that waited can be spent"),
    "points_spent": _("A customer spent points"),
    "points_given_back": _("Spent points came back with a return"),
    "points_taken_back": _("Earned points were taken back with a return"),
    "points_expiring": _("Points will expire in 30 or 7 days"),
    "points_expired": _("Points expired"),
    "points_adjusted": _("Points were given or taken by hand"),
    "points_short": _("A till that was cut off let somebody spend more points than there were"),
    "tier_reached": _("A customer reached a tier"),
    "tier_ending": _("A customer is about to lose a tier"),
    "tier_left": _("A customer lost a tier"),
    "benefit_given": _("A customer was given something by the programme"),
    "benefit_withdrawn": _("What a customer was given was taken back"),
    "reward_ordered": _("A customer took a reward for points"),
    "reward_cancelled": _("A reward was given back, and its points returned"),
    "reward_handed_out": _("A gift was handed out"),
    "coupon_issued": _("A customer was given a coupon"),
    "coupon_used": _("An offer took something off a customer's order"),
    "coupon_returned": _("An order came back whole, and its offer can be used again"),
    "friend_came": _("A friend came with a customer's code"),
    "friend_bought": _("A friend a customer brought has bought, and both were rewarded"),
    "friend_refused": _("A friend a customer brought brings nothing"),
    "segment_entered": _("A customer came into a segment"),
    "segment_left": _("A customer left a segment"),
    "consent_given": _("A customer agreed to messages"),
    "consent_withdrawn": _("A customer no longer wants messages"),
    "task_created": _("A task about a customer was set"),
    "task_closed": _("A task about a customer was done"),
    TEST: _("Test"),
}
GROUPS: Mapping[str, Promise] = {
    "orders": _("Orders"),
    "deliveries": _("Deliveries"),
    "customers": _("Customers"),
    "points": _("Points"),
    "tiers": _("Tiers"),
    "rewards": _("Rewards"),
    "offers": _("Offers"),
    "friends": _("Friends brought"),
    "segments": _("Segments"),
    "consents": _("Consents"),
    "work": _("Tasks"),
}

STATES: Mapping[State, Promise] = {
    State.WAITING: _("waiting"),
    State.DELIVERED: _("arrived"),
    State.DEAD: _("given up"),
}

_REASONS: Mapping[str, Promise] = {
    "no_host": _("There is no such host. Check the address."),
    "private_address": _(
        "The address leads into a private network, where nothing is sent. Whoever runs the server can allow "
        "it with REGULARS_OUTGOING_ALLOW."
    ),
    "bad_address": _("The address is not one that begins with https://. Write another one."),
    "bad_certificate": _("Its certificate is not trusted: it has run out, or is for another host."),
    "too_slow": _("It did not answer within 10 seconds. Let it answer first and work afterwards."),
    "no_answer": _("It could not be reached."),
    "no_secret": _("The secret cannot be read: the installation has another key now. Make a new secret."),
    "skipped": _("It was left out when the webhook was switched on again."),
    "mistake": _("Regulars made a mistake; its log says more."),
    "status_401": _("It did not let us in (401). Does it ask for a password beside the signature?"),
    "status_403": _("It did not let us in (403). Does a firewall keep us out?"),
    "status_404": _("Nothing is there (404). Check the address."),
    "status_410": _("It answered that it wants nothing more (410)."),
    "status_429": _("It asked us to come more slowly (429)."),
}


def event(name: str) -> str:
    """What happened; a name of another release as it is."""
    return str(EVENTS.get(name, name))


def asked_for(names: Collection[str]) -> str:
    """ "3 events: orders, tasks"."""
    count = len(names)
    kept = frozenset(names)
    groups = ", ".join(
        str(GROUPS[key]).lower() for key, those in OFFERED.items() if not kept.isdisjoint(those)
    )
    return ngettext("%(count)s event: %(groups)s", "%(count)s events: %(groups)s", count) % {
        "count": count,
        "groups": groups,
    }


def standing(row: EndpointRow) -> Standing:
    """How an endpoint stands, in a word or two."""
    if row.off_reason is OffReason.BY_HAND:
        return Standing(gettext("off"))
    if row.off_reason is not None:
        return Standing(gettext("switched itself off"), "lost")
    if row.failing_since is not None:
        return Standing(gettext("does not get through"), "slipping")
    if row.last_success_at is not None:
        return Standing(gettext("works"), "kept")
    return Standing(gettext("nothing sent yet"))


def health(row: EndpointRow, voice: Voice) -> str:
    """The same in a sentence or two: since when, why, and what goes on by itself."""
    if row.off_reason is not None and row.off_at is not None:
        return _off(row, voice)
    if row.failing_since is not None:
        words = {"moment": moment(row.failing_since, voice), "reason": reason(row.last_code)}
        return (
            gettext("Nothing gets through since %(moment)s. %(reason)s It is tried again by itself.") % words
        )
    if row.last_success_at is not None:
        return gettext("The last message arrived %(moment)s.") % {
            "moment": moment(row.last_success_at, voice)
        }
    return gettext("It is told as soon as something happens. Send a test to see whether it works.")


def _off(row: EndpointRow, voice: Voice) -> str:
    at = {"moment": moment(row.off_at, voice) if row.off_at else ""}
    if row.off_reason is OffReason.GONE:
        said = gettext("Off since %(moment)s: the receiver answered that it wants nothing more (410).") % at
    elif row.off_reason is OffReason.FAILING:
        said = gettext("Off since %(moment)s: for a day nothing had got through.") % at
        said = f"{said} {reason(row.last_code)}" if row.last_code else said
    else:
        said = gettext("Switched off %(moment)s.") % at
    return f"{said} " + gettext("What happens meanwhile is kept for 30 days.")


def state(row: DeliveryRow) -> Standing:
    """What became of a delivery."""
    if row.state is State.DELIVERED:
        return Standing(str(STATES[row.state]), "kept")
    if row.state is State.DEAD:
        return Standing(str(STATES[row.state]), "lost")
    return Standing(str(STATES[row.state]), "slipping" if row.code else "")


def reason(code: str) -> str:
    """Why something did not arrive, and what to do; empty if it did."""
    if not code:
        return ""
    if code in _REASONS:
        return str(_REASONS[code])
    number = code.removeprefix("status_")
    if number.startswith("3"):
        said = _("It sends on to another address (%(status)s). Write that one here.")
    elif number.startswith("5"):
        said = _("Something is wrong on its side (%(status)s).")
    elif number.isdigit():
        said = _("It did not accept the message (%(status)s).")
    else:
        said = _("It did not arrive (%(status)s).")
    return str(said) % {"status": number}


def count(number: int, voice: Voice) -> str:
    """Counted up to a limit."""
    if number >= COUNTED_MAX:
        return gettext("more than %(count)s") % {"count": voice.formats.number(COUNTED_MAX)}
    return voice.formats.number(number)


def arrived(row: EndpointRow, voice: Voice) -> str:
    """How many arrived in a day, and of how many where not all did; empty if nothing happened."""
    if not row.day_all:
        return ""
    if row.day_delivered == row.day_all:
        return count(row.day_all, voice)
    told = {"arrived": voice.formats.number(row.day_delivered), "all": count(row.day_all, voice)}
    return gettext("%(arrived)s of %(all)s") % told
