"""Which dialogs are there? The one list that the application, the texts' tests and the transcripts go by."""

from gridwhistle.dialogs.clarify import Clarify
from gridwhistle.dialogs.flow import Flow
from gridwhistle.dialogs.flows.accept import Accept
from gridwhistle.dialogs.flows.act import Act
from gridwhistle.dialogs.flows.answer import Answer
from gridwhistle.dialogs.flows.arrive import Arrive
from gridwhistle.dialogs.flows.ask_resident import AskResident
from gridwhistle.dialogs.flows.audit import Audit
from gridwhistle.dialogs.flows.back import Back
from gridwhistle.dialogs.flows.begin_report import BeginReport
from gridwhistle.dialogs.flows.confirm_arrival import ConfirmArrival
from gridwhistle.dialogs.flows.contact import Contact
from gridwhistle.dialogs.flows.correct_matter import CorrectMatter
from gridwhistle.dialogs.flows.dispute import Dispute
from gridwhistle.dialogs.flows.emergency import Emergency
from gridwhistle.dialogs.flows.find_worker import FindWorker
from gridwhistle.dialogs.flows.follow_up import FollowUp
from gridwhistle.dialogs.flows.give_back import GiveBack
from gridwhistle.dialogs.flows.give_up_talk import GiveUpTalk
from gridwhistle.dialogs.flows.hand_to import HandTo
from gridwhistle.dialogs.flows.help import Help
from gridwhistle.dialogs.flows.invite import Invite
from gridwhistle.dialogs.flows.join import Join
from gridwhistle.dialogs.flows.leave import Leave
from gridwhistle.dialogs.flows.leave_phone import LeavePhone
from gridwhistle.dialogs.flows.locate import Locate
from gridwhistle.dialogs.flows.looks_done import LooksDone
from gridwhistle.dialogs.flows.my_wishes import MyWishes, WishWithdraw
from gridwhistle.dialogs.flows.note import Note
from gridwhistle.dialogs.flows.pass_on import PassOn
from gridwhistle.dialogs.flows.patrol import Patrol
from gridwhistle.dialogs.flows.person import Person
from gridwhistle.dialogs.flows.phone_call import PhoneCall
from gridwhistle.dialogs.flows.policy import Policy
from gridwhistle.dialogs.flows.progress import Progress, TicketHistory
from gridwhistle.dialogs.flows.recheck import Recheck
from gridwhistle.dialogs.flows.refuse import Refuse
from gridwhistle.dialogs.flows.report import Report
from gridwhistle.dialogs.flows.resolve import Resolve
from gridwhistle.dialogs.flows.rework import Rework
from gridwhistle.dialogs.flows.schedule import Schedule
from gridwhistle.dialogs.flows.settle_dispute import SettleDispute
from gridwhistle.dialogs.flows.settle_return import SettleReturn
from gridwhistle.dialogs.flows.sign import Sign
from gridwhistle.dialogs.flows.supplement import Supplement
from gridwhistle.dialogs.flows.suspend import Suspend
from gridwhistle.dialogs.flows.take_over import TakeOver
from gridwhistle.dialogs.flows.take_talk import TakeTalk
from gridwhistle.dialogs.flows.tasks import Tasks
from gridwhistle.dialogs.flows.ticket_card import TicketCard
from gridwhistle.dialogs.flows.urge import Urge
from gridwhistle.dialogs.flows.whistle import Whistle
from gridwhistle.dialogs.flows.wish import Wish
from gridwhistle.dialogs.flows.wish_begin import WishBegin, WishProgress
from gridwhistle.dialogs.flows.wish_board import WishBoard
from gridwhistle.dialogs.flows.wish_claim import WishClaim
from gridwhistle.dialogs.flows.wish_confirm import WishConfirm, WishThank
from gridwhistle.dialogs.flows.wish_from_ticket import WishFromTicket
from gridwhistle.dialogs.flows.wish_fulfil import WishFulfil
from gridwhistle.dialogs.flows.wish_phone import WishPhone
from gridwhistle.dialogs.flows.wish_release import WishRelease
from gridwhistle.dialogs.flows.wish_review import WishConsent, WishMeet, WishReview
from gridwhistle.dialogs.flows.withdraw import Withdraw

FLOWS: tuple[type[Flow], ...] = (
    Clarify,
    Person,
    TakeTalk,
    GiveUpTalk,
    Answer,
    BeginReport,
    Emergency,
    FindWorker,
    FollowUp,
    Help,
    Join,
    LeavePhone,
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
    WishBoard,
    WishClaim,
    WishRelease,
    WishBegin,
    WishProgress,
    WishFulfil,
    WishConfirm,
    WishThank,
    WishWithdraw,
    MyWishes,
    WishReview,
    WishConsent,
    WishMeet,
    WishPhone,
    WishFromTicket,
    Withdraw,
    # Shared intents: a department's staff first; who holds a grid's post too is handed on by these.
    Dispute,
    Sign,
    Contact,
    Arrive,
    Act,
    Accept,
    AskResident,
    Audit,
    Back,
    ConfirmArrival,
    GiveBack,
    HandTo,
    CorrectMatter,
    Invite,
    Leave,
    LooksDone,
    Note,
    PassOn,
    Patrol,
    PhoneCall,
    Refuse,
    Resolve,
    Schedule,
    SettleDispute,
    SettleReturn,
    Suspend,
    TakeOver,
    Tasks,
    TicketCard,
    Whistle,
)
