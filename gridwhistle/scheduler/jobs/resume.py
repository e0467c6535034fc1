"""The promised or the review date has come: what now?"""

from gridwhistle.scheduler.job import ticket_job
from gridwhistle.services.deadlines import resume

JOB = ticket_job("resume", resume)
