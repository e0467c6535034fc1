"""A wish has hung on the board for seven days: who else could claim it?"""

from gridwhistle.scheduler.job import wish_job
from gridwhistle.services.wish_deadlines import push

JOB = wish_job("wish_push", push)
