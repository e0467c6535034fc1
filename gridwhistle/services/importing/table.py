"""What does a CSV file of the city hold, whichever program saved it, and what is wrong with it?"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

Kind = TypeVar("Kind", bound=StrEnum)

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
PHONE = re.compile(r"\+?[0-9][0-9 -]{2,24}")
LONGEST_CELL = 500
# Below this share of unreadable characters a file is UTF-8 with a damaged spot, above it another encoding.
DAMAGED = 0.05

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")
_NOT_CSV = (
    (b"PK\x03\x04", "this is an Excel workbook; save it as “CSV UTF-8”"),
    (b"\xd0\xcf\x11\xe0", "this is an Excel workbook; save it as “CSV UTF-8”"),
    (b"\xff\xfe", "this is UTF-16 text; save it as “CSV UTF-8”"),
    (b"\xfe\xff", "this is UTF-16 text; save it as “CSV UTF-8”"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that an administrator has to put right; rows are counted as an editor shows them."""

    file: str
    row: int | None = None
    column: str | None = None
    what: str

    def __str__(self) -> str:
        row = f", row {self.row}" if self.row is not None else ""
        column = f", column {self.column}" if self.column is not None else ""
        return f"{self.file}{row}{column}: {self.what}"


class ImportProblems(ValueError):  # noqa: N818 (a list of them, not one error)
    """A file was refused and nothing was changed; ``problems`` says everything that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(kw_only=True)
class Row:
    """One line of a table; its readers note a problem and go on, so that all problems come out at once."""

    file: str
    number: int
    cells: Mapping[str, str]
    problems: list[Problem] = field(repr=False)

    def complain(self, column: str | None, what: str) -> None:
        """Note what is wrong here."""
        self.problems.append(Problem(file=self.file, row=self.number, column=column, what=what))

    def text(self, column: str) -> str:
        """The cell's words, without white space around them."""
        return self.cells.get(column, "")

    def required(self, column: str) -> str:
        """The cell's words; an empty cell is a problem."""
        value = self.text(column)
        if not value:
            self.complain(column, "is empty")
        return value

    def code(self, column: str) -> str:
        """A code of the city's own; an empty or unusual one is a problem."""
        value = self.required(column)
        if value and not CODE.fullmatch(value):
            self.complain(column, f"“{value}” is no code: use up to 64 letters, digits and - _ .")
        return value

    def one_of(self, column: str, kind: type[Kind]) -> Kind | None:
        """A member of a closed list; another word is a problem, with the nearest member as a suggestion."""
        value = self.required(column)
        members = [member.value for member in kind]
        if value in members:
            return kind(value)
        if value:
            self.complain(column, f"“{value}” is unknown{suggestion(value, members)}; known: {', '.join(members)}")
        return None

    def parts(self, column: str) -> list[str]:
        """The parts of a cell that are divided by semicolons, also full-width ones; each once."""
        parts = (part.strip() for part in re.split("[;；]", self.text(column)))
        return list(dict.fromkeys(part for part in parts if part))

    def phone(self, column: str) -> str:
        """A telephone number or nothing; anything else is a problem."""
        value = self.text(column)
        if value and not PHONE.fullmatch(value):
            self.complain(column, "is no telephone number: use digits, spaces and -")
        return value


@dataclass(kw_only=True)
class Table:
    """The rows of a file, and the problems found in it so far."""

    file: str
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def check(self) -> None:
        """Raise ``ImportProblems`` when there are any, in the file's order."""
        if self.problems:
            raise ImportProblems(tuple(sorted(self.problems, key=lambda problem: problem.row or 0)))

    def by_code(self, column: str = "code") -> dict[str, Row]:
        """The rows by their code; a code that comes twice is a problem of its second row."""
        found: dict[str, Row] = {}
        for row in self.rows:
            code = row.code(column)
            earlier = found.setdefault(code, row)
            if code and earlier is not row:
                row.complain(column, f"“{code}” is in row {earlier.number} already")
        return found


def read_table(path: Path, columns: tuple[str, ...]) -> Table:
    """Read a file with these columns, in any order.

    UTF-8 (with or without a byte order mark) and GB18030, as Excel saves it in China, are told apart. Raises
    ``ImportProblems`` at once where no rows can be made out: unreadable, no CSV, wrong headers.
    """
    table = Table(file=path.name)
    lines = _lines(_decode(path, table), table)
    header = next(lines, (1, []))[1]
    names = [name.strip().strip("\u3000") for name in header]
    _check_header(names, columns, table)
    table.check()
    for number, values in lines:
        cells = [value.strip().strip("\u3000") for value in values]
        if not any(cells):
            continue
        row = Row(file=table.file, number=number, cells=dict(zip(names, cells, strict=False)), problems=table.problems)
        if len(cells) != len(names):
            row.complain(None, f"has {len(cells)} cells, the header has {len(names)}; is a comma without quotes in it?")
            continue
        for name, cell in row.cells.items():
            if _UNPRINTABLE.search(cell):
                row.complain(name, "holds a line break or another control character")
            if len(cell) > LONGEST_CELL:
                row.complain(name, f"is longer than {LONGEST_CELL} characters")
        table.rows.append(row)
    if not table.rows:
        table.problems.append(Problem(file=table.file, what="has no rows; an empty list would remove everything"))
    return table


def suggestion(word: str, known: list[str]) -> str:
    """“; did you mean “grid”?” where a known word is near, otherwise nothing."""
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f"; did you mean “{near[0]}”?" if near else ""


def _decode(path: Path, table: Table) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        table.problems.append(Problem(file=table.file, what=f"cannot be read: {error.strerror or error}"))
        table.check()
        raise
    for start, what in _NOT_CSV:
        if content.startswith(start):
            table.problems.append(Problem(file=table.file, what=what))
            table.check()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
    rough = content.decode("utf-8-sig", errors="replace")
    foreign = sum(character > "\x7f" for character in rough)
    if rough.count("\ufffd") > DAMAGED * foreign:
        try:
            return content.decode("gb18030")
        except UnicodeDecodeError as error:
            row = content.count(b"\n", 0, error.start) + 1
    table.problems.append(Problem(file=table.file, row=row, what="holds bytes that are neither UTF-8 nor GB18030"))
    table.check()
    raise AssertionError("a noted problem raises")


def _lines(text: str, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line that it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 1
    try:
        for record in reader:
            yield number, record
            number = reader.line_num + 1
    except csv.Error as error:
        table.problems.append(Problem(file=table.file, row=number, what=f"is no CSV: {error}"))


def _check_header(names: list[str], columns: tuple[str, ...], table: Table) -> None:
    def complain(what: str, column: str | None = None) -> None:
        table.problems.append(Problem(file=table.file, row=1, column=column, what=what))

    if len(names) <= 1:
        complain(f"is no header of a comma-separated file; expected: {','.join(columns)}")
        return
    missing = [name for name in columns if name not in names]
    for name in names:
        if names.count(name) > 1:
            complain("is there twice", name)
        elif name not in columns:
            complain(f"“{name}” is unknown{suggestion(name, missing)}")
    named = "; ".join(str(problem) for problem in table.problems)
    for name in missing:
        if f"“{name}”?" not in named:
            complain("is missing", name)
