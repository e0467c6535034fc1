"""What was broken how often, and what did the oracle find?"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from .points import POINTS
from .run import Result
from .schedule import Fault

SHOWN = 5


def show(results: Sequence[Result], missing: dict[str, str], seed: int) -> int:
    """Print the tables; 0 if nothing was found, 1 with the evidence otherwise or when nothing ran."""
    console = Console(width=110, highlight=False)
    engines = [result.engine for result in results]
    faults = Table("faults injected", *engines, title=f"seed {seed}")
    points = {f"kill -9: {point}": None for role in POINTS.values() for point in role}
    for fault in (*points, *Fault):
        faults.add_row(fault, *(_times(result, fault) for result in results))
    console.print(faults)
    counted = Table("what happened", *engines)
    counted.add_row("residents who reported", *(str(result.residents) for result in results))
    counted.add_row("processes started", *(str(result.lives) for result in results))
    counted.add_row("processes that ended by themselves", *(str(result.ended_by_themselves) for result in results))
    for what in results[0].findings.counted if results else ():
        counted.add_row(what, *(str(result.findings.counted[what]) for result in results))
    console.print(counted)
    verdict = Table("the oracle: how often …", *engines)
    for claim in results[0].findings.against if results else ():
        verdict.add_row(claim, *(str(len(result.findings.against[claim])) for result in results))
    console.print(verdict)
    for result in results:
        for fault, reason in result.not_injected.items():
            console.print(f"{result.engine}: not injected: {fault}: {reason}", markup=False)
        for claim, found in result.findings.broken.items():
            console.print(f"{result.engine}: {claim}: {'; '.join(found[:SHOWN])}", markup=False, soft_wrap=True)
        if result.evidence is not None:
            console.print(f"{result.engine}: evidence in {result.evidence}", markup=False, soft_wrap=True)
    for engine, reason in missing.items():
        console.print(f"{engine}: not run: {reason}", markup=False)
    broken = any(result.findings.broken for result in results) or not results
    return int(broken)


def _times(result: Result, fault: str) -> str:
    return "–" if fault in result.not_injected else str(result.faults[fault])
