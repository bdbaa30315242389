"""Every write to the team."""

from __future__ import annotations

from regulars.team.services.audit_log import log
from regulars.team.services.invitations import accept, invite, withdraw
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
    "create_owner",
    "create_user",
    "forget_demo",
    "invite",
    "let_in",
    "log",
    "log_failed_sign_in",
    "make_password_link",
    "remove_second_step",
    "save_self",
    "save_shop",
    "set_password",
    "set_role",
    "shut_out",
    "use_password_link",
    "withdraw",
]
