"""A wish has hung on the board for three days: has anybody claimed it?"""

from gridwhistle.scheduler.job import wish_job
from gridwhistle.services.wish_deadlines import unclaimed

JOB = wish_job("wish_unclaimed", unclaimed)
