"""On which server the log is written."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

# Two that start at once do not open two: the second waits, and finds what the first made.
_LOCK = "LOCK TABLE log_epochs IN SHARE ROW EXCLUSIVE MODE"
_LAST = "SELECT epoch, system_identifier FROM log_epochs ORDER BY epoch DESC LIMIT 1"
_HERE = "SELECT system_identifier FROM pg_control_system()"
_OPEN = "INSERT INTO log_epochs (epoch, system_identifier, opened_at) VALUES (%s, %s, %s)"


@transaction.atomic
def open_epoch_if_moved(*, now: datetime) -> int | None:
    """Open the next epoch of the log if the server is not the one it was written on; gives its number.

    Transaction ids start anew on another server, so nothing may be recorded there before this. Every
    process that writes calls it at its start; a restore calls it before anybody may come in. None: the
    log is where it was.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HERE)
        here = cursor.fetchone()[0]
        for lock in (None, _LOCK):
            if lock:
                cursor.execute(lock)
            cursor.execute(_LAST)
            last = cursor.fetchone()
            if last and last[1] == here:
                return None
        epoch = last[0] + 1 if last else 1
        cursor.execute(_OPEN, [epoch, here, now])
        return int(epoch)
