from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from town import FLOWS, Report, Town

from gridwhistle.dialogs.message import Press, Text, Wake
from gridwhistle.services import memory
from gridwhistle.services.again import TRIES


def test_a_whole_report_from_one_sentence(town: Town) -> None:
    assert town.say("幸福小区3号楼下水道堵了") == "有照片吗？[跳过]"
    assert town.photo("p1") == "幸福小区3号楼下水道堵了，幸福小区3号楼，照片1张，对吗？[确认|修改|取消]"
    assert town.press("确认") == "报上了：幸福小区3号楼下水道堵了，幸福小区3号楼，照片1张"
    assert "stack" not in town.state()


def test_an_update_that_comes_twice_acts_once(town: Town) -> None:
    assert town.send(Text(text="下水道堵了"), external="same")
    assert town.send(Text(text="下水道堵了"), external="same") == []


def test_typed_labels_numbers_and_words_answer(town: Town) -> None:
    town.say("幸福小区3号楼下水道堵了")
    assert "照片0张" in town.say("跳过")
    assert "报上了" in town.say("是的")
    town.say("幸福小区3号楼下水道堵了")
    town.say("没有")
    assert town.say("2").startswith("改哪一项？")


def test_cancel_back_and_repeat(town: Town) -> None:
    town.say("幸福小区3号楼下水道堵了")
    assert town.say("啥") == "有照片吗？[跳过]"
    town.say("跳过")
    assert town.say("返回") == "有照片吗？[跳过]"
    assert town.say("我不想弄了吧") == "好的，这件事先不办了。"
    assert "没有填到一半" in town.say("取消")


def test_back_at_the_first_question(town: Town) -> None:
    town.say("下水道堵了")
    assert town.say("返回") == "已经是第一个问题了。\n在哪儿？"


def test_a_correction_overwrites_one_answer_and_forgets_the_yes(town: Town) -> None:
    town.say("幸福小区3号楼下水道堵了")
    town.say("跳过")
    assert town.say("不对，是5号楼").startswith("幸福小区3号楼下水道堵了，幸福小区5号楼")
    assert "幸福小区5号楼" in town.say("对")


def test_change_asks_which_line_and_asks_that_again(town: Town) -> None:
    town.say("幸福小区3号楼下水道堵了")
    town.say("跳过")
    assert town.press("修改") == "改哪一项？[地点|照片]"
    assert town.press("地点") == "在哪儿？"
    assert "幸福小区3号楼下水道堵了，幸福小区，照片0张" in town.say("幸福小区")
    assert town.say("说错了").startswith("改哪一项？")


def test_a_door_without_its_estate_is_asked_about(town: Town) -> None:
    assert town.say("3号楼下水道堵了") == "您说的是这儿吗？不是的话，请说小区和楼号。[幸福小区3号楼]"
    assert "有照片吗" in town.say("1")
    town.say("取消")
    assert town.say("3号楼下水道堵了") == "您说的是这儿吗？不是的话，请说小区和楼号。[幸福小区3号楼]"
    assert "有照片吗" in town.say("幸福小区")
    assert town.say("跳过").startswith("3号楼下水道堵了，幸福小区3号楼，")


def test_rivals_become_a_question_back(town: Town) -> None:
    town.say("下水道堵了")
    assert town.say("幸福") == "您说的是哪儿？[幸福小区|幸福家园]"
    assert "有照片吗" in town.press("幸福家园")


def test_a_side_question_is_answered_and_the_report_goes_on(town: Town) -> None:
    town.say("下水道堵了")
    assert town.say("到哪了") == "在办[催一下]\n咱们接着刚才的：\n在哪儿？"
    assert "有照片吗" in town.say("幸福小区")


def test_a_report_while_reporting_is_no_second_copy(town: Town) -> None:
    town.say("下水道堵了")
    assert town.say("下水道堵了") == "我问的是地点，在哪儿？"
    assert len(town.state()["stack"]) == 1


def test_two_misses_offer_a_person_and_a_way_out(town: Town) -> None:
    town.say("幸福小区3号楼下水道堵了")
    assert town.say("嘟嘟嘟") == "发照片或者跳过。[跳过]"
    assert "[跳过|转人工|取消]" in town.say("哒哒哒")
    assert "已经帮您叫工作人员" in town.press("转人工")


def test_misses_without_a_question(town: Town) -> None:
    assert "没太明白" in town.say("嘟嘟嘟")
    assert "[转人工]" in town.say("嘟嘟嘟")


def test_an_unclear_sentence_is_asked_about_with_buttons(town: Town) -> None:
    assert town.say("堵了还是漏了").endswith("[下水堵塞|噪声|都不是]")
    assert town.press("噪声") == "在哪儿？"
    town.say("取消")
    assert town.say("那个事").endswith("[查办理进度|都不是]")
    assert "换个说法" in town.say("都不是")


