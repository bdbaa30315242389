"""Every write of analytics: audits, figures of customers, the lake's manifest, and asking for them."""

from __future__ import annotations

from regulars.analytics.services.audits import keep_audit
from regulars.analytics.services.requests import request_figures

request_audit = request_figures

__all__ = ["keep_audit", "request_audit", "request_figures"]
