"""What the four pages of metrics say, as ready words, and their tables as columns and rows."""

from regulars.console.metrics import channels, cohorts, rfm, sheets, trend

__all__ = ["channels", "cohorts", "rfm", "sheets", "trend"]
