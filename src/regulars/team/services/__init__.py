"""Every write to the team."""

from __future__ import annotations

from regulars.team.services.audit_log import log
from regulars.team.services.identity import end_former_identity_secret, make_identity_secret
from regulars.team.services.invitations import accept, invite, withdraw
from regulars.team.services.keys import create_key, note_keys_used, rename_key, revoke_key
from regulars.team.services.passwords import make_password_link, set_password, use_password_link
from regulars.team.services.people import (
    create_owner,
    create_user,
    let_in,
    log_failed_sign_in,
    remove_second_step,
    save_self,
    set_role,
    shut_out,
)
from regulars.team.services.shop import forget_demo, save_shop

__all__ = [
    "accept",
    "create_key",
    "create_owner",
    "create_user",
    "end_former_identity_secret",
    "forget_demo",
    "invite",
    "let_in",
    "log",
    "log_failed_sign_in",
    "make_identity_secret",
    "make_password_link",
    "note_keys_used",
    "remove_second_step",
    "rename_key",
    "revoke_key",
    "save_self",
    "save_shop",
    "set_password",
    "set_role",
    "shut_out",
    "use_password_link",
    "withdraw",
]
