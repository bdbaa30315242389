"""What the log refuses."""

from __future__ import annotations

from regulars.kit.errors import RegularsError


class UnknownEvent(LookupError):
    """A mistake in the code: the domain that records this name did not register it."""


class EventLoop(RegularsError):
    """An event caused by an event caused by an event, deeper than `types.DEPTH_MAX`."""

    code = "event_loop"


class NotBackfill(RegularsError):
    """Events that set something off cannot be taken out of the log again."""

    code = "not_backfill"


class BadName(RegularsError):
    """A name of an event that is empty or too long."""

    code = "bad_event_name"


class ReservedName(RegularsError):
    """A name of an event that we record ourselves; an outside system may not."""

    code = "reserved_event_name"


class TooManyNames(RegularsError):
    """Outside systems made up more names of events than `types.OUTSIDE_NAMES_MAX`."""

    code = "too_many_event_names"


class NoSuchConsumer(RegularsError):
    """No consumer of that name is registered."""

    code = "no_such_consumer"
