"""Nobody has decided a department's objection within a working day: who has to come?"""

from gridwhistle.scheduler.job import whistle_job
from gridwhistle.services.desk import Desk
from gridwhistle.services.objections import settle_dispute
from gridwhistle.services.schema import Whistle, WhistleState


def accept_silently(desk: Desk, whistle: Whistle) -> None:
    """Silence is acceptance (the objection stands)."""
    if whistle.state is WhistleState.DISPUTED:
        settle_dispute(desk, whistle, upheld=True, reason="silence")


JOB = whistle_job("dispute_silence", accept_silently)
