"""Which requests exist in the demo alone: who can be chatted as, and the clock that can be moved?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from threading import Lock

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from gridwhistle.bot.web.desk import CHANNEL, WebDesk
from gridwhistle.bot.web.problem import Problem
from gridwhistle.services import cast
from gridwhistle.services.cast import Persona

NOTHING_DUE = 409


class Leap(StrEnum):
    """How far the demo's clock is moved."""

    HOUR = "hour"
    DAY = "day"
    NEXT = "next"


class ClockBody(BaseModel):
    """A press of one of the clock's buttons."""

    model_config = ConfigDict(extra="forbid")

    leap: Leap


def demo_routes(desk: WebDesk) -> APIRouter:
    """The demo's requests; never registered outside of it."""
    routes = APIRouter(prefix="/api/demo")
    one_at_a_time = Lock()

    @routes.get("/cast")
    def people(request: Request, resident: str = "") -> Mapping[str, object]:
        """The people around a resident, and everybody else by role."""
        language = desk.language(request)
        with desk.app.office.desk() as hands:
            everybody = cast.everybody(hands, CHANNEL)
            around = cast.around(hands, everybody, resident)
            newest = cast.newest_letters(hands, CHANNEL, [person.code for person in around])
        return {
            "around": [{**_person(desk, one, language), "newest": newest.get(one.code, "")} for one in around],
            "residents": [_person(desk, one, language) for one in everybody if one.title == "resident"],
            "groups": [
                {
                    "title": desk.app.texts.text(f"web.title.{title}", language, {}),
                    "people": [_person(desk, one, language) for one in everybody if one.title == title],
                }
                for title in cast.TITLES
            ],
        }

    @routes.get("/clock")
    def clock(request: Request) -> Mapping[str, str]:
        """The city's time, and when something will happen by itself."""
        return _clock(desk, desk.language(request))

    @routes.post("/clock")
    def move(request: Request, body: ClockBody) -> Mapping[str, str]:
        """Move the clock ahead, through everything that is due on the way."""
        app = desk.app
        with one_at_a_time:
            now = app.office.clock.now()
            leaps = {
                Leap.HOUR: now + timedelta(hours=1),
                Leap.DAY: now + timedelta(days=1),
                Leap.NEXT: app.next_event(),
            }
            until = leaps[body.leap]
            if until is None:
                raise Problem(NOTHING_DUE, "web.problem.nothing_due")
            app.move_clock(max(until, now))
            app.bell.ring_everywhere()
        return _clock(desk, desk.language(request))

    return routes


def _clock(desk: WebDesk, language: str) -> Mapping[str, str]:
    upcoming = desk.app.next_event()
    texts = desk.app.texts
    return {
        "now": texts.text("web.minute", language, {"at": desk.app.office.clock.now()}),
        "next": texts.text("web.next", language, {"at": upcoming})
        if upcoming
        else texts.text("web.no_next", language, {}),
    }


def _person(desk: WebDesk, person: Persona, language: str) -> Mapping[str, str]:
    title = desk.app.texts.text(f"web.title.{person.title}", language, {})
    return {"code": person.code, "name": person.name, "title": title, "unit": person.unit}
