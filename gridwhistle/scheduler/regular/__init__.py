"""All regular jobs; one file each."""

from gridwhistle.scheduler.cron import CronJob
from gridwhistle.scheduler.regular import calendar_notice, daily_digest, monthly_figures

CRONS: tuple[CronJob, ...] = (daily_digest.CRON, calendar_notice.CRON, monthly_figures.CRON)
