"""Does anything that happens all the time read a table that grows with the city from end to end?"""

from __future__ import annotations

from datetime import timedelta

from bureau import Bureau

from benchmarks.plans import full_scans, watch
from gridwhistle.services import assignments, audits, backlog
from gridwhistle.services.outbox import Letter, post


def test_a_scan_is_found(bureau: Bureau) -> None:
    with watch(bureau.office.store) as seen, bureau.desk() as desk:
        desk.session.connection().exec_driver_sql("SELECT count(*) FROM ticket WHERE words = 'x'").all()

    assert list(full_scans(bureau.office.store, seen).values()) == ["ticket"]


def test_no_step_of_a_tickets_life_reads_a_growing_table_from_end_to_end(bureau: Bureau) -> None:
    with watch(bureau.office.store) as seen:
        ticket = bureau.report()
        bureau.does("liqiang", assignments.accept, ticket)
        bureau.wait(days=6)
        bureau.does("liqiang", audits.resolve, ticket, "疏通了")
        with bureau.desk() as desk:
            judge = bureau.codes[audits.auditor_of(desk, ticket)]
        bureau.does(judge, audits.judge, ticket, passed=True, reason="")
        bureau.wait(days=20)

    assert len(seen) > 100
    assert full_scans(bureau.office.store, seen) == {}


def test_neither_timers_nor_letters_nor_the_figures_of_what_waits_are_read_from_end_to_end(bureau: Bureau) -> None:
    with watch(bureau.office.store) as seen:
        with bureau.desk() as desk:
            post(desk, Letter(to=bureau.ids["zhangmin"], text="talks.ended", key="k", card="ticket:7"))
        bureau.delivery.run()
        bureau.drain.run_due()
        bureau.clock.ahead_to(bureau.clock.now() + timedelta(hours=1))
        with bureau.desk() as desk:
            backlog.measure(desk)

    assert full_scans(bureau.office.store, seen) == {}
