"""Nobody has audited in time: who else can?"""

from gridwhistle.scheduler.job import ticket_job
from gridwhistle.services.audits import overdue

JOB = ticket_job("audit_limit", overdue)
