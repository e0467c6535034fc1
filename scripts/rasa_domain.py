"""What must Rasa's domain say for the examples? Writes ``nlu_data/domain.yml``.

Run it after a label or a matter was added: ``python scripts/rasa_domain.py``. A test compares the file with it.
"""

from __future__ import annotations

from pathlib import Path

from gridwhistle.dialogs.nlu import data

ROOT = Path(__file__).parents[1]
DOMAIN = ROOT / "nlu_data" / "domain.yml"
_HEAD = "# Written by scripts/rasa_domain.py from the examples; do not edit.\n"


def domain(labels: set[str]) -> str:
    """The domain: every label is an intent of Rasa's."""
    lines = [_HEAD + 'version: "3.1"', "", "intents:", *(f"  - {label}" for label in sorted(labels)), ""]
    lines += ["session_config:", "  session_expiration_time: 60", "  carry_over_slots_to_new_session: false", ""]
    return "\n".join(lines)


def main() -> None:
    """Write the domain."""
    labels = {example.label for example in data.read(ROOT / "nlu_data" / "data" / "nlu")}
    DOMAIN.write_text(domain(labels), encoding="utf-8")
    print(f"{DOMAIN}: {len(labels)} labels")


if __name__ == "__main__":
    main()
