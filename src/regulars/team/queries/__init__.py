"""Reading the team."""

from __future__ import annotations

from regulars.team.queries.audit_log import failed_sign_ins, log_lines, log_page, log_page_before
from regulars.team.queries.people import (
    has_owner,
    invitation_of,
    member,
    members,
    open_invitations,
    password_link_of,
    user_id_of,
    user_names,
    user_permissions,
    who_may,
)
from regulars.team.queries.shop import shop

__all__ = [
    "failed_sign_ins",
    "has_owner",
    "invitation_of",
    "log_lines",
    "log_page",
    "log_page_before",
    "member",
    "members",
    "open_invitations",
    "password_link_of",
    "shop",
    "user_id_of",
    "user_names",
    "user_permissions",
    "who_may",
]
