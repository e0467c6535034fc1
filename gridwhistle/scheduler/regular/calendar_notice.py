"""Tomorrow is not what its day of the week says: do the workers know?"""

from datetime import timedelta

from gridwhistle.scheduler.cron import CronJob
from gridwhistle.services.digests import announce_day

CRON = CronJob(name="calendar_notice", at="0 16 * * *", run=announce_day, made_up_within=timedelta(hours=5))
"""After nine in the evening it would lie until the morning of the day itself."""
