"""How does a colleague's chat get bound to the colleague's record?"""

from __future__ import annotations

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.slots import Choice, FreeText, Option
from gridwhistle.services import people
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.schema import Role


class Invite(Flow):
    """With a one-time code, never by a name typed in by the colleague."""

    colleague = FreeText(limit=40)
    which = Choice()

    def allowed(self, desk: Desk) -> bool:
        """For administrators and coordinators."""
        return desk.actor.has(Role.ADMINISTRATOR, Role.COMMUNITY_COORDINATOR, Role.CENTRE_COORDINATOR)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Ask for the name, and for the unit where several bear it."""
        name = ask(self.colleague)
        found = people.staff_named(desk, name)
        if not found:
            raise Refused("invite.none", name=name)
        options = tuple(
            Option(value=one.id, label=f"={one.name} {desk.city.unit_name(one.grid or one.unit)}") for one in found
        )
        chosen = ask(self.which, among=options, only=True, name=name)
        return Say("invite.done", name=name, code=people.invite(desk, chosen))
