"""An arrival was claimed two hours ago: who has seen it?"""

from gridwhistle.scheduler.job import whistle_job
from gridwhistle.services.arrivals import nudge_witness

JOB = whistle_job("arrival_nudge", nudge_witness, swallowed_by=frozenset({"arrival_unconfirmed"}))
