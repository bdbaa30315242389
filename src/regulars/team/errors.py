"""What the team refuses."""

from __future__ import annotations

from regulars.kit.errors import Conflict


class EmailTaken(Conflict):
    """Somebody signs in with this address already."""

    code = "email_taken"


class LastOwner(Conflict):
    """Without an active owner nobody could set anything right."""

    code = "last_owner"


class NotOneself(Conflict):
    """People do not shut themselves out."""

    code = "not_oneself"


class ShutOut(Conflict):
    """Not for somebody who was shut out."""

    code = "shut_out"


class LinkSpent(Conflict):
    """A link that was used, withdrawn, has expired or never was."""

    code = "link_spent"


class UnknownUser(Conflict):
    """Nobody of the team has this number or address."""

    code = "unknown_user"


class UnknownZone(Conflict):
    """No time zone has this name."""

    code = "unknown_zone"


class WrongKey(Conflict):
    """A key that cannot be made like this, or that is not there any more."""

    code = "wrong_key"


class TooManyKeys(Conflict):
    """More keys than anybody oversees."""

    code = "too_many_keys"
