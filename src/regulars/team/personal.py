"""What the team keeps is of colleagues; the audit log names customers by number alone."""

from __future__ import annotations

from regulars.kit import personal


def declare() -> None:
    """Say what names no customer."""
    personal.free("team_user", "password", "email", "name", "language")
    personal.free("team_invitation", "email", "role", "token_hash")
    personal.free("team_passwordlink", "token_hash")
    personal.free("team_shop", "name", "timezone", "currency", "trade")
    personal.free("team_auditlogentry", "action", "subject", "details")
    personal.free("team_apikey", "name", "kind", "scopes", "secret_hash", "hint", "public")
    personal.free("team_identitysecret", "sealed", "hint")
