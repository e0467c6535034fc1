"""Nobody has answered a return within a working day: whose is it now?"""

from gridwhistle.scheduler.job import ticket_job
from gridwhistle.services.assignments import settle_return
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Status, Ticket


def accept_silently(desk: Desk, ticket: Ticket) -> None:
    """Silence is acceptance (the return stands)."""
    if ticket.status is Status.RETURNED:
        settle_return(desk, ticket, upheld=True, reason="silence")


JOB = ticket_job("return_silence", accept_silently)
