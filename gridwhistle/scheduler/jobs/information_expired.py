"""The resident has not answered the question: how does it go on?"""

from gridwhistle.scheduler.job import ticket_job
from gridwhistle.services.deadlines import information_expired

JOB = ticket_job("information_expired", information_expired)
