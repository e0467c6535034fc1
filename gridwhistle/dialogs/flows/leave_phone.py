"""By which telephone number may the city call back, where the chat does not reach a resident?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.slots import YesNo
from gridwhistle.dialogs.slots.phone import PhoneSlot
from gridwhistle.services import people
from gridwhistle.services.desk import Desk
from gridwhistle.services.masking import mask_phone


class LeavePhone(Flow):
    """Offered by a button, never asked for in the middle of a report; also opened by a bare number.

    Who has left one already is told so, with most of it as stars.
    """

    name: ClassVar[str] = "leave_phone"
    keep = YesNo(yes="leave_phone.keep.yes", no="leave_phone.keep.no")
    phone = PhoneSlot().optional()

    def allowed(self, desk: Desk) -> bool:
        """For residents: a worker's duty telephone is the city's."""
        return not desk.actor.is_staff

    def run(self, ask: Ask, desk: Desk) -> Result:
        """A number that came unasked may be anybody's: then it is kept only on a yes."""
        said = ask.known(self.phone)
        if said is not None and ask.opened.text and not ask(self.keep, phone=mask_phone(said)):
            return Say("leave_phone.not_kept")
        number = ask(self.phone)
        if number is None:
            return Say("leave_phone.not_kept")
        people.leave_phone(desk, number)
        return Say("leave_phone.kept", phone=mask_phone(number))
