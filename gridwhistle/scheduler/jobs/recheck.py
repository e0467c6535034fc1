"""Four weeks later: is it still solved?"""

from gridwhistle.scheduler.job import ticket_job
from gridwhistle.services.satisfaction import recheck

JOB = ticket_job("recheck", recheck)
