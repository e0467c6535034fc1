"""May the training data be trained on? Repeats, near repeats, leaks from evaluation files, balance, coverage, spans.

``python scripts/check_training_data.py [--against FILE …]``: the files are JSON lines with ``text``, kept for measuring
only; no line of theirs is printed. Ends with status 1 where something must be mended.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median

from gridwhistle.dialogs.nlu.data import Example, label_of, read
from gridwhistle.dialogs.nlu.entities import entities
from gridwhistle.dialogs.nlu.features import normalise
from gridwhistle.dialogs.nlu.understood import OUT_OF_SCOPE, EntityKind

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "nlu_data" / "data" / "nlu"
ENOUGH = 25
"""Examples that every label needs."""
LARGEST = 0.06
"""The share of all examples that one label may have; ``out_of_scope`` stands for the rest of the world."""
RUN = 14
"""So many characters in a row that also stand in an evaluation message were copied from it, not thought of twice."""
GRAMS, OVERLAP, SHORTEST = 4, 0.7, 8
"""A text of ``SHORTEST`` characters or more leaks if one message holds this share of its runs of ``GRAMS``."""
NEAR = 0.8
"""Two texts that share this part of their character triples are near repeats."""

_BARE = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")
_MARKED = re.compile(r"\[(?P<words>[^\]\[]*)\](?:\((?P<kind>[^()]*)\)|\{(?P<json>[^{}]*)\})")


def bare(text: str) -> str:
    """What two texts must differ in to be two texts: no punctuation, no spaces, no capitals, one sign a number.

    A text without any word ("886", "👍") is itself.
    """
    found = _DIGITS.sub("0", _BARE.sub("", normalise(text)))
    return found if found.strip("0") else normalise(text)


def repeats(examples: Sequence[Example]) -> Iterator[str]:
    """Texts that stand under two labels once punctuation and numbers are taken out."""
    seen: dict[str, Example] = {}
    for example in examples:
        first = seen.setdefault(bare(example.text), example)
        if first.label != example.label:
            yield f"{_at(example)}: {example.text!r} repeats {_at(first)}"


def near_repeats(examples: Sequence[Example]) -> Iterator[tuple[Example, Example]]:
    """Pairs of texts that share most of their character triples."""
    sets = [_grams(bare(example.text), 3) for example in examples]
    often = Counter(gram for grams in sets for gram in grams)
    holders: dict[str, list[int]] = defaultdict(list)
    for number, grams in enumerate(sets):
        # Two sets that share enough share one of their rarest members.
        rarest = sorted(grams, key=lambda gram: (often[gram], gram))[: len(grams) - round(NEAR * len(grams)) + 1]
        for other in sorted({holder for gram in rarest for holder in holders[gram]}):
            both = len(grams & sets[other])
            if both >= NEAR * (len(grams) + len(sets[other]) - both):
                yield examples[other], examples[number]
        for gram in rarest:
            holders[gram].append(number)


def leaks(examples: Sequence[Example], messages: Iterable[str]) -> Iterator[str]:
    """Examples that stand in the messages: the same text, a long run of it, or most of its short runs."""
    texts = [bare(message) for message in messages]
    whole = set(texts)
    runs = {run for text in texts for run in _grams(text, RUN) if len(run) == RUN}
    holders: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        for gram in _grams(text, GRAMS):
            holders[gram].append(number)
    for example in examples:
        text = bare(example.text)
        grams = _grams(text, GRAMS)
        if text in whole and len(text) >= SHORTEST:
            yield f"{_at(example)}: stands in the evaluation file"
        elif any(run in runs for run in _grams(text, RUN)):
            yield f"{_at(example)}: shares {RUN} characters in a row with an evaluation message"
        elif len(text) >= SHORTEST:
            held = Counter(number for gram in grams for number in holders.get(gram, ()))
            if held and max(held.values()) >= OVERLAP * len(grams):
                yield f"{_at(example)}: shares {OVERLAP:.0%} of its words with an evaluation message"


def uncovered(examples: Sequence[Example], wanted: Iterable[str]) -> Iterator[str]:
    """Labels with too few examples, and labels that catalogue and domain do not know."""
    counts = Counter(example.label for example in examples)
    expected = set(wanted)
    for label in sorted(expected | counts.keys()):
        if label not in expected:
            yield f"{label}: neither the catalogue nor the domain knows it"
        elif counts[label] < ENOUGH:
            yield f"{label}: {counts[label]} examples, {ENOUGH} are needed"
        elif label != OUT_OF_SCOPE and counts[label] > LARGEST * len(examples) and len(counts) > 1 / LARGEST:
            yield f"{label}: {counts[label]} examples are more than {LARGEST:.0%} of all"


def wrong_spans(examples: Sequence[Example]) -> Iterator[str]:
    """Entities marked in Rasa's manner with an unknown kind or without words, and recognised ones off their text."""
    kinds = {kind.value for kind in EntityKind}
    for example in examples:
        for mark in _MARKED.finditer(example.text):
            kind = mark["kind"] if mark["json"] is None else _kind_of(mark["json"])
            if kind not in kinds or not mark["words"].strip():
                yield f"{_at(example)}: {mark[0]!r} marks no known entity"
        if re.search(r"\]\(|\]\{", _MARKED.sub("", example.text)):
            yield f"{_at(example)}: a mark of an entity is not closed"
        found = entities(example.text)
        for entity in found:
            if example.text[entity.start : entity.end] != entity.text:
                yield f"{_at(example)}: {entity.kind} {entity.text!r} is not what stands there"
        for kind in (EntityKind.TIME, EntityKind.DURATION, EntityKind.PHONE):
            same = [entity for entity in found if entity.kind is kind]
            if any(left.end > right.start for left, right in pairwise(same)):
                yield f"{_at(example)}: two entities of kind {kind} overlap"


