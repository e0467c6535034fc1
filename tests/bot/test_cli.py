"""Do the commands do what they say, and are a user's mistakes told in a line?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from gridwhistle.bot import cli
from gridwhistle.bot.app import open_office
from gridwhistle.bot.commands import nlu
from gridwhistle.bot.settings import Settings
from gridwhistle.dialogs.nlu.understood import Entity, EntityKind, MatterGuess, PlaceMention, Understood
from gridwhistle.services import chats, fates, lanes
from gridwhistle.services.clock import SystemClock
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import Address
from gridwhistle.services.fates import Outcome
from gridwhistle.services.outbox import Letter, Priority, post
from gridwhistle.services.reference import City
from gridwhistle.services.sending import AT_WILL, SendReport, SendResult
from gridwhistle.services.store import Store

DEMO = Path(__file__).parents[2] / "demo"


pytestmark = pytest.mark.usefixtures("restored", "own_store")


@pytest.fixture(autouse=True)
def shared_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the other tests: `init` trains the understanding once."""
    monkeypatch.setenv("GRIDWHISTLE_CACHE_DIR", str(DEMO.parent / ".cache"))


def run(*words: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(cli.app, words, input=given)


def mistake(*words: str) -> str:
    """The one line with which a command refuses."""
    result = run(*words)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result.stderr


def test_init_makes_a_store_and_may_be_repeated(own_store: Path) -> None:
    assert "entered" in run("init").stdout
    assert "there already" in run("init").stdout
    assert own_store.exists()


def test_init_with_the_demo_imports_all_files() -> None:
    result = run("init", "--demo")

    assert result.exit_code == 0
    assert all(name in result.stdout for name in ("org.csv", "places.csv", "people.csv", "posts.csv", "catalogue.csv"))


@pytest.mark.parametrize("kind", ["org", "places", "people", "posts", "catalogue"])
def test_import_reads_each_kind_of_file(kind: str) -> None:
    run("init", "--demo")

    result = run("import", kind, str(DEMO / f"{kind}.csv"))

    assert result.exit_code == 0
    assert f"{kind}.csv" in result.stdout


def test_import_tells_each_mistake_in_a_line(tmp_path: Path) -> None:
    run("init", "--demo")
    bad = tmp_path / "posts.csv"
    bad.write_text("grid,post,a,b,mentor,since\nnowhere,worker,nobody,,,soon\n", encoding="utf-8")

    lines = mistake("import", "posts", str(bad)).splitlines()

    assert len(lines) == 2
    assert all(line.startswith("posts.csv, row 2, column ") for line in lines)


def test_import_before_init_says_what_to_do() -> None:
    assert mistake("import", "org", str(DEMO / "org.csv")) == (
        "the store holds no region “fujin”; run `gridwhistle init` first\n"
    )


def test_a_file_that_is_not_there_is_a_mistake() -> None:
    run("init")

    assert mistake("import", "org", "nowhere.csv") == "nowhere.csv: cannot be read: No such file or directory\n"


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        (
            "DATABASE_URL",
            "mysql://x/y",
            "GRIDWHISTLE_DATABASE_URL: the store runs on SQLite or PostgreSQL, not on “mysql”",
        ),
        ("DATABASE_URL", "nonsense", "GRIDWHISTLE_DATABASE_URL: this is no database URL"),
        ("DATABASE_URL", "sqlite:////proc/none.db", "the store does not open: unable to open database file"),
        ("PORT", "many", "GRIDWHISTLE_PORT: "),
        ("REGION", "富锦", "GRIDWHISTLE_REGION: "),
        ("LOG_LEVEL", "loud", "GRIDWHISTLE_LOG_LEVEL: "),
    ],
)
def test_a_wrong_setting_is_named(variable: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"GRIDWHISTLE_{variable}", value)

    told = mistake("init")

    assert told.startswith(message)
    assert told.count("\n") == 1


def test_demo_at_full_size_wants_a_fresh_store() -> None:
    run("demo")

    assert "name a fresh one" in mistake("demo", "--scale", "city")


