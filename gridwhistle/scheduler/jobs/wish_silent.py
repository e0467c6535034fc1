"""A claimant has been silent for five days: are they still at it?"""

from gridwhistle.scheduler.job import wish_job
from gridwhistle.services.wish_deadlines import silent

JOB = wish_job("wish_silent", silent, swallowed_by=frozenset({"wish_lapse"}))
