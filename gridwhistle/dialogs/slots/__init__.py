"""Which kinds of questions can a flow ask? One module per kind."""

from gridwhistle.dialogs.slots.base import Chosen, Context, Hints, Invalid, Miss, Option, Reply, Slot, WantsChange
from gridwhistle.dialogs.slots.choice import Choice
from gridwhistle.dialogs.slots.day import DaySlot
from gridwhistle.dialogs.slots.photo import PhotoSlot
from gridwhistle.dialogs.slots.place import PlaceSlot
from gridwhistle.dialogs.slots.text import FreeText
from gridwhistle.dialogs.slots.ticket import TicketSlot
from gridwhistle.dialogs.slots.yes_no import Confirm, YesNo

__all__ = [
    "Choice",
    "Chosen",
    "Confirm",
    "Context",
    "DaySlot",
    "FreeText",
    "Hints",
    "Invalid",
    "Miss",
    "Option",
    "PhotoSlot",
    "PlaceSlot",
    "Reply",
    "Slot",
    "TicketSlot",
    "WantsChange",
    "YesNo",
]
