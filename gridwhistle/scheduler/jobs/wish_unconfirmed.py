"""A wisher has not answered for three days: has the wish come true?"""

from gridwhistle.scheduler.job import wish_job
from gridwhistle.services.wish_deadlines import unconfirmed

JOB = wish_job("wish_unconfirmed", unconfirmed, swallowed_by=frozenset({"wish_phone"}))
