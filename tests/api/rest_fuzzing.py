"""What schemathesis is told of our API beyond the document: hooks it loads by itself, in its own process."""

from __future__ import annotations

import uuid
from typing import Any

import schemathesis
from hypothesis import strategies as st

# Moments outside 1900–2199 are refused, which "date-time" cannot say; tests of our own see to those.
_MOMENTS = st.builds(
    "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}".format,
    st.integers(1901, 2198),
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 59),
    st.sampled_from(["Z", "z", "+03:00", "-11:30", ".5Z", ".123456+14:00"]),
)
schemathesis.openapi.format("date-time", _MOMENTS)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Let no two calls share an idempotency key: what is tested is each call by itself."""
    headers = case.headers or {}
    if headers.get("Idempotency-Key"):
        headers["Idempotency-Key"] = uuid.uuid4().hex
