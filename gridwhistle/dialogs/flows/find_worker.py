"""Who is my grid worker?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say
from gridwhistle.dialogs.flows.report import location
from gridwhistle.dialogs.slots import PlaceSlot, YesNo
from gridwhistle.services import people, places
from gridwhistle.services.desk import Desk, Phrase
from gridwhistle.services.org import contacts_of_grid
from gridwhistle.services.schema import PostKind, UnitKind


class FindWorker(Flow):
    """Names those who serve a grid: full-time, part-time, property worker and party group, with duty telephones.

    The home is remembered only if the resident wants that.
    """

    opens_on: ClassVar[frozenset[str]] = frozenset({"find_worker"})

    place = PlaceSlot()
    remember = YesNo(yes="find_worker.remember.yes", no="find_worker.remember.no")

    def run(self, ask: Ask, desk: Desk) -> Result:
        """From the named place, else from where the person is known to live."""
        mention = ask.known(self.place)
        if mention is None and desk.actor.grid is not None:
            return _served(desk, desk.actor.grid)
        mention = mention or ask(self.place)
        where = places.at_home(desk.city, location(mention), desk.actor.place)
        grid = places.grid_of(desk.city, where)
        if grid is None:
            return Say("find_worker.unknown", place=mention.text)
        if (
            desk.actor.grid is None
            and not desk.actor.is_staff
            and ask(self.remember, place=places.work_name(desk.city, where))
        ):
            people.remember_home(desk, where, grid)
        if desk.actor.grid is None or grid == desk.actor.grid:
            return _served(desk, grid)
        return _served(desk, grid, there=places.work_name(desk.city, where))


def _served(desk: Desk, grid: str, *, there: str | None = None) -> Say:
    lines, first = [], set[str]()
    for role, who, company in contacts_of_grid(desk, grid):
        # Of a post's two holders the second is the cover (AB顶岗).
        cover = role in first and role in set(PostKind)
        first.add(role)
        lines.append(
            desk.wording.text(
                f"find_worker.line.{role}",
                desk.actor.language,
                {
                    "name": who.name,
                    "phone": people.work_phone(desk, who.id) or "—",
                    "company": company.name if company and company.kind is UnitKind.PROPERTY_COMPANY else "",
                    "cover": Phrase("find_worker.cover") if cover else "",
                },
            )
        )
    community, name = desk.city.community_of(grid), desk.city.unit_name(grid)
    return Say(
        "find_worker.found_there" if there else "find_worker.found",
        grid=name if not community or name.startswith(community.name) else f"{community.name}{name}",
        lines="\n".join(dict.fromkeys(lines)),
        place=there,
    )
