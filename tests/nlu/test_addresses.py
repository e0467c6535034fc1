"""Are addresses judged by the values of their parts?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gridwhistle.dialogs.nlu.addresses import Counts, judge_addresses, read_addresses, value_of
from gridwhistle.dialogs.nlu.evaluation import FileError
from gridwhistle.dialogs.nlu.places import Gazetteer


@pytest.mark.parametrize(
    ("words", "value"),
    [("3号楼", "3"), ("三号楼", "3"), ("第3栋", "3"), ("b3栋", "B3"), ("Ａ座", "A"), ("12-3室", "12-3"), ("东户", "")],
)
def test_a_part_is_its_bare_value(words: str, value: str) -> None:
    assert value_of(words) == value


def lines(*rows: object) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def test_addresses_are_judged_part_by_part(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(
        lines(
            {
                "text": "某市翠屿小区3号楼2单元501",
                "spans": [["poi", "翠屿小区"], ["houseno", "3号楼"], ["cellno", "2单元"], ["roomno", "501"]],
            },
            {"text": "某县河西村12号", "spans": [["village", "河西村"], ["houseno", "12号"]]},
            {"text": "某县翠屿小区七栋", "spans": [["poi", "翠屿小区"], ["houseno", "8栋"], ["roomno", "东户"]]},
            {"text": "某县三楼", "spans": [["poi", "楼上楼"]]},
        ),
        encoding="utf-8",
    )
    counts = judge_addresses(Gazetteer([]), read_addresses(file))
    assert counts["houseno"] == Counts(right=2, wrong=1, missed=1)
    assert counts["cellno"] == counts["roomno"] == Counts(right=1)
    assert (counts["place"].right, counts["place"].missed) == (3, 1)
    assert (counts["houseno"].precision, counts["houseno"].recall) == (2 / 3, 2 / 3)
    assert counts["houseno"].f1 == pytest.approx(2 / 3)
    assert (Counts().precision, Counts().recall, Counts().f1) == (0, 0, 0)


@pytest.mark.parametrize("content", ["", "3", '{"text": "a"}', '{"text": "a", "spans": [1]}'])
def test_a_malformed_file_is_told(tmp_path: Path, content: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(FileError):
        read_addresses(file)
