"""No answer for three days: has the question been seen?"""

from gridwhistle.scheduler.job import ticket_job
from gridwhistle.services.satisfaction import hold_back, remind

JOB = ticket_job("follow_up_reminder", remind, swallowed_by=frozenset({"follow_up_expired"}), hold_back=hold_back)
