"""Does the runner of transcripts see what differs, and say where?"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from gridwhistle.bot.settings import Settings
from gridwhistle.bot.transcript.inputs import (
    Again,
    Pictures,
    Position,
    PressForged,
    PressLabel,
    PressOfAnother,
    Unreadable,
    Words,
    parse_inputs,
)
from gridwhistle.bot.transcript.meaning import parse_meaning, write_meaning
from gridwhistle.bot.transcript.moves import Move, parse_move
from gridwhistle.bot.transcript.play import play
from gridwhistle.bot.transcript.script import Expected, Script, ScriptError, Speech, parse_script
from gridwhistle.bot.transcript.update import update
from gridwhistle.bot.transcript.wording import Heard, parse_wanted
from gridwhistle.bot.transcript.world import World
from gridwhistle.services.clock import CITY_ZONE

PATH = Path("case.chat")
STICKER = "居民张敏> {表情包}\n机器人> …表情…\n"
REPORT = "居民张敏> 幸福小区3号楼2单元下水道堵了三天了，没人管\n  ~ report drain_blocked 0.93\n"


@pytest.fixture(scope="module")
def world() -> World:
    return World(Settings())


def script(text: str) -> Script:
    return parse_script(text, PATH)


def problems(text: str, world: World) -> list[str]:
    return [str(difference) for difference in play(script(text), world)]


@pytest.mark.parametrize(
    ("said", "inputs"),
    [
        ("水管漏了", (Words(text="水管漏了"),)),
        ("[确认]", (PressLabel(label="确认"),)),
        ("[确认][旧:取消]", (PressLabel(label="确认"), PressLabel(label="取消", oldest=True))),
        ("[确认] 好的", (Words(text="[确认] 好的"),)),
        ("{照片}", (Pictures(),)),
        ("{照片 3} 楼道里", (Pictures(count=3, caption="楼道里"),)),
        ("{语音}", (Unreadable(kind="voice"),)),
        ("{定位 幸福小区}", (Position(place="幸福小区"),)),
        ("{引用 幸福-261123-001} 还漏", (Words(text="还漏", quoting="幸福-261123-001"),)),
        ("{冒按 李强 接单}", (PressOfAnother(owner="李强", label="接单"),)),
        ("{伪造按钮}", (PressForged(),)),
        ("{重发}", (Again(),)),
    ],
)
def test_a_persons_line_says_what_they_do(said: str, inputs: tuple[object, ...]) -> None:
    assert parse_inputs(said) == inputs


def test_a_long_text_has_the_length_asked_for() -> None:
    (words,) = parse_inputs("{10000字}")
    assert isinstance(words, Words)
    assert len(words.text) == 10_000


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("hello", "case.chat:2: “hello” is no line"),
        ("居民张敏>", "case.chat:2: the line says nothing"),
        ("居民张敏> {舞蹈}", "case.chat:2: unknown act {舞蹈}"),
        ("居民张敏> {语音} 喂", "case.chat:2: nothing may follow {语音}"),
        ("== 后天 ==", "case.chat:2: “后天” is no time"),
        ("== 2 小时后", "case.chat:2: a clock line ends"),
        ("= 天气晴", "case.chat:2: “天气晴” is no fact"),
        ("机器人> 您好", "case.chat:2: nobody has spoken yet"),
        ("  ~ report", "case.chat:2: an indented line"),
        ("居民张敏> 喂\n  ~ report a b c", "case.chat:3: “a b c” is no matter"),
        ("== 2 小时后 ==\n机器人> 您好", "case.chat:3: after a clock line"),
        ("= 其余定时器不管\n居民张敏> 喂", "case.chat:3: nothing may follow"),
        ("居民张敏> 喂\n= 定时来信照发", "case.chat:3: “= 定时来信照发” stands before the first act"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_with_its_file_and_number(line: str, where: str) -> None:
    with pytest.raises(ScriptError) as refused:
        script(f"# 题目\n{line}\n")
    assert str(refused.value).startswith(where)


def test_what_the_bot_says_may_go_on_in_indented_lines() -> None:
    scene = script(
        "张敏> 喂\n机器人> 您好\n    工单 1\n    好了吗？[好了|没有]\n李强> (收到) 新工单\n    快去[接单]\n"
    ).scenes[1]
    assert isinstance(scene.act, Speech)
    bot, letter = scene.lines
    assert isinstance(bot, Expected)
    assert bot.wanted == parse_wanted("您好 工单 1 好了吗？[好了|没有]")
    assert isinstance(letter, Expected)
    assert (letter.label, letter.wanted) == ("李强", parse_wanted("新工单 快去[接单]"))


def test_a_clock_line_before_the_first_act_sets_the_beginning() -> None:
    assert script("# 题目\n== 2026-11-28 22:30 ==\n张敏> 喂\n").begins == datetime(
        2026, 11, 28, 22, 30, tzinfo=CITY_ZONE
    )


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("2 小时后", Move(ahead=timedelta(hours=2))),
        ("30分钟后", Move(ahead=timedelta(minutes=30))),
        ("3 天后", Move(ahead=timedelta(days=3))),
        ("次日 10:00", Move(morrow=time(10))),
        ("到下一个提醒", Move()),
    ],
)
def test_clock_lines(text: str, move: Move) -> None:
    assert parse_move(text) == move


@pytest.mark.parametrize(
    ("wanted", "said", "buttons", "fits"),
    [
        ("您好", "您好", (), True),
        ("您好", "您好。", (), False),
        ("…工单…李强…", "已受理，工单 1\n负责人：李强", (), True),
        ("已受理，工单 1 负责人：李强", "已受理，工单 1\n负责人：李强", (), True),
        ("…[确认|取消]", "对吗？", ("确认", "取消"), True),
        ("…[确认|取消]", "对吗？", ("确认", "修改", "取消"), False),
        ("…[确认|…]", "对吗？", ("确认", "修改", "取消"), True),
        ("…[…|取消]", "对吗？", ("确认", "修改", "取消"), True),
        ("…", "对吗？", ("确认",), False),
        ("a+b", "aab", (), False),
    ],
)
def test_gaps_match_any_text_and_buttons_are_compared_as_a_list(
    wanted: str, said: str, buttons: tuple[str, ...], fits: bool
) -> None:
    heard = Heard(address="a", label="张敏", text=said, buttons=buttons)
    assert parse_wanted(wanted).fits(heard) is fits


def test_a_letter_is_written_so_that_it_fits_itself() -> None:
    heard = Heard(address="a", label="张敏", text="对吗？\n\n工单 1", buttons=("是", "否"), photos=2, reply=True)
    written = heard.written()
    assert written == "机器人> 对吗？\n    工单 1{照片 2}[是|否]"
    assert parse_wanted(written.removeprefix("机器人> ").replace("\n", " ")).fits(heard)


@pytest.mark.parametrize(
    ("text", "intents", "matters"),
    [
        ("progress", [("progress", 0.95)], []),
        ("progress 0.4", [("progress", 0.4)], []),
        ("report drain_blocked 0.5", [("report", 0.5)], [("drain_blocked", 0.5)]),
        ("report@0.9 a 0.5 or b 0.4", [("report", 0.9)], [("a", 0.5), ("b", 0.4)]),
        ("report a 0.9 | report b 0.8", [("report", 0.9), ("report", 0.8)], [("a", 0.9), ("b", 0.8)]),
    ],
)
def test_meanings(text: str, intents: list[tuple[str, float]], matters: list[tuple[str, float]]) -> None:
    meaning = parse_meaning(text)
    assert [(part.intent, part.confidence) for part in meaning.parts] == intents
    assert [(guess.matter, guess.confidence) for part in meaning.parts for guess in part.matters] == matters


def test_the_real_rules_find_places_and_parts_of_a_given_meaning(world: World) -> None:
    director = world.director()
    director.direct(parse_meaning("report drain_blocked 0.9 | report street_light 0.8"))
    found = director.understand("幸福小区3号楼下水道堵了，另外5号楼路灯不亮")
    assert director.problem is None
    assert [(one.matter, one.place.place, one.place.building) for one in found.segments if one.place] == [
        ("drain_blocked", "xingfu-xq", "3"),
        ("street_light", "xingfu-xq", "5"),
    ]
    assert parse_meaning(write_meaning(found)).parts[1].words == "5号楼路灯不亮"


@pytest.mark.parametrize(
    ("meaning", "problem"),
    [
        ("reprot drain_blocked", "no intent “reprot”"),
        ("report drain_bloked", "no matter “drain_bloked”"),
        ("report drain_blocked place=月球", "no place of the city"),
        ("report drain_blocked | report street_light", "does not fall into 2 parts"),
    ],
)
def test_a_meaning_that_no_engine_could_propose_fails_the_case(meaning: str, problem: str, world: World) -> None:
    found = problems(f"张敏> 下水道堵了\n  ~ {meaning}\n", world)
    assert found[0].startswith("case.chat:1: ")
    assert problem in found[0]


def test_a_conversation_that_goes_as_written_has_no_difference(world: World) -> None:
    assert problems(STICKER, world) == []


@pytest.mark.parametrize(
    ("text", "number", "problem"),
    [
        ("居民张敏> {表情包}\n", 1, "unexpected letter\n机器人> "),
        (STICKER + "机器人> 还有\n", 3, "but heard\n(nothing)"),
        (STICKER + "网格员李强> (收到) …\n", 3, "but heard\n(nothing)"),
        ("居民张敏> {表情包}\n机器人> 没有\n", 2, "expected\n机器人> 没有\nbut heard\n机器人> "),
        ("居民张敏> 下水道堵了\n", 1, "give a `~` line"),
        ("居民张敏> [接单]\n", 1, "no letter offers the button [接单]; the chat shows no buttons"),
        ("居民无名> 喂\n", 1, "ends with no name"),
        ("居民张敏> {表情包}\n网格员无名> (收到) …\n", 2, "ends with no name"),
        ("居民张敏> {重发}\n", 1, "no update that could come again"),
        ("== 到下一个提醒 ==\n== 到下一个提醒 ==\n", 1, "no timer waits"),
        (STICKER + "== 2026-11-22 09:00 ==\n", 3, "the clock stands at 2026-11-23 09:00 already"),
        (STICKER + "= 共 1 张工单\n", 3, "but it is 0"),
        (STICKER + "= 工单 幸福-261123-001 待接单\n", 3, "there is no such ticket"),
        (REPORT + "机器人> …[…]\n", 3, "timers are left over"),
    ],
)
def test_what_differs_is_named_with_its_line(text: str, number: int, problem: str, world: World) -> None:
    found = problems(text, world)
    assert found
    assert found[0].startswith(f"case.chat:{number}: ")
    assert problem in found[0]


REPORTED = REPORT + "机器人> …[确认|…]\n居民张敏> [确认]\n机器人> …幸福-261123-001…\n网格员李强> (收到) …[接单|…]\n"


def test_facts_are_asked_of_the_services(world: World) -> None:
    facts = (
        "= 共 1 张工单\n= 没有新工单\n= 工单 幸福-261123-001 待接单\n= 工单 幸福-261123-001 处理人 李强\n"
        "= 工单 幸福-261123-001 反映人 张敏\n= 工单 幸福-261123-001 事项 drain_blocked\n"
        "= 工单 幸福-261123-001 网格 幸福社区第一网格\n= 工单 幸福-261123-001 声音 0\n"
        "= 工单 幸福-261123-001 事件 assign\n= 工单 幸福-261123-001 没有事件 escalated\n"
        "= 工单 幸福-261123-001 哈希链完整\n= 没有工单 幸福-261123-002\n= 定时器 accept_limit\n= 没有定时器 recheck\n"
        "= 其余定时器不管\n"
    )
    assert problems(REPORTED + facts, world) == []


@pytest.mark.parametrize(
    ("fact", "problem"),
    [
        ("没有新工单", "幸福-261123-001 opened since"),
        ("工单 幸福-261123-001 待回访", "but it is 待接单"),
        ("工单 幸福-261123-001 升天", "there is no status “升天”"),
        ("工单 幸福-261123-001 处理人 周梅", "but it is 李强"),
        ("工单 幸福-261123-001 紧急", "but it is not"),
        ("工单 幸福-261123-001 事件 escalated", "its events are"),
        ("吹哨 幸福-261123-001 城管局 报而不到", "no whistle to 城管局"),
    ],
)
def test_a_fact_that_does_not_hold_says_what_is_the_case(fact: str, problem: str, world: World) -> None:
    (found,) = problems(f"{REPORTED}= {fact}\n", world)
    assert problem in found


def test_letters_that_time_brings_are_received_by_whom_they_are_for(world: World) -> None:
    later = "== 到下一个提醒 ==\n网格员周梅> (收到) …[接单|…]\n网格员李强> (收到) …周梅…\n= 其余定时器不管\n"
    assert problems(REPORTED + later, world) == []


def test_every_play_begins_in_a_fresh_city(world: World) -> None:
    whole = REPORTED + "= 其余定时器不管\n"
    assert problems(whole, world) == []
    assert problems(whole, world) == []


def test_an_update_writes_what_was_said_and_keeps_what_still_fits(world: World) -> None:
    draft = (
        "# 题目\n" + REPORT + "机器人> …[确认|…]\n居民张敏> [确认]\n机器人> 以前的话\n# 说明\n"
        "= 工单 幸福-261123-001 待接单\n= 其余定时器不管\n"
    )
    updated = update(script(draft), world)
    assert updated.problems == ()
    assert updated.text.startswith(
        "# 题目\n" + REPORT + "机器人> …[确认|…]\n居民张敏> [确认]\n机器人> 已受理，工单 幸福-261123-001"
    )
    assert "以前的话" not in updated.text
    assert "\n网格员李强> (收到) " in updated.text
    assert updated.text.endswith("\n# 说明\n= 工单 幸福-261123-001 待接单\n= 其余定时器不管\n")
    assert problems(updated.text, world) == []
    assert update(script(updated.text), world).text == updated.text


def test_an_update_leaves_the_rest_as_it_is_from_a_line_that_cannot_be_played(world: World) -> None:
    draft = "居民张敏> {表情包}\n居民张敏> [没有]\n机器人> 以后的话\n"
    updated = update(script(draft), world)
    assert [problem.number for problem in updated.problems] == [2]
    assert updated.text.endswith("居民张敏> [没有]\n机器人> 以后的话\n")
