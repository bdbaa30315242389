"""What the team refuses."""

from __future__ import annotations

from regulars.kit.errors import Conflict


class EmailTaken(Conflict):
    """Somebody signs in with this address already."""

    code = "email_taken"
