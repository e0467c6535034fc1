"""The day that a wish was wanted for is over: has anybody claimed it?"""

from gridwhistle.scheduler.job import wish_job
from gridwhistle.services.wish_deadlines import day_passed

JOB = wish_job("wish_day_passed", day_passed)
