"""What an order earns, and what of it may be paid with points. Whole minor units everywhere."""

from __future__ import annotations
