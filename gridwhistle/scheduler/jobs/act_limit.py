"""They came: have they done anything?"""

from gridwhistle.scheduler.job import whistle_job
from gridwhistle.services.arrivals import not_acted

JOB = whistle_job("act_limit", not_acted)
