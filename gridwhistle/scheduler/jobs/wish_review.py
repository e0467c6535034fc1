"""A new wish has been waiting for the community: is it still unread?"""

from gridwhistle.scheduler.job import wish_job
from gridwhistle.services.wish_deadlines import unreviewed

JOB = wish_job("wish_review", unreviewed)
