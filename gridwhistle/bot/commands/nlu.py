"""`gridwhistle nlu`: what does the engine make of messages, and how good is it by its own figures?"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import BinaryIO

import typer

from gridwhistle.bot.commands import learn
from gridwhistle.bot.commands.evaluate import evaluate
from gridwhistle.bot.commands.evaluate_addresses import evaluate_addresses
from gridwhistle.bot.commands.nlu_city import read_city
from gridwhistle.bot.commands.opening import read_settings, require_examples
from gridwhistle.bot.understanding import embedded
from gridwhistle.dialogs.nlu.understood import POLICY_QUESTION, REPORT, Understood
from gridwhistle.services.reference import City


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    group = typer.Typer(no_args_is_help=True, help="Try and train the understanding of messages.")
    group.command("classify")(classify)
    group.command("evaluate")(evaluate)
    group.command("evaluate-addresses")(evaluate_addresses)
    learn.add_to(group)
    app.add_typer(group, name="nlu")


def classify() -> None:
    """Read messages from the standard input, one a line; write what each means, as one JSON object a line.

    Every line has its answer, an empty one too; bytes that are no UTF-8 are read as “�”.
    """
    settings = read_settings()
    require_examples(settings)
    city = read_city(settings)
    engine = embedded(settings, city)
    source: BinaryIO = sys.stdin.buffer
    for line in source:
        text = line.rstrip(b"\r\n").decode(errors="replace").removeprefix("\ufeff")
        answer = json.dumps(as_json(engine.understand(text), city), ensure_ascii=False)
        sys.stdout.buffer.write(answer.encode() + b"\n")
        sys.stdout.buffer.flush()


def as_json(understood: Understood, city: City) -> Mapping[str, object]:
    """What a message means, flat; matter and category only where the message is a matter."""
    is_matter = understood.intent in (REPORT, POLICY_QUESTION) and understood.matters
    matter = understood.matters[0].matter if is_matter else None
    spec = city.matters.get(matter or "")
    return {
        "text": understood.text,
        "intent": understood.intent,
        "matter": matter,
        "category": spec.category if spec else None,
        "confidence": round(understood.confidence, 4),
        "matters": [{"matter": g.matter, "confidence": round(g.confidence, 4)} for g in understood.matters],
        "place": asdict(understood.place) if understood.place else None,
        "entities": [asdict(entity) for entity in understood.entities],
        "emergency": understood.emergency,
        "segments": [{"text": s.text, "matter": s.matter} for s in understood.segments],
    }
