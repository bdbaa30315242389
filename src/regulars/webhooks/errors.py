"""What can be wrong with an endpoint."""

from __future__ import annotations

from regulars.kit.errors import RegularsError


class WebhookProblem(RegularsError):
    """Something about an endpoint or a delivery that a person can put right."""

    code = "webhook"


class NoSuchEndpoint(WebhookProblem):
    """It was deleted, or never was."""

    code = "no_such_endpoint"
