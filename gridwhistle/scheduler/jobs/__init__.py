"""All kinds of timers; one file each."""

from gridwhistle.scheduler.job import Job
from gridwhistle.scheduler.jobs import (
    accept_limit,
    act_limit,
    arrival_nudge,
    arrival_unconfirmed,
    arrive_limit,
    audit_limit,
    dispute_silence,
    follow_up,
    follow_up_expired,
    follow_up_reminder,
    information_expired,
    limit_reached,
    limit_reminder,
    recheck,
    resume,
    return_silence,
    sign_limit,
)

JOBS: tuple[Job, ...] = (
    accept_limit.JOB,
    limit_reminder.JOB,
    limit_reached.JOB,
    information_expired.JOB,
    resume.JOB,
    return_silence.JOB,
    sign_limit.JOB,
    arrive_limit.JOB,
    arrival_nudge.JOB,
    arrival_unconfirmed.JOB,
    act_limit.JOB,
    dispute_silence.JOB,
    audit_limit.JOB,
    follow_up.JOB,
    follow_up_reminder.JOB,
    follow_up_expired.JOB,
    recheck.JOB,
)
