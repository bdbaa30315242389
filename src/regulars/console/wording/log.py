"""The audit log in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from regulars.analytics.wording.numbers import Formats, plain
from regulars.commerce import queries as commerce
from regulars.console.wording import log_offers
from regulars.console.wording.consents import CHANNELS
from regulars.console.wording.event_log import reader
from regulars.console.wording.log_lists import list_words
from regulars.console.wording.programme import change_words
from regulars.console.wording.team import ROLES
from regulars.customers import queries as customers
from regulars.customers.queries.attributes import LABELS
from regulars.loyalty.wording.amounts import signed_points
from regulars.offers.models import Offer
from regulars.segments.models import Segment
from regulars.team import queries as team
from regulars.team.types import Action, LogLine, Role

ACTIONS: Mapping[Action, Promise] = {
    Action.SIGNED_IN: _("Signed in"),
    Action.SIGN_IN_FAILED: _("Wrong password at sign-in"),
    Action.WRONG_CODE: _("Right password, wrong code"),
    Action.SHOP_CHANGED: _("Shop's settings changed"),
    Action.BRANCH_CHANGED: _("Branch or till changed"),
    Action.USER_INVITED: _("Colleague invited"),
    Action.USER_JOINED: _("Invitation taken up"),
    Action.INVITATION_WITHDRAWN: _("Invitation withdrawn"),
    Action.USER_CHANGED: _("Account changed"),
    Action.USER_SHUT_OUT: _("Shut out"),
    Action.USER_LET_IN: _("Let in again"),
    Action.PASSWORD_LINK_MADE: _("Link for a new password made"),
    Action.PASSWORD_CHANGED: _("Password changed"),
    Action.SECOND_STEP_ON: _("Two-step sign-in turned on"),
    Action.SECOND_STEP_OFF: _("Two-step sign-in turned off"),
    Action.RECOVERY_CODES_MADE: _("New recovery codes made"),
    Action.CARD_SEEN: _("Card opened"),
    Action.LIST_TAKEN_OUT: _("List saved as a file"),
    Action.NOTE_WRITTEN: _("Note written"),
    Action.NOTE_DELETED: _("Note deleted"),
    Action.TASK_CHANGED: _("Task changed"),
    Action.IMPORT_STARTED: _("Import started"),
    Action.IMPORT_UNDONE: _("Import undone"),
    Action.WATCH_CHANGED: _("Watched file changed"),
    Action.AUDIT_ASKED_FOR: _("Audit asked for"),
    Action.DEMO_REMOVED: _("Demo shop removed"),
    Action.KEY_MADE: _("Key made"),
    Action.KEY_RENAMED: _("Key renamed"),
    Action.KEY_REVOKED: _("Key revoked"),
    Action.IDENTITY_SECRET_MADE: _("New identity secret made for the site"),
    Action.IDENTITY_SECRET_ENDED: _("Former identity secret ended"),
    Action.WEBHOOK_MADE: _("Webhook added"),
    Action.WEBHOOK_CHANGED: _("Webhook changed"),
    Action.WEBHOOK_DELETED: _("Webhook deleted"),
    Action.WEBHOOK_SECRET_MADE: _("New secret made for a webhook"),
    Action.WEBHOOK_RESENT: _("Webhook sent again by hand"),
    Action.EVENTS_REPLAYED: _("Events set aside tried again"),
    Action.EVENTS_DROPPED: _("Events set aside given up"),
    Action.SEGMENT_MADE: _("Segment made"),
    Action.SEGMENT_CHANGED: _("Segment changed"),
    Action.CUSTOMERS_MERGED: _("Customers merged"),
    Action.CUSTOMERS_UNMERGED: _("Merge undone"),
    Action.MERGE_RULES_CHANGED: _("Rules of merging changed"),
    Action.ATTRIBUTE_CHANGED: _("Attribute of customers changed"),
    Action.CUSTOMER_CHANGED: _("Customer changed by hand"),
    Action.CONSENT_RECORDED: _("Consent written down"),
    Action.PERSON_EXPORTED: _("All data of a customer saved as a file"),
    Action.PERSON_ERASED: _("Customer erased"),
    Action.PROGRAMME_DRAFT_BEGUN: _("Draft of the programme begun"),
    Action.PROGRAMME_DRAFT_CHANGED: _("Draft of the programme changed"),
    Action.PROGRAMME_DRAFT_DROPPED: _("Draft of the programme thrown away"),
    Action.PROGRAMME_PUBLISHED: _("Rules of the loyalty programme published"),
    Action.POINTS_ADJUSTED: _("Points given or taken by hand"),
    Action.POINTS_DECIDED: _("Points by hand: allowed or refused"),
    Action.QR_SHOWN: _("QR of a customer shown"),
    Action.OFFER_CHANGED: _("Offer changed"),
    Action.REFERRAL_DECIDED: _("Decided on a friend who was brought"),
    Action.REFERRAL_TOLD: _("Said who brought a customer"),
    Action.REFERRAL_UNDONE: _("Took back who brought a customer"),
    Action.REWARD_CHANGED: _("Reward of the catalogue changed"),
    Action.REWARD_TAKEN: _("Reward taken for a customer, or given back"),
    Action.REWARD_HANDED_OUT: _("Gift handed out"),
    Action.RETURN_PLACED: _("Return without an order looked at"),
    Action.BOOKS_CHECKED: _("Books of points checked"),
    Action.READER_CHANGED: _("Reader of events changed"),
}

FIELDS: Mapping[str, Promise] = {
    "name": _("name"),
    "timezone": _("time zone"),
    "currency": _("currency"),
    "margin": _("margin"),
    "trade": _("trade"),
    "return_window_days": _("return window"),
    "language": _("language"),
    "email": _("e-mail"),
}

SHOP_FIELDS: Mapping[str, Promise] = {**FIELDS, "name": _("title"), "stages": _("stages of customers")}

PAGES: Mapping[str, tuple[str, Promise]] = {
    "person": ("customers-card", _("Customer %(number)s")),
    "user": ("settings-team-member", _("Colleague %(number)s")),
    "branch": ("settings-branch", _("Branch %(number)s")),
    "import": ("imports-detail", _("Import %(number)s")),
    "watch": ("imports-watch", _("Watched file %(number)s")),
    "key": ("connections-key", _("Key %(number)s")),
    "webhook": ("connections-webhook", _("Webhook %(number)s")),
    "segment": ("segments-one", _("Segment %(number)s")),
    "reward": ("loyalty-reward", _("Reward %(number)s")),
    "offer": ("offers-one", _("Offer %(number)s")),
    "return": ("loyalty-return", _("Return %(number)s")),
    "attribute": ("settings-attribute", _("Attribute %(number)s")),
    "merge": ("", _("Merge %(number)s")),
    "task": ("", _("Task %(number)s")),
    "invitation": ("", _("Invitation %(number)s")),
}
"""Where a subject is shown, and what it is called where it has no name."""

OF_DRAFTS = frozenset(
    {Action.PROGRAMME_DRAFT_BEGUN, Action.PROGRAMME_DRAFT_CHANGED, Action.PROGRAMME_DRAFT_DROPPED}
)
OF_REWARDS: Mapping[str, Promise] = {
    "added": pgettext_lazy("what was done to a reward", "added"),
    "changed": pgettext_lazy("what was done to a reward", "changed"),
    "paused": pgettext_lazy("what was done to a reward", "paused"),
    "running": pgettext_lazy("what was done to a reward", "offered again"),
    "removed": pgettext_lazy("what was done to a reward", "removed"),
    "taken": pgettext_lazy("what was done to a reward", "taken"),
    "given back": pgettext_lazy("what was done to a reward", "given back"),
    "handed out": pgettext_lazy("what was done to a reward", "handed out"),
    "not fetched": pgettext_lazy("what was done to a reward", "not fetched after all"),
}


OF_RETURNS: Mapping[str, Promise] = {
    "named": pgettext_lazy("what was said of a return", "belongs to order %(order)s"),
    "undone": pgettext_lazy("what was said of a return", "does not belong to order %(order)s after all"),
    "away": pgettext_lazy("what was said of a return", "belongs to no order"),
    "back": pgettext_lazy("what was said of a return", "on the list again"),
}


@dataclass(frozen=True)
class Sentence:
    """A line as it is read: who, what, to whom or what (with a link where there is a page), and how."""

    line: LogLine
    who: str
    what: str
    subject: str
    url: str
    details: str

    @property
    def text(self) -> str:
        """All but who, in one line."""
        about = f"{self.what}: {self.subject}" if self.subject else self.what
        return f"{about} ({self.details})" if self.details else about


def sentences(lines: Iterable[LogLine]) -> list[Sentence]:
    """These lines in words; names are looked up for all of them at once."""
    kept = list(lines)
    numbers: dict[str, set[int]] = {}
    for line in kept:
        kind, number = _subject(line)
        if number is not None:
            numbers.setdefault(kind, set()).add(number)
    users = numbers.get("user", set()) | {line.user_id for line in kept if line.user_id is not None}
    users |= {id_ for line in kept if isinstance(id_ := line.details.get("manager"), int)}
    names: dict[str, Mapping[int, str]] = {"user": team.user_names(users) if users else {}}
    if "person" in numbers:
        names["person"] = customers.person_names(sorted(numbers["person"]))
    if "branch" in numbers:
        names["branch"] = {row.id: row.name for row in commerce.branches()}
    if "key" in numbers:
        listed = team.keys()
        names["key"] = {key.id: key.name for key in listed}
    if "return" in numbers:
        of_returns = [line for line in kept if line.action == Action.RETURN_PLACED]
        names["return"] = {_subject(line)[1] or 0: plain(str(line.details["number"])) for line in of_returns}
    if "offer" in numbers:
        offers = Offer.objects.filter(pk__in=numbers["offer"])
        names["offer"] = {id_: plain(name) for id_, name in offers.values_list("pk", "terms__name")}
    if "segment" in numbers:
        rows = Segment.objects.filter(pk__in=numbers["segment"])
        names["segment"] = {id_: plain(name) for id_, name in rows.values_list("pk", "name")}
    changed = any(line.action == Action.CUSTOMER_CHANGED and "fields" in line.details for line in kept)
    attributes = {one.key: one.label for one in customers.definitions(archived=True)} if changed else {}
    return [_sentence(line, names, attributes) for line in kept]


def action_words(action: str) -> str:
    """What an action is called; one of another release by its own word."""
    try:
        return str(ACTIONS[Action(action)])
    except ValueError:
        return action


def _sentence(
    line: LogLine, names: Mapping[str, Mapping[int, str]], attributes: Mapping[str, str]
) -> Sentence:
    kind, number = _subject(line)
    myself = kind == "user" and number == line.user_id
    subject, url = "", ""
    if number is not None and kind in PAGES and not myself:
        page, anonymous = PAGES[kind]
        subject = names.get(kind, {}).get(number) or str(anonymous) % {"number": number}
        url = _url(page, number)
    if kind == "offer" and number not in names["offer"]:  # a draft that was thrown away has no page
        subject, url = plain(str(line.details.get("offer", subject))), ""
    return Sentence(
        line=line,
        who=names["user"].get(line.user_id, "") if line.user_id is not None else _nobody(line),
        what=action_words(line.action),
        subject=subject,
        url=url,
        details=_details(line, names["user"], attributes),
    )


def _nobody(line: LogLine) -> str:
    if line.action in (Action.SIGN_IN_FAILED, Action.WRONG_CODE):
        return gettext("Somebody")
    return gettext("Regulars itself")


def _subject(line: LogLine) -> tuple[str, int | None]:
    kind, _colon, number = line.subject.partition(":")
    return kind, int(number) if number.isascii() and number.isdigit() else None


def _url(page: str, number: int) -> str:
    if not page:
        return ""
    try:
        return reverse(page, args=[number])
    except NoReverseMatch:
        return ""


def _details(line: LogLine, users: Mapping[int, str], attributes: Mapping[str, str]) -> str:
    """Those details that say something to people; the rest stays in the log."""
    details: Mapping[str, Any] = line.details
    said = _of_customers(line, users)
    fields: Mapping[str, object] = SHOP_FIELDS if line.action == Action.SHOP_CHANGED else FIELDS
    if line.action == Action.CUSTOMER_CHANGED:
        fields = {**LABELS, **attributes}
    if "list" in details:
        said.append(list_words(str(details["list"])))
    if isinstance(details.get("rows"), int):
        said.append(gettext("rows: %(count)s") % {"count": details["rows"]})
    if isinstance(details.get("events"), int):
        said.append(gettext("events: %(count)s") % {"count": details["events"]})
    if isinstance(details.get("fields"), list) and line.action != Action.OFFER_CHANGED:
        said.append(", ".join(str(fields.get(field, field)) for field in details["fields"]))
    if reward := details.get("reward") or details.get("gift"):
        done = str(details.get("what", ""))
        said.append(f"{plain(str(reward))}: {OF_REWARDS.get(done, done)}")
    if line.action == Action.RETURN_PLACED and (placed := OF_RETURNS.get(str(details.get("what", "")))):
        said.append(str(placed) % {"order": plain(str(details.get("order", "")))})
    if line.action in OF_DRAFTS and (words := change_words(details)):
        said.append(words)
    if line.action == Action.PROGRAMME_PUBLISHED and "day" in details:
        day = Formats(get_language() or "en").day(date.fromisoformat(str(details["day"])))
        said.append(gettext("they hold from %(day)s on") % {"day": day})
    if line.action == Action.OFFER_CHANGED and (words := log_offers.change_words(details)):
        said.append(words)
    if "reader" in details:
        said.append(reader(str(details["reader"])))
    if details.get("now") in ("stopped", "goes on"):
        said.append(gettext("stopped") if details["now"] == "stopped" else gettext("goes on"))
    if "role" in details:
        before = ", ".join(_role(name) for name in details.get("was", []))
        said.append(f"{before} → {_role(details['role'])}" if before else _role(details["role"]))
    return "; ".join(said)


def _of_customers(line: LogLine, users: Mapping[int, str]) -> list[str]:
    """What was done to a customer: who looks after them, what they agreed to, which card went."""
    details: Mapping[str, Any] = line.details
    said = []
    if "manager" in details:
        name = users.get(details["manager"] or 0, "")
        said.append(gettext("now: %(name)s") % {"name": name or gettext("nobody in particular")})
    if line.action == Action.CONSENT_RECORDED:
        answer = gettext("agreed") if details.get("granted") else gettext("refused")
        channel = str(details.get("channel", ""))
        said.append(f"{CHANNELS.get(channel, channel)}: {answer}")
    if line.action == Action.CUSTOMERS_MERGED and "gone" in details:
        said.append(gettext("with customer %(number)s") % {"number": details["gone"]})
    if isinstance(points := details.get("points_minor"), int):
        said.append(signed_points(points, Formats(get_language() or "en")))
    if line.action in (Action.POINTS_DECIDED, Action.REFERRAL_DECIDED) and "accepted" in details:
        said.append(gettext("allowed") if details["accepted"] else gettext("refused"))
    if line.action == Action.REFERRAL_TOLD and details.get("accepted") is False:
        said.append(gettext("it brings nothing"))
    if "apart" in details:
        said.append(
            gettext("not the same as customer %(number)s") % {"number": details.get("other")}
            if details["apart"]
            else gettext("perhaps the same as customer %(number)s") % {"number": details.get("other")}
        )
    return said


def _role(name: str) -> str:
    try:
        return str(ROLES[Role(name)])
    except ValueError:
        return name
