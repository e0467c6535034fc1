"""The time to sign is over: has the department signed?"""

from gridwhistle.scheduler.job import whistle_job
from gridwhistle.services.whistles import not_signed

JOB = whistle_job("sign_limit", not_signed)