def test_small_talk_keeps_the_open_question(town: Town) -> None:
    assert "帮不上忙" in town.say("今天天气咋样")
    town.say("幸福小区3号楼下水道堵了")
    assert town.say("你吃饭了吗") == "谢谢您陪我唠嗑。有需要反映的事，直接说就行。\n有照片吗？[跳过]"


@pytest.mark.parametrize(("text", "answer"), [("", "空消息"), ("  \n", "空消息"), ("😀😀", "表情"), ("？！", "表情")])
def test_nothing_to_read(town: Town, text: str, answer: str) -> None:
    assert answer in town.say(text)


@pytest.mark.parametrize("kind", ["voice", "sticker", "video", "file", "poll"])
def test_unreadable_things_get_a_sentence_and_keep_the_question(town: Town, kind: str) -> None:
    town.say("下水道堵了")
    assert town.unsupported(kind).endswith("在哪儿？")


def test_too_long_a_text_is_cut_and_said_so(town: Town) -> None:
    assert "前2000个字" in town.say("长" * 2500)


def test_an_emergency_goes_before_everything(town: Town) -> None:
    town.say("下水道堵了")
    assert town.say("着火了").startswith("快打119\n咱们接着刚才的：")


def test_a_button_of_an_old_question_does_nothing(town: Town) -> None:
    town.say("幸福小区3号楼下水道堵了")
    town.press("跳过")
    assert "过时" in town.press("跳过")
    town.press("确认")
    assert town.press("确认") == "这个按钮已经过时了，点它不起作用，请看最新的消息。"


def test_a_forged_button_is_answered_kindly(town: Town) -> None:
    assert "用不了了" in town.send(Press(letter="nope", index=3))[0]


def test_a_button_opens_a_flow_and_a_typed_label_acts_like_it(town: Town) -> None:
    town.say("到哪了")
    assert town.press("催一下") == "催了t7"
    town.say("到哪了")
    assert town.say("催一下") == "催了t7"


def test_tickets_are_told_apart_by_the_sentence(town: Town) -> None:
    assert town.say("催一下007") == "催了t7"
    assert town.say("3号楼那个催一下") == "催了t7"
    assert town.say("催一下") == "哪张单？[007 三号楼|008 五号楼]"
    assert town.say("第一个") == "催了t7"


def test_a_refusal_after_a_write_undoes_the_turn_and_goes_on(town: Town) -> None:
    town.say("下水道堵了")
    assert town.say("催一下").startswith("哪张单")
    assert town.say("008") == "没找到这张工单。\n咱们接着刚才的：\n在哪儿？"


def test_a_flow_that_is_not_allowed_does_not_exist(town: Town) -> None:
    assert "没太明白" in town.say("周五去修")
    assert town.say("周五去修", "li") == "定在11月27日（周五）"


def test_yes_no_and_choice_by_words(town: Town) -> None:
    assert town.send(Wake(flow="rate", given={}, key="k")) == ["来人了吗？[是|否]"]
    assert town.say("算了") == "满意吗？[满意|基本满意|不行]"
    assert town.say("基本") == "来人=False，fair"