def test_the_demo_does_not_sweep_a_real_city_away() -> None:
    run("init")
    run("import", "org", str(DEMO / "org.csv"))

    assert mistake("demo").startswith("the store holds a city of its own; name another")
    assert mistake("init", "--demo").startswith("the store holds a city of its own; name another")


def test_demo_at_full_size_prints_counts_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridwhistle.bot.commands.city.build_big_city", lambda *_args, **_named: {"residents": 400_000})

    result = run("demo", "--scale", "city")

    assert "400,000" in result.stdout
    assert result.stdout.rstrip().endswith(" s")


class Parrot:
    """Understands every message as the same report."""

    silent: tuple[str, ...] = ()

    def understand(self, text: str) -> Understood:
        return Understood(
            text=text,
            language="zh",
            intent="report" if text else "out_of_scope",
            confidence=0.9,
            matters=(MatterGuess(matter="gas_smell", confidence=0.8),),
            place=PlaceMention(text="幸福小区", place="xingfu-xq"),
            entities=(Entity(kind=EntityKind.DURATION, text="三天", value="72", start=0, end=2),),
        )


def test_classify_answers_every_line_whatever_its_bytes(monkeypatch: pytest.MonkeyPatch, own_store: Path) -> None:
    def parrot(_settings: Settings, _city: City) -> Parrot:
        return Parrot()

    monkeypatch.setattr(nlu, "embedded", parrot)

    result = run("nlu", "classify", given="\ufeff有燃气味\r\n\n".encode() + b"\xff\xfe\n" + "没有换行".encode())

    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["text"] for answer in answers] == ["有燃气味", "", "\ufffd\ufffd", "没有换行"]
    assert answers[0]["matter"] == "gas_smell"
    assert answers[0]["category"] == "hazard"
    assert answers[0]["entities"] == [{"kind": "duration", "text": "三天", "value": "72", "start": 0, "end": 2}]
    assert answers[0]["emergency"] is None
    assert (answers[1]["intent"], answers[1]["matter"], answers[1]["category"]) == ("out_of_scope", None, None)
    assert not own_store.exists()


@pytest.mark.parametrize("command", ["classify", "train"])
def test_training_data_that_are_not_there_are_a_mistake(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GRIDWHISTLE_NLU_DATA_DIR", str(tmp_path))

    assert mistake("nlu", command).startswith("no training data in ")


def test_training_data_that_are_malformed_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    examples = tmp_path / "data" / "nlu"
    examples.mkdir(parents=True)
    (examples / "bad.yml").write_text("nlu:\n- intent: Bad Label\n  examples: |\n    - 你好\n", encoding="utf-8")
    monkeypatch.setenv("GRIDWHISTLE_NLU_DATA_DIR", str(tmp_path))

    assert "bad.yml:" in mistake("nlu", "train")


def test_every_group_of_commands_is_registered_once() -> None:
    assert len(set(cli.COMMANDS)) == len(cli.COMMANDS)
    assert all(word in run("--help").stdout for word in ("init", "import", "demo", "nlu"))


def test_the_store_of_the_settings_is_the_one_that_is_filled(own_store: Path) -> None:
    run("init", "--demo")
    store = Store(f"sqlite:///{own_store}")

    with store.begin() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM person").scalar_one() > 200
    store.close()


def test_evaluate_prints_totals_and_leaves_a_report_with_pictures(tmp_path: Path) -> None:
    file, folder = tmp_path / "messages.jsonl", tmp_path / "report"
    rows = [
        {"text": "幸福小区门口路灯不亮好几天了", "category": "errand", "alt": None},
        {"text": "请问异地住院医保怎么报销", "category": "policy", "alt": None},
        {"text": "井盖没了，差点掉下去", "category": "hazard", "alt": "errand"},
        {"text": "你好", "category": "none", "alt": None},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    printed = run("nlu", "evaluate", str(file), "--engine", "embedded", "--report", str(folder)).stdout
    assert "macro-F1" in printed
    assert "路灯" not in printed
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    assert (figures["messages"], figures["strict"]) == (4, 1)
    assert figures["bands"]["form"] + figures["bands"]["answer"] == 0.75
    for name in ("confusion", "calibration"):
        with Image.open(folder / f"{name}.png") as picture:
            assert min(picture.size) > 300
            assert len(picture.convert("L").getcolors() or ()) > 1


def test_evaluate_tells_how_many_messages_about_nothing_open_a_form(tmp_path: Path) -> None:
    file = tmp_path / "messages.jsonl"
    file.write_text(json.dumps({"text": "你好"}) + "\n" + json.dumps({"text": "路灯不亮了"}) + "\n", encoding="utf-8")
    result = run("nlu", "evaluate", str(file), "--report", str(tmp_path))
    assert "the form of a report opens" in result.stdout
    assert json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["bands"]["form"] == 0.5


def test_evaluate_judges_a_large_model_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDWHISTLE_LARGE_MODEL_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("GRIDWHISTLE_LARGE_MODEL", "qwen")
    monkeypatch.setenv("GRIDWHISTLE_LOG_LEVEL", "warning")
    file = tmp_path / "messages.jsonl"
    unclear = ("他家的车咋整", "门口那个又来了", "这钱是不是不对", "那屋味儿呢", "楼上的事还得问问", "灯那个事吧")
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in unclear), encoding="utf-8")
    assert "server='large model'" in run("nlu", "evaluate", str(file)).output


