"""Which dialogs are there? The one list that the application, the texts' tests and the transcripts go by."""

from gridwhistle.dialogs.clarify import Clarify
from gridwhistle.dialogs.flow import Flow
from gridwhistle.dialogs.flows.answer import Answer
from gridwhistle.dialogs.flows.begin_report import BeginReport
from gridwhistle.dialogs.flows.emergency import Emergency
from gridwhistle.dialogs.flows.find_worker import FindWorker
from gridwhistle.dialogs.flows.follow_up import FollowUp
from gridwhistle.dialogs.flows.help import Help
from gridwhistle.dialogs.flows.join import Join
from gridwhistle.dialogs.flows.locate import Locate
from gridwhistle.dialogs.flows.person import Person
from gridwhistle.dialogs.flows.policy import Policy
from gridwhistle.dialogs.flows.progress import Progress, TicketHistory
from gridwhistle.dialogs.flows.recheck import Recheck
from gridwhistle.dialogs.flows.report import Report
from gridwhistle.dialogs.flows.rework import Rework
from gridwhistle.dialogs.flows.supplement import Supplement
from gridwhistle.dialogs.flows.take_talk import TakeTalk
from gridwhistle.dialogs.flows.urge import Urge
from gridwhistle.dialogs.flows.wish import Wish
from gridwhistle.dialogs.flows.withdraw import Withdraw

FLOWS: tuple[type[Flow], ...] = (
    Clarify,
    Person,
    TakeTalk,
    Answer,
    BeginReport,
    Emergency,
    FindWorker,
    FollowUp,
    Help,
    Join,
    Locate,
    Policy,
    Progress,
    TicketHistory,
    Recheck,
    Report,
    Rework,
    Supplement,
    Urge,
    Wish,
    Withdraw,
)