def test_an_internal_error_loses_nothing_and_logs_no_words(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    town.say("幸福小区3号楼下水道堵了")
    before = town.state()
    assert "没有丢" in town.say("坏了")
    assert "没有丢" in town.say("写了")
    assert town.state() == before
    assert "坏了" not in capsys.readouterr().out


@pytest.mark.parametrize("word", ["修改", "返回", "取消"])
def test_a_word_about_what_is_open_is_answered_when_nothing_is(town: Town, word: str) -> None:
    assert "没有填到一半" in town.say(word)


@pytest.mark.parametrize("word", ["重复", "啥意思"])
def test_who_understands_nothing_is_told_what_can_be_done(town: Town, word: str) -> None:
    assert "直接说遇到的事" in town.say(word)


@pytest.mark.parametrize("failing", [1, TRIES], ids=["for a moment", "for longer"])
def test_a_disk_that_is_full_costs_no_message(town: Town, monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    keep, failures = memory.keep, [OperationalError("INSERT", None, full)] * failing

    def keep_or_fail(*given: Any) -> None:
        if failures:
            raise failures.pop()
        keep(*given)

    monkeypatch.setattr(memory, "keep", keep_or_fail)
    monkeypatch.setattr("gridwhistle.services.again.time.sleep", lambda _seconds: None)
    if failing == TRIES:
        with pytest.raises(OperationalError):
            town.send(Text(text="下水道堵了"), external="same")
        assert town.letters("zhang") == [], "an excuse would have been the message's one effect"
    assert town.send(Text(text="下水道堵了"), external="same") == ["在哪儿？"], "done again, or brought again"


def test_depth_has_a_limit(town: Town) -> None:
    town.say("下水道堵了")
    for name in ("deep", "deep_two"):
        town.send(Wake(flow=name, given={}, key=name))
    assert "先放下了" in "\n".join(town.send(Wake(flow="deep_three", given={}, key="x")))
    assert [frame["flow"] for frame in town.state()["stack"]] == ["deep", "deep_two", "deep_three"]


def test_a_release_that_drops_a_flow_says_so(town: Town) -> None:
    town.say("下水道堵了")
    town.talk = town.conversation(tuple(flow for flow in FLOWS if flow is not Report))
    assert "刚升级" in town.say("嘟嘟嘟")


def test_a_release_that_changes_answers_asks_again(town: Town) -> None:
    town.say("幸福小区3号楼下水道堵了")
    state = town.state()
    frame = dict(state["stack"][0])
    frame["answers"] = {"place": 7, "gone": "x"}
    frame["asked"] = "gone"
    town.set_state({**state, "stack": [frame]})
    assert "在哪儿？" in town.say("嘟嘟嘟")


def test_an_album_adds_to_the_answer(town: Town) -> None:
    town.say("幸福小区3号楼下水道堵了")
    town.photo("p1")
    assert "照片3张" in town.photo("p2", "p3")


def test_a_photo_before_the_words(town: Town) -> None:
    assert "照片收到了" in town.photo("p1")
    assert "照片1张" in town.say("幸福小区3号楼下水道堵了")


def test_a_captioned_photo_is_a_sentence_with_a_photo(town: Town) -> None:
    assert "照片1张" in town.photo("p1", caption="幸福小区3号楼下水道堵了")


def test_a_pin_answers_where(town: Town) -> None:
    town.say("下水道堵了")
    assert "有照片吗" in town.pin()
    assert "定位" in town.say("跳过")


def test_english_is_answered_from_the_same_turn_on(town: Town) -> None:
    town.talk = town.conversation(FLOWS)
    assert "did not get that" in town.say("blah blah blah")
    assert "没弄明白" in town.say("嘟嘟嘟")


def test_a_draft_is_nudged_once_and_closed_a_day_later(town: Town) -> None:
    town.say("下水道堵了")
    assert town.timers() == ["draft_nudge:1"]
    assert town.later(minutes=31) == "您刚才的还没报完，要接着来吗？[继续|不报了]"
    assert town.press("继续") == "在哪儿？"
    assert town.timers() == ["draft_nudge:2"]
    assert town.later(minutes=31) == ""
    assert "收起来了" in town.later(hours=24)
    assert "stack" not in town.state()
    assert town.timers() == []


def test_a_finished_draft_has_no_timer(town: Town) -> None:
    town.say("幸福小区3号楼下水道堵了")
    town.say("取消")
    assert town.timers() == []


def test_a_person_takes_over_and_hands_back(town: Town) -> None:
    town.say("找个人")
    assert "已经在帮您叫" in town.say("人工")
    assert "找个人" in Town.shown(town.letters("li")[-1])
    assert "接通了" in town.press("我来接", "li")
    assert "已经有同事接了" in town.press("我来接", "boss")
    assert town.say("我家没水了") == ""
    assert Town.shown(town.letters("li")[-1]) == "居民（幸福小区）：我家没水了"
    town.say("马上到", "li")
    assert Town.shown(town.letters("zhang")[-1]) == "工作人员李主任：马上到"
    assert "结束了" in town.say("结束", "li")
    assert "对方结束" in Town.shown(town.letters("zhang")[-1])
    assert "没太明白" in town.say("嘟嘟嘟")


def test_a_refusal_after_another_dialog_of_the_turn_undoes_itself_alone(town: Town) -> None:
    town.send(Wake(flow="chain", given={}, key="k"))
    assert [row.text for row in town.letters("zhang")] == ["留下了", "没找到这张工单。"]
    assert town.name_of("zhang") == "改过"


def test_photos_and_emergencies_in_a_talk_reach_the_coordinator(town: Town) -> None:
    town.say("找个人")
    town.press("我来接", "li")
    town.photo("p1")
    assert town.letters("li")[-1].attachments == ["p1"]
    assert "快打119" in town.say("着火了")
    assert "着火了" in town.letters("li")[-1].text


def test_an_answer_too_long_says_so(town: Town) -> None:
    town.send(Wake(flow="deep", given={}, key="k"))
    assert "有点长" in town.say("长" * 1200)


def test_free_words_let_a_clear_question_pass(town: Town) -> None:
    town.send(Wake(flow="deep", given={}, key="k"))
    assert town.say("到哪了").endswith("咱们接着刚才的：\n深")
    assert town.say("今天天气咋样").startswith("在办")


def test_a_stale_nudge_does_nothing(town: Town) -> None:
    town.say("下水道堵了")
    assert town.send(Wake(flow="draft_nudge", given={"token": "old", "stage": 1}, key="k")) == []


def test_a_button_for_somebody_else_is_refused_kindly(town: Town) -> None:
    assert "用不了" in town.send(Wake(flow="visit", given={}, key="k"))[0]
    assert "过时" in town.send(Wake(flow="no_such_flow", given={}, key="k"))[0]


def test_given_answers_are_checked(town: Town) -> None:
    assert "满意吗" in town.send(Wake(flow="rate", given={"came": True, "mark": "forged"}, key="k"))[0]
