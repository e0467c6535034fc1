"""A wisher has not answered for fourteen days: who asks on the telephone?"""

from gridwhistle.scheduler.job import wish_job
from gridwhistle.services.wish_deadlines import ask_by_phone

JOB = wish_job("wish_phone", ask_by_phone)
