"""Which small Rasa model do the tests teach?

A few lines of some labels for a few rounds: enough to hear whether both engines answer in the same form, and soon
trained. It is kept under ``.cache/``.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Collection
from pathlib import Path

import yaml
from little_city import EXAMPLES, ROOT

from benchmarks.rasa_server import train
from gridwhistle.dialogs.nlu.data import read

LINES = 12
"""Of a label; the first lines are the plainest."""
EVERY = 6
"""So many labels to one that is taught besides the wanted ones."""
ROUNDS = 40
SEED = 7
"""The same lines give the same model, whoever trains it."""
BATCH = 32
"""Examples a step: so few of them need small steps."""


def model(kept: Path, labels: Collection[str]) -> Path:
    """The small model of today's examples that knows these labels at least, trained if it is not there."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        _write_project(project, labels)
        digest = hashlib.sha256()
        for file in sorted(path for path in project.rglob("*") if path.is_file()):
            digest.update(file.read_bytes())
        target = kept / f"contract-{digest.hexdigest()[:20]}.tar.gz"
        if not target.exists():
            train(project, target)
        return target


def _write_project(project: Path, labels: Collection[str]) -> None:
    by_label: dict[str, list[str]] = {}
    for example in read(EXAMPLES):
        by_label.setdefault(example.label, []).append(example.text)
    taught = {label for number, label in enumerate(sorted(by_label)) if label in labels or number % EVERY == 0}
    lines = ['version: "3.1"', "intents:", *(f"- {label}" for label in sorted(taught)), ""]
    (project / "domain.yml").write_text("\n".join(lines), encoding="utf-8")
    lines = ['version: "3.1"', "nlu:"]
    for label, texts in by_label.items():
        if label not in taught:
            continue
        lines += [f"- intent: {label}", "  examples: |", *(f"    - {text}" for text in texts[:LINES])]
    (project / "data").mkdir()
    (project / "data" / "nlu.yml").write_text("\n".join([*lines, ""]), encoding="utf-8")
    config = yaml.safe_load((ROOT / "nlu_data" / "config.yml").read_text(encoding="utf-8"))
    for component in config["pipeline"]:
        if "epochs" in component:
            component |= {"epochs": ROUNDS, "batch_size": BATCH, "random_seed": SEED}
    (project / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
