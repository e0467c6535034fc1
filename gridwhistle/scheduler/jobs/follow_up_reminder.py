"""No answer for three days: has the question been seen?"""

from gridwhistle.scheduler.job import ticket_job
from gridwhistle.services.satisfaction import remind

JOB = ticket_job("follow_up_reminder", remind)
