"""Nobody has confirmed a claimed arrival: was it on paper only?"""

from gridwhistle.scheduler.job import whistle_job
from gridwhistle.services.arrivals import unconfirmed

JOB = whistle_job("arrival_unconfirmed", unconfirmed)
