"""Roles, trades and languages in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.team.types import Role, Trade

ROLES: Mapping[Role, Promise] = {
    Role.OWNER: _("Owner"),
    Role.MARKETER: _("Marketer"),
    Role.AGENT: _("Support agent"),
    Role.ANALYST: _("Analyst"),
    Role.CASHIER: _("Cashier"),
}

ROLES_EXPLAINED: Mapping[Role, Promise] = {
    Role.OWNER: _("Sees and changes everything: the shop, the team, the audit log."),
    Role.MARKETER: _(
        "Figures, customers with contacts, notes and tasks; brings files in and takes lists out."
    ),
    Role.AGENT: _("Customers with contacts, notes and tasks. No figures, no lists as files."),
    Role.ANALYST: _("Figures and lists as files. Customers without e-mail and phone."),
    Role.CASHIER: _("Finds a customer and sees the card, without e-mail and phone."),
}

TRADES: Mapping[Trade, Promise] = {
    Trade.RETAIL: _("Retail and online shop"),
    Trade.ONLINE_SERVICES: _("Online services"),
    Trade.TRAVEL: _("Travel"),
    Trade.REPAIR: _("Repair and household services"),
    Trade.FINANCE: _("Finance and insurance"),
    Trade.EDUCATION: _("Education"),
    Trade.MEDICINE: _("Medicine and beauty"),
    Trade.IT: _("IT services"),
    Trade.LOGISTICS: _("Delivery and logistics"),
    Trade.RESTAURANT: _("Café or restaurant"),
}
