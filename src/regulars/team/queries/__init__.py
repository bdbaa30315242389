"""Reading the team."""

from __future__ import annotations

from regulars.team.queries.audit_log import (
    failed_sign_ins,
    log_lines,
    log_page,
    log_page_before,
    was_logged,
)
from regulars.team.queries.identity import identity_secret_states, identity_secrets
from regulars.team.queries.keys import browser_keys, key, key_days, key_of, keys, keys_on, to_key
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
    "browser_keys",
    "failed_sign_ins",
    "has_owner",
    "identity_secret_states",
    "identity_secrets",
    "invitation_of",
    "key",
    "key_days",
    "key_of",
    "keys",
    "keys_on",
    "log_lines",
    "log_page",
    "log_page_before",
    "member",
    "members",
    "open_invitations",
    "password_link_of",
    "shop",
    "to_key",
    "user_id_of",
    "user_names",
    "user_permissions",
    "was_logged",
    "who_may",
]
