"""The shift begins: what is due today?"""

from datetime import timedelta

from gridwhistle.scheduler.cron import CronJob
from gridwhistle.services.digests import plan

CRON = CronJob(name="daily_digest", at="30 8 * * *", run=plan, made_up_within=timedelta(hours=3))
"""In the afternoon a missed digest would say what everybody knows by then."""
