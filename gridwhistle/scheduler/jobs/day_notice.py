"""Is tomorrow a working day, against its day of the week?"""

from gridwhistle.scheduler.job import dated_job, look_up_people
from gridwhistle.services.digests import tell_of_day

JOB = dated_job("day_notice", tell_of_day, "day", look_up_people)