def test_evaluate_refuses_a_file_that_it_cannot_read(tmp_path: Path) -> None:
    file = tmp_path / "messages.jsonl"
    assert "messages.jsonl" in mistake("nlu", "evaluate", str(file))
    file.write_text("[]", encoding="utf-8")
    assert "messages.jsonl:1" in mistake("nlu", "evaluate", str(file))


def test_evaluate_addresses_counts_parts(tmp_path: Path) -> None:
    file = tmp_path / "addresses.jsonl"
    row = {"text": "翠屿小区3号楼", "spans": [["poi", "翠屿小区"], ["houseno", "3号楼"]]}
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    printed = run("nlu", "evaluate-addresses", str(file)).stdout
    assert "1 addresses" in printed
    assert "houseno" in printed
    file.write_text("{}", encoding="utf-8")
    assert "addresses.jsonl:1" in mistake("nlu", "evaluate-addresses", str(file))


def stranded_letter(own_store: Path) -> str:
    """A letter of the demo city that the channel has refused; gives its id."""
    run("init", "--demo")
    office, _ = open_office(Settings(), Store(f"sqlite:///{own_store}"), SystemClock())
    with office.desk() as desk:
        who = chats.actor_at(desk, Address(channel=DEMO_CHANNEL, address="zhangmin"))
        assert who is not None
        post(desk, Letter(to=str(who.person_id), text="talks.ended", key="k", priority=Priority.EMERGENCY))
    with office.desk() as desk:
        [errand] = [one for one in lanes.claim(desk, DEMO_CHANNEL, AT_WILL, free=99) if one.address == "zhangmin"]
        report = SendReport(result=SendResult.REFUSED, problem="400 bad")
        fates.settle(desk, [Outcome(errand=errand, reports=(report,))], {DEMO_CHANNEL: AT_WILL})
    office.store.close()
    return errand.letters[0].id


def test_an_operator_looks_after_letters_that_could_not_be_delivered(own_store: Path) -> None:
    letter = stranded_letter(own_store)
    listed = run("outbox", "list").stdout
    assert "400 bad" in listed
    assert "dead 1" in listed
    assert "zhangmin" not in listed
    shown = run("outbox", "show", letter).stdout
    assert "400 bad" in shown
    assert "zhangmin" not in shown
    assert "zhangmin" in run("outbox", "show", letter, "--reveal", "居民来电").stdout

    assert "1 sent again" in run("outbox", "resend", letter).stdout
    assert "not stranded" in mistake("outbox", "drop", letter)
    assert "no letter" in mistake("outbox", "show", "nothing")
    assert "name the letters" in mistake("outbox", "resend")


def test_letters_are_given_up_all_at_once(own_store: Path) -> None:
    stranded_letter(own_store)
    assert "1 given up" in run("outbox", "drop", "--all").stdout
    assert "dead 0" in run("outbox", "list", "--waiting").stdout