def labels_wanted() -> set[str]:
    """The labels that catalogue (matters) and domain (intents) call for."""
    with (ROOT / "demo" / "catalogue.csv").open(encoding="utf-8-sig", newline="") as file:
        matters = {label_of(row["code"], row["category"]) for row in csv.DictReader(file)}
    domain = (ROOT / "nlu_data" / "domain.yml").read_text(encoding="utf-8")
    return matters | set(re.findall(r"^  - (\w+)$", domain, flags=re.MULTILINE))


def balance(examples: Sequence[Example]) -> Iterator[str]:
    """How many examples, of which kinds, how evenly."""
    counts = sorted(Counter(example.label for example in examples).values())
    families = Counter(example.file.stem for example in examples)
    lengths = sorted(len(example.text) for example in examples)
    english = sum(not re.search(r"[\u4e00-\u9fff]", example.text) for example in examples)
    distinct = len({bare(example.text) for example in examples})
    yield f"{len(examples):,} examples ({distinct:,} without punctuation and numbers), {len(counts)} labels"
    yield f"English: {english / len(examples):.1%}"
    yield f"examples a label: {counts[0]} at least, {median(counts):g} in the middle, {counts[-1]} at most"
    tenth = len(lengths) // 10
    yield f"characters an example: {lengths[tenth]} (a tenth is shorter), {median(lengths):g}, {lengths[-tenth]}"
    for family, count in families.most_common():
        yield f"  {family:<12} {count:>6,}  {count / len(examples):>5.1%}"


def _kind_of(marked: str) -> str:
    try:
        return str(json.loads("{" + marked + "}").get("entity"))
    except ValueError:
        return ""


def _grams(text: str, length: int) -> set[str]:
    return {text[start : start + length] for start in range(max(1, len(text) - length + 1))}


def _at(example: Example) -> str:
    return f"{example.file.name}:{example.line} ({example.label})"


def _messages(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)["text"]


def main() -> int:
    """Print what was found; the count of what must be mended decides the status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, nargs="+", default=[], help="evaluation files (JSON lines with text)")
    arguments = parser.parse_args()
    examples = read(EXAMPLES)
    print("\n".join(balance(examples)))
    pairs = list(near_repeats(examples))
    print(f"near repeats: {len(pairs)} pairs, {sum(a.label != b.label for a, b in pairs)} of them under two labels")
    problems = [
        *repeats(examples),
        *(f"{_at(b)}: {b.text!r} is nearly {a.text!r}, {_at(a)}" for a, b in pairs if a.label != b.label),
        *uncovered(examples, labels_wanted()),
        *wrong_spans(examples),
        *leaks(examples, _messages(arguments.against)),
    ]
    for problem in problems:
        print(problem)
    print(f"{len(problems)} to mend" if problems else "all well")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
