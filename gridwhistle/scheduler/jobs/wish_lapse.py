"""A claimant has been silent for ten days: is the wish free for others?"""

from gridwhistle.scheduler.job import wish_job
from gridwhistle.services.wish_claims import lapse

JOB = wish_job("wish_lapse", lapse)
