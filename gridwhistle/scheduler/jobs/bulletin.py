"""How did a community do last month?"""

from gridwhistle.scheduler.job import dated_job
from gridwhistle.services.bulletins import send

JOB = dated_job("bulletin", send, "month")
