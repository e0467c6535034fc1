"""Can anything private come onto a public page?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import pytest
from bureau import HOME, Bureau
from engines import Engine
from hypothesis import given, settings
from hypothesis import strategies as st

from gridwhistle.services import assignments, audits, ledger, tickets, whistles
from gridwhistle.services.places import Location
from gridwhistle.services.schema import Category, Status, Ticket

PUBLIC = "fire_lane_blocked"
NAMES = ("张敏", "王芳", "John Smith")
PRIVATE = (
    *NAMES, "13800000001", "138-0000-0002", "+8613912345678", "23088219800101123X", "2单元501", "501室",
    "3-2-501", "五零一室", "黑D12345",
)  # fmt: skip
story = st.lists(st.one_of(st.sampled_from(PRIVATE), st.text("，。 好在家门口等吧ok", max_size=5)), max_size=6).map(
    "，".join
)


class Undone(Exception):  # noqa: N818
    """Takes an example back."""


@pytest.fixture(scope="module")
def shared(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    bureau = Bureau(tmp_path_factory.mktemp("ledger"))
    yield bureau
    bureau.close()


def shown(page: ledger.LedgerPage) -> str:
    """Everything that the page says in anybody's words; the catalogue's own are left out."""
    return str({name: value for name, value in asdict(page).items() if name not in ("matter", "lines")}) + str(
        [line.unit for line in page.lines]
    )


def leaks(text: str) -> list[str]:
    return [private for private in (*PRIVATE, "John", "Smith", "501") if private in text]


@settings(max_examples=60)
@given(words=story, place=story, note=story, result=story, added=story, reason=story)
def test_nothing_private_is_ever_on_a_public_page(
    shared: Bureau, words: str, place: str, note: str, result: str, added: str, reason: str
) -> None:
    try:
        with shared.desk() as desk:
            actors = {who: shared.actor(desk, who) for who in ("zhangmin", "wangfang", "john", "liqiang", "zhengkai")}
            desk.actor = actors["zhangmin"]
            where = Location(text=place, room="501")
            ticket = tickets.open_ticket(
                desk, tickets.Draft(matter=PUBLIC, where=where, words=words, community="xingfu-g01")
            )
            desk.session.flush()
            for who in ("wangfang", "john"):
                desk.actor = actors[who]
                tickets.add_voice(desk, ticket, words)
            tickets.supplement(desk, ticket, added)
            desk.actor = actors["liqiang"]
            if ticket.handler_id != desk.me:
                ticket.handler_id = desk.me
            assignments.accept(desk, ticket)
            tickets.note(desk, ticket, note)
            whistle = whistles.blow(desk, ticket, "housing", reason or "x")
            desk.session.flush()
            desk.actor = actors["zhengkai"]
            whistles.sign(desk, whistle)
            whistles.act(desk, whistle, note or "x")
            desk.actor = actors["liqiang"]
            audits.resolve(desk, ticket, result or "x")
            desk.session.flush()
            page = ledger.page(desk, ticket.number)
            assert page is not None
            assert leaks(shown(page)) == []
            assert leaks("".join(shown(one) for one in ledger.recent(desk))) == []
            raise Undone  # noqa: TRY301 (takes back what the try has written)
    except Undone:
        pass


def test_a_page_tells_who_is_responsible_until_when_and_what_has_happened(bureau: Bureau) -> None:
    ticket = bureau.report(matter=PUBLIC)
    bureau.does("liqiang", assignments.accept, ticket)
    bureau.does("liqiang", audits.resolve, ticket, "张敏家门口的车已挪走，有事打13800000019")
    with bureau.desk() as desk:
        page = ledger.page(desk, ticket.number)

    assert page is not None
    assert (page.number, page.place, page.responsible, page.status) == (
        ticket.number,
        "幸福小区",
        "李*",
        Status.RESOLVED,
    )
    assert page.result == "张*家门口的车已挪走，有事打***********"
    assert [line.kind for line in page.lines] == ["receive", "assign", "accept", "resolve"]
    assert page.promised_at == ticket.promised_at


@pytest.mark.parametrize("category", Category)
def test_exactly_the_matters_that_the_catalogue_makes_public_have_a_page(bureau: Bureau, category: Category) -> None:
    with bureau.desk() as desk:
        matters = [matter for matter in desk.city.matters.values() if matter.category is category]
    for public in {matter.public for matter in matters}:
        ticket = bureau.report(matter=next(matter.code for matter in matters if matter.public is public))
        with bureau.desk() as desk:
            assert (ledger.page(desk, ticket.number) is not None) is public
            assert (ticket.number in [page.number for page in ledger.recent(desk)]) is public


def test_care_disputes_and_opinions_are_never_public(bureau: Bureau) -> None:
    with bureau.desk() as desk:
        private = {matter.category for matter in desk.city.matters.values() if not matter.public}
        assert not [
            matter.code
            for matter in desk.city.matters.values()
            if matter.public and matter.category in (Category.CARE, Category.DISPUTE)
        ]
    assert private >= {Category.CARE, Category.DISPUTE}


def test_an_unknown_number_and_a_private_one_look_alike(bureau: Bureau) -> None:
    with bureau.desk() as desk:
        private = next(code for code, matter in desk.city.matters.items() if not matter.public)
    ticket = bureau.report(matter=private)
    with bureau.desk() as desk:
        assert ledger.page(desk, ticket.number) is None
        assert ledger.page(desk, "幸福-000000-000") is None
        assert ledger.page(desk, "") is None


def test_the_newest_come_first_and_no_more_than_asked_for(bureau: Bureau) -> None:
    made: list[Ticket] = [bureau.report(who, PUBLIC, HOME) for who in ("zhangmin", "wangfang", "john")]
    with bureau.desk() as desk:
        assert [page.number for page in ledger.recent(desk, 2)] == [ticket.number for ticket in reversed(made)][:2]
