"""Nobody has accepted in time: who gets the ticket next?"""

from gridwhistle.scheduler.job import ticket_job
from gridwhistle.services.assignments import not_accepted

JOB = ticket_job("accept_limit", not_accepted)
