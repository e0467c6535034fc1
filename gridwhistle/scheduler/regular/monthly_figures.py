"""A month is over: what are its figures, community by community?"""

from datetime import timedelta

from gridwhistle.scheduler.cron import CronJob
from gridwhistle.services.bulletins import plan

CRON = CronJob(name="monthly_figures", at="0 9 1 * *", run=plan, made_up_within=timedelta(days=20))
"""Figures of a month that is over do not grow old in some days."""
