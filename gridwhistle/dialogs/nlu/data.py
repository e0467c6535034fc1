"""Which labelled examples does a Rasa NLU folder hold, and where is it malformed?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from gridwhistle.dialogs.nlu.understood import POLICY_QUESTION, REPORT

MATTER_MARK = "+"
"""Stands between the intent and the matter of a label. Rasa takes such a label as it is; after a slash it would want a
response selector, which trains ten times as long."""
LABEL = re.compile(r"[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)?")

# Rasa's other kinds of NLU entries; they hold no labelled examples.
UNLABELLED = frozenset({"synonym", "regex", "lookup"})
PLAIN = "plain"
POLICY = "policy"
"""The category whose matters are asked about; those of all others are reported."""
# Files whose matters ask for the same kind of work as another file's.
_KIN = {"emergency": "hazard"}


class DataError(ValueError):
    """The training data is malformed; the message names the file and the line."""

    def __init__(self, file: Path, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}")
        self.file = file
        self.line = line


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One utterance with the label that a person gave it, and where it stands."""

    label: str
    text: str
    file: Path
    line: int

    @property
    def family(self) -> str:
        """The kind of work that it asks for: its file for a matter, ``PLAIN`` for an intent without one."""
        return _KIN.get(self.file.stem, self.file.stem) if MATTER_MARK in self.label else PLAIN


def intent_about(category: str) -> str:
    """The intent of messages about a matter of this category."""
    return POLICY_QUESTION if category == POLICY else REPORT


def label_of(matter: str, category: str) -> str:
    """The label of examples of this matter."""
    return f"{intent_about(category)}{MATTER_MARK}{matter}"


def intent_of(label: str) -> str:
    """The bare intent of a label."""
    return label.partition(MATTER_MARK)[0]


def matter_of(label: str) -> str | None:
    """The matter of a label, ``None`` for plain intents."""
    return label.partition(MATTER_MARK)[2] or None


def files(folder: Path) -> tuple[Path, ...]:
    """The folder's YAML files in a fixed order."""
    return tuple(sorted(path for path in folder.rglob("*") if path.suffix in {".yml", ".yaml"}))


def content_hash(folder: Path) -> str:
    """A digest that changes with any file's name or content; reads no YAML, so that a cached model starts at once."""
    digest = hashlib.sha256()
    for path in files(folder):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def read(folder: Path) -> tuple[Example, ...]:
    """All examples of the folder; raises ``DataError`` for the first malformed, empty or repeated one."""
    examples: list[Example] = []
    seen: dict[str, Example] = {}
    for path in files(folder):
        for example in _read_file(path):
            earlier = seen.setdefault(example.text.casefold(), example)
            if earlier is not example:
                place = f"{earlier.file.name}:{earlier.line} ({earlier.label})"
                raise DataError(path, example.line, f"{example.text!r} ({example.label}) stands in {place} already")
            examples.append(example)
    if not examples:
        raise DataError(folder, 0, "no examples in this folder")
    return tuple(examples)


def _read_file(path: Path) -> Iterator[Example]:
    # Nodes instead of plain values: they know their lines, and the C loader composes 6,000 lines in a blink.
    loader = yaml.CSafeLoader(path.read_bytes())
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise DataError(path, line, error.problem or "no YAML") from error
    except yaml.YAMLError as error:
        raise DataError(path, 0, str(error)) from error
    finally:
        loader.dispose()
    if root is None:
        return
    for key, value in _entries(path, root):
        if key != "nlu":
            continue
        if not isinstance(value, yaml.SequenceNode):
            raise DataError(path, value.start_mark.line + 1, "nlu is not a list")
        for block in value.value:
            yield from _read_block(path, block)


def _read_block(path: Path, block: yaml.Node) -> Iterator[Example]:
    line = block.start_mark.line + 1
    entries = dict(_entries(path, block))
    if UNLABELLED & entries.keys():
        return
    intent, examples = entries.get("intent"), entries.get("examples")
    if not isinstance(intent, yaml.ScalarNode) or not LABEL.fullmatch(intent.value):
        name = intent.value if isinstance(intent, yaml.ScalarNode) else None
        raise DataError(path, line, f"bad label {name!r}: an intent is a_name or a_name+a_name")
    if not isinstance(examples, yaml.ScalarNode) or examples.style != "|":
        raise DataError(path, line, f"{intent.value} has no 'examples: |'")
    # A literal block starts on the line after its '|' and keeps its blank lines, so lines can be counted.
    count = 0
    for number, raw in enumerate(examples.value.split("\n"), start=examples.start_mark.line + 2):
        row = raw.strip()
        if not row:
            continue
        if not row.startswith("-"):
            raise DataError(path, number, f"{row!r} does not start with '- '")
        text = row[1:].strip()
        if not text:
            raise DataError(path, number, f"empty example of {intent.value}")
        count += 1
        yield Example(label=intent.value, text=text, file=path, line=number)
    if not count:
        raise DataError(path, line, f"{intent.value} has no examples")


def _entries(path: Path, node: yaml.Node) -> Iterator[tuple[str, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise DataError(path, node.start_mark.line + 1, "not a mapping")
    for key, value in node.value:
        yield str(key.value), value
