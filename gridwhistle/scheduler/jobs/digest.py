"""What does a worker have to do today?"""

from gridwhistle.scheduler.job import dated_job, look_up_people
from gridwhistle.services.digests import send

JOB = dated_job("digest", send, "day", look_up_people)
