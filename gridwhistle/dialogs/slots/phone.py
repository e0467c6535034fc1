"""Which telephone number does a person give?"""

from __future__ import annotations

import re

from gridwhistle.dialogs.message import Text
from gridwhistle.dialogs.nlu.entities import entities
from gridwhistle.dialogs.nlu.understood import EntityKind, Understood
from gridwhistle.dialogs.slots.base import Chosen, Context, Invalid, Miss, Reply, Slot
from gridwhistle.services.schema import Json
from gridwhistle.services.sending import Wants

_DIGITS = re.compile(r"\d{10,12}")
_AROUND = re.compile(r"我的?|手机|电话|号码|号|是|为|[\s:：,，。.+()（）-]")


class PhoneSlot(Slot[str]):
    """A mobile or fixed number, typed in any form or shared by the telephone."""

    wants = Wants.PHONE

    def read(self, reply: Reply, context: Context) -> str | Miss:
        """The number in the reply."""
        del context
        match reply:
            case Chosen(value=value):
                return self.load(value)
            case Text(text=text):
                return number_in(text) or Miss()
        return Miss()

    def load(self, value: Json) -> str:
        """The digits of a mobile number, or of a fixed one with its area's code."""
        if not isinstance(value, str) or not _DIGITS.fullmatch(value):
            raise Invalid(self.name)
        return value

    def dump(self, value: str) -> Json:
        """The digits."""
        return value

    def fill(self, understood: Understood, context: Context) -> str | None:
        """The number that opened the dialog; one in a later sentence may be somebody else's."""
        return number_in(understood.text) if understood.text == context.opened.text else None


def number_in(text: str) -> str | None:
    """The digits of the one telephone number in a text."""
    found = {entity.value for entity in entities(text) if entity.kind is EntityKind.PHONE}
    return found.pop() if len(found) == 1 else None


def is_number(text: str) -> bool:
    """Whether a text is a telephone number and nothing else, as “我电话13800000001” or a shared contact."""
    # The quick look first: every message that opens nothing else is asked.
    return not re.search(r"\D", _AROUND.sub("", text)) and number_in(text) is not None
