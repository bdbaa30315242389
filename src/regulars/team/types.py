"""Words of the team, and what its services take and give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What somebody does in the shop; kept as a group of the same name."""

    OWNER = "owner"
    MARKETER = "marketer"
    AGENT = "agent"
    ANALYST = "analyst"
    CASHIER = "cashier"


class Permission(StrEnum):
    """What a page or an action asks for; `rules.ROLE_PERMISSIONS` says which role has it."""

    SEE_FIGURES = "see_figures"
    """Overview, metrics, audit."""
    SEE_CUSTOMERS = "see_customers"
    """The list, the search and the card."""
    SEE_CONTACTS = "see_contacts"
    """E-mail and phone in full; without it they are masked."""
    WRITE_NOTES = "write_notes"
    KEEP_CONSENTS = "keep_consents"
    """Write down what a customer agreed to or refused."""
    CHANGE_CUSTOMERS = "change_customers"
    """Attributes by hand, and who looks after them."""
    MERGE_CUSTOMERS = "merge_customers"
    """Make one of two, and two of one again."""
    MAKE_SEGMENTS = "make_segments"
    HAND_OUT_PERSONAL_DATA = "hand_out_personal_data"
    """All that is kept of one customer as a file, and its erasure."""
    DO_TASKS = "do_tasks"
    SET_UP_LOYALTY = "set_up_loyalty"
    """The rules of the programme."""
    ADJUST_POINTS = "adjust_points"
    """Give and take points by hand, as much as the programme allows the role."""
    APPROVE_POINTS = "approve_points"
    """Be the second pair of eyes on what others gave or took."""
    HAND_OUT_REWARDS = "hand_out_rewards"
    """Gifts over the counter."""
    TAKE_LISTS_OUT = "take_lists_out"
    """Any list as a file."""
    IMPORT = "import"
    MAKE_AUDIT = "make_audit"
    SET_UP_SHOP = "set_up_shop"
    CONNECT = "connect"
    """Keys, webhooks, the log's consumers."""
    MANAGE_TEAM = "manage_team"
    SEE_AUDIT_LOG = "see_audit_log"


class Trade(StrEnum):
    """What the shop lives by; presets depend on it."""

    RETAIL = "retail"
    ONLINE_SERVICES = "online_services"
    TRAVEL = "travel"
    REPAIR = "repair"
    FINANCE = "finance"
    EDUCATION = "education"
    MEDICINE = "medicine"
    IT = "it"
    LOGISTICS = "logistics"
    RESTAURANT = "restaurant"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopProfile:
    """What the owner said of the shop; before that, the defaults.

    `margin`: share of revenue left after the cost of goods, between 0 and 1; None: not known.
    `set_up_at`: when the owner first said it; None: not yet. `demo`: nobody said it, it came with the
    demo shop. Both are read only.
    """

    name: str = ""
    timezone: str = "Europe/Moscow"
    currency: str = "RUB"
    margin: Decimal | None = None
    trade: Trade = Trade.RETAIL
    return_window_days: int = 14
    set_up_at: datetime | None = None
    demo: bool = False


