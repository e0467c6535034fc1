"""The limit is over: who is told?"""

from gridwhistle.scheduler.job import ticket_job
from gridwhistle.services.deadlines import limit_reached

JOB = ticket_job("limit_reached", limit_reached)
