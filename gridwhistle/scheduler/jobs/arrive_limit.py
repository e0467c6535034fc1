"""The time to come is over: is the department there?"""

from gridwhistle.scheduler.job import whistle_job
from gridwhistle.services.arrivals import not_arrived

JOB = whistle_job("arrive_limit", not_arrived)