class Action(StrEnum):
    """What the audit log tells of: whatever changes something or shows something personal names one."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    WRONG_CODE = "wrong_code"
    """The password was right, the code of the second step was not."""
    SHOP_CHANGED = "shop_changed"
    BRANCH_CHANGED = "branch_changed"
    USER_INVITED = "user_invited"
    USER_JOINED = "user_joined"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    USER_CHANGED = "user_changed"
    """Name, language, address or role."""
    USER_SHUT_OUT = "user_shut_out"
    USER_LET_IN = "user_let_in"
    PASSWORD_LINK_MADE = "password_link_made"  # noqa: S105 (a word, not a password)
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (a word, not a password)
    SECOND_STEP_ON = "second_step_on"
    SECOND_STEP_OFF = "second_step_off"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    CARD_SEEN = "card_seen"
    LIST_TAKEN_OUT = "list_taken_out"
    NOTE_WRITTEN = "note_written"
    NOTE_DELETED = "note_deleted"
    TASK_CHANGED = "task_changed"
    IMPORT_STARTED = "import_started"
    IMPORT_UNDONE = "import_undone"
    WATCH_CHANGED = "watch_changed"
    AUDIT_ASKED_FOR = "audit_asked_for"
    DEMO_REMOVED = "demo_removed"
    KEY_MADE = "key_made"
    KEY_RENAMED = "key_renamed"
    KEY_REVOKED = "key_revoked"
    IDENTITY_SECRET_MADE = "identity_secret_made"  # noqa: S105 (a word, not a password)
    """A first one, or a new one in the place of another."""
    IDENTITY_SECRET_ENDED = "identity_secret_ended"  # noqa: S105 (a word, not a password)
    """The one before was to hold on for a while, and was ended at once."""
    WEBHOOK_MADE = "webhook_made"
    WEBHOOK_CHANGED = "webhook_changed"
    """Address, events, on or off."""
    WEBHOOK_DELETED = "webhook_deleted"
    WEBHOOK_SECRET_MADE = "webhook_secret_made"  # noqa: S105 (a word, not a password)
    WEBHOOK_RESENT = "webhook_resent"
    EVENTS_REPLAYED = "events_replayed"
    """What a reader of the log had set aside is handled anew."""
    EVENTS_DROPPED = "events_dropped"
    """What a reader of the log had set aside will not be handled by it."""
    SEGMENT_MADE = "segment_made"
    SEGMENT_CHANGED = "segment_changed"
    """Name, condition, people of a static one; put away or brought back."""
    CUSTOMERS_MERGED = "customers_merged"
    CUSTOMERS_UNMERGED = "customers_unmerged"
    MERGE_RULES_CHANGED = "merge_rules_changed"
    """Also what is blocked, and who was said not to be the same."""
    ATTRIBUTE_CHANGED = "attribute_changed"
    """What the shop wants to know of customers; not the value of one."""
    CUSTOMER_CHANGED = "customer_changed"
    """An attribute of one by hand, or who looks after them."""
    CONSENT_RECORDED = "consent_recorded"
    PERSON_EXPORTED = "person_exported"
    PERSON_ERASED = "person_erased"
    PROGRAMME_DRAFT_BEGUN = "programme_draft_begun"
    PROGRAMME_DRAFT_CHANGED = "programme_draft_changed"
    """Once an hour for what somebody does again and again to the same part."""
    PROGRAMME_DRAFT_DROPPED = "programme_draft_dropped"
    PROGRAMME_PUBLISHED = "programme_published"
    POINTS_ADJUSTED = "points_adjusted"
    """Given or taken by hand, or asked to be."""
    POINTS_DECIDED = "points_decided"
    """Somebody said yes or no to what a colleague asked for."""
    QR_SHOWN = "qr_shown"
    """Somebody had the QR of a customer shown, by which points are spent."""
    OFFER_CHANGED = "offer_changed"
    """A coupon, a personal offer, a list of prices: its terms, its codes, whether it runs."""
    REFERRAL_DECIDED = "referral_decided"
    """Somebody said yes or no to a friend a customer brought."""
    REFERRAL_TOLD = "referral_told"
    """Somebody said who brought a customer."""
    REFERRAL_UNDONE = "referral_undone"
    """That was a slip, and taken back."""
    REWARD_CHANGED = "reward_changed"
    """A reward of the catalogue: what it is, or whether it is offered."""
    REWARD_TAKEN = "reward_taken"
    """By a colleague for a customer, or given back for one."""
    REWARD_HANDED_OUT = "reward_handed_out"
    """A gift was fetched, or was not after all."""
    RETURN_PLACED = "return_placed"
    """Somebody said which order a return is of, or that it is of none, or took that back."""
    BOOKS_CHECKED = "books_checked"
    """Somebody had the books proved at once."""
    READER_CHANGED = "reader_changed"
    """A reader of the log was stopped, let go on, or sent to the beginning or the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of the team as the owner sees them."""

    id: int
    email: str
    name: str
    role: Role | None
    active: bool
    second_step: bool
    """Whether signing in asks for a code too."""
    created_at: datetime
    last_seen_at: datetime | None
    """When they last signed in."""

    @property
    def called(self) -> str:
        """The name, or the address as long as there is none."""
        return self.name or self.email


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvitation:
    """An invitation nobody has taken up yet; past `expires_at` its link leads nowhere."""

    id: int
    email: str
    role: Role
    invited_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link just made. Its token is known here and now only; the database keeps a hash."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line of the audit log; `user_id` is None for what the installation itself or a stranger did."""

    id: int
    at: datetime
    user_id: int | None
    action: str
    subject: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which lines of the audit log; None or empty means all. `since` and `until` bound the moment."""

    user_id: int | None = None
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None


class KeyKind(StrEnum):
    """Where a key lives, and so how far it is trusted."""

    BROWSER = "browser"
    """In the pages of the shop's site: everybody can read it, so it proves nothing."""
    SERVER = "server"
    """On a server of the shop or of a system it is connected with."""
    TILL = "till"
    """On the tills of one branch, which is all it sees and writes."""


class Scope(StrEnum):
    """What a key may do."""

    EVENTS_WRITE = "events:write"
    EVENTS_READ = "events:read"
    """What happened to a customer: the timeline."""
    CUSTOMERS_READ = "customers:read"
    """With contacts and consents."""
    CUSTOMERS_WRITE = "customers:write"
    CONSENTS_WRITE = "consents:write"
    ORDERS_READ = "orders:read"
    """Also returns, shipments and carts."""
    ORDERS_WRITE = "orders:write"
    """Also returns and shipments."""
    PRODUCTS_READ = "products:read"
    PRODUCTS_WRITE = "products:write"
    FIGURES_READ = "figures:read"
    LOYALTY_READ = "loyalty:read"
    """Balances, and what an order would earn and may be paid with."""
    LOYALTY_WRITE = "loyalty:write"
    """Set points aside, spend them and let them go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key of a program, without what opens: of a secret only `hint` is left to tell it by.

    `branch_id`: the branch of a till's key, else None. `public`: a browser's key itself, else empty.
    """

    id: int
    name: str
    kind: KeyKind
    scopes: frozenset[Scope]
    branch_id: int | None
    hint: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    public: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key just made. Its secret is known here and now only; the database keeps a hash."""

    key: ApiKey
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """How a key was used for a while: calls, events taken and refused of them, and the last moment."""

    key_id: int
    at: datetime
    calls: int = 0
    taken: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDay:
    """How a key was used on a day of the shop's calendar."""

    day: date
    calls: int
    taken: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySecretState:
    """A secret by which the shop's site proves who is signed in; `ends_at` None: the one in use.

    `readable`: it was sealed under the key this installation has; else it proves nothing.
    """

    id: int
    hint: str
    made_at: datetime
    ends_at: datetime | None
    readable: bool
