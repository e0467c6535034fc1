"""What must Rasa's domain say for the examples and the catalogue? Writes ``nlu_data/domain.yml``.

Run it after a label or a matter was added: ``python scripts/rasa_domain.py``. A test compares the file with it.
"""

from __future__ import annotations

import csv
from pathlib import Path

from gridwhistle.dialogs.nlu import data

ROOT = Path(__file__).parents[1]
DOMAIN = ROOT / "nlu_data" / "domain.yml"
RULES = ROOT / "nlu_data" / "data" / "rules" / "understanding.yml"
_HEAD = "# Written by scripts/rasa_domain.py from the examples and demo/catalogue.csv; do not edit.\n"


def domain(labels: set[str], names: dict[str, str]) -> str:
    """The domain: each bare intent, and for each matter the response that a retrieval intent needs."""
    intents = sorted({label.partition("/")[0] for label in labels})
    lines = [_HEAD + 'version: "3.1"', "", "intents:", *(f"  - {intent}" for intent in intents), "", "responses:"]
    for label in sorted(label for label in labels if "/" in label):
        lines += [f"  utter_{label}:", f'    - text: "{names[label.partition("/")[2]]}"']
    lines += ["", "session_config:", "  session_expiration_time: 60", "  carry_over_slots_to_new_session: false", ""]
    return "\n".join(lines)


def rules(labels: set[str]) -> str:
    """One rule for each retrieval intent: without any use, Rasa refuses to train the response selectors."""
    lines = [_HEAD + 'version: "3.1"', "", "rules:"]
    for intent in sorted({label.partition("/")[0] for label in labels if "/" in label}):
        lines += [
            f"  - rule: name the matter of {intent}",
            "    steps:",
            f"      - intent: {intent}",
            f"      - action: utter_{intent}",
        ]
    return "\n".join([*lines, ""])


def catalogue() -> dict[str, str]:
    """The matters' Chinese names by their codes."""
    with (ROOT / "demo" / "catalogue.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def main() -> None:
    """Write the domain and the rules."""
    labels = {example.label for example in data.read(ROOT / "nlu_data" / "data" / "nlu")}
    DOMAIN.write_text(domain(labels, catalogue()), encoding="utf-8")
    RULES.parent.mkdir(parents=True, exist_ok=True)
    RULES.write_text(rules(labels), encoding="utf-8")
    print(f"{DOMAIN}: {len(labels)} labels")


if __name__ == "__main__":
    main()
