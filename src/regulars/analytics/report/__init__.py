"""The audit as a page: `report_context` for a page around it, `render_report` for a file of its own."""

from regulars.analytics.report.context import report_context
from regulars.analytics.report.page import GENERATOR, render_report

__all__ = ["GENERATOR", "render_report", "report_context"]
