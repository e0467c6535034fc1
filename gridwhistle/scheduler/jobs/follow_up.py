"""The morning after the audit: what does the resident say?"""

from gridwhistle.scheduler.job import ticket_job
from gridwhistle.services.satisfaction import ask

JOB = ticket_job("follow_up", ask)
