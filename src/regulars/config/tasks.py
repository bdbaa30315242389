"""The jobs of the worker itself: the tick, and tidying up after jobs and workers that died."""

from __future__ import annotations

import time

from procrastinate import JobContext, exceptions
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from regulars.config import tick as ticking
from regulars.kit import clock

TICK_SECONDS_MAX = 50.0
"""A tick ends before the next minute's; what is left stays due."""
TICK_PRIORITY = 1
"""Before all others that wait: many slow jobs, such as letters a server hangs on, hold up no schedule."""
ATTEMPTS_MAX = 3
"""A job whose workers died this many times is the likely cause; it is given up."""
KEEP_JOBS_HOURS = 30 * 24
"""Failed jobs stay a month for whoever looks into them; those that went well are deleted at once."""


@app.periodic(cron="* * * * *", periodic_id="tick")
@app.task(name="regulars.tick", queueing_lock="regulars.tick", pass_context=True, priority=TICK_PRIORITY)
def tick(context: JobContext, timestamp: int) -> None:
    """Run what is due. `timestamp` is the minute Procrastinate made the job for; what counts is our clock."""
    ends_at = time.monotonic() + TICK_SECONDS_MAX
    ticking.run_due(clock.now(), enough=lambda: time.monotonic() > ends_at or context.should_abort())


@app.periodic(cron="*/5 * * * *", periodic_id="revive")
@app.task(name="regulars.revive", queueing_lock="regulars.revive", pass_context=True)
async def revive(context: JobContext, timestamp: int) -> None:
    """Give jobs of workers that died to others; our own are not worth it, the next one does their work."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        ours = job.task_name.startswith("regulars.")
        try:
            if not ours and job.attempts < ATTEMPTS_MAX:
                await manager.retry_job(job)
                continue
        except exceptions.ConnectorException:
            # The same job waits already, for its queueing lock is taken: that one will do.
            ours = True
        await manager.finish_job(job, status=Status.FAILED, delete_job=ours)


@app.periodic(cron="40 2 * * *", periodic_id="forget")
@app.task(name="regulars.forget", queueing_lock="regulars.forget", pass_context=True)
async def forget(context: JobContext, timestamp: int) -> None:
    """Delete jobs that ended long ago."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEEP_JOBS_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
