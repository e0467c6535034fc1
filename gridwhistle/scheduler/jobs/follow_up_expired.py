"""No answer for fourteen days: who calls?"""

from gridwhistle.scheduler.job import ticket_job
from gridwhistle.services.satisfaction import expire

JOB = ticket_job("follow_up_expired", expire)
