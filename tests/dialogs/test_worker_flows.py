from __future__ import annotations

import pytest
from hall import Hall

from gridwhistle.services.schema import Status


def accepted(hall: Hall) -> None:
    hall.report()
    hall.say("liqiang", "3号楼下水道那个我接了", "worker_accept")
    assert hall.ticket().status is Status.ACCEPTED


def test_a_ticket_is_accepted_by_words_and_the_resident_learns_who_it_is(hall: Hall) -> None:
    accepted(hall)
    assert "办理中" in hall.to("liqiang")
    assert "李强 接单" in hall.to("zhangmin")


def test_a_ticket_is_accepted_by_its_button(hall: Hall) -> None:
    hall.report()
    hall.press("liqiang", "接单")
    assert hall.ticket().status is Status.ACCEPTED


def test_whoever_has_nothing_is_told_so_kindly(hall: Hall) -> None:
    for words, meaning in (
        ("接单", "worker_accept"),
        ("退单", "worker_return"),
        ("转给B岗", "worker_pass"),
        ("吹哨", "worker_whistle"),
        ("记一笔", "worker_note"),
        ("办完了", "worker_resolve"),
        ("约了周五上门", "worker_schedule"),
        ("先挂起", "worker_suspend"),
        ("问问居民几点在家", "worker_ask_resident"),
    ):
        assert "您手上没有" in hall.say("liqiang", words, meaning), words
    assert "没有要办的事" in hall.say("liqiang", "我的待办", "worker_tasks")
    assert "没有需要您确认" in hall.say("zhangmin", "没人来", "deny_arrival")
    assert "没有等着接" in hall.say("liqiang", "我接了", "worker_accept")


def test_another_building_is_asked_about_not_taken_silently(hall: Hall) -> None:
    hall.report()
    said = hall.say("liqiang", "幸福小区1号楼那个我接了", "worker_accept")
    assert "接哪一件" in said
    assert hall.ticket().status is Status.ASSIGNED


def test_the_one_of_two_that_the_sentence_names_is_taken(hall: Hall) -> None:
    hall.report()
    hall.report("wangfang", "幸福小区2号楼垃圾好几天没人拉", "report rubbish 0.94")
    assert "接哪一件" in hall.say("liqiang", "我接了", "worker_accept")
    assert "办理中" in hall.say("liqiang", "2号楼那个我接了", "worker_accept")
    assert [hall.ticket(0).status, hall.ticket(1).status] == [Status.ASSIGNED, Status.ACCEPTED]


def test_a_ticket_is_named_by_a_word_of_its_matter(hall: Hall) -> None:
    hall.report()
    hall.report("wangfang", "幸福小区3号楼垃圾好几天没人拉", "report rubbish 0.94")
    hall.say("liqiang", "垃圾那个我接了", "worker_accept")
    assert [hall.ticket(0).status, hall.ticket(1).status] == [Status.ASSIGNED, Status.ACCEPTED]
    hall.report("zhaogang", "幸福小区4号楼路灯不亮", "report street_light 0.94")
    assert "接哪一件" in hall.say("liqiang", "接单", "worker_accept")
    hall.say("liqiang", "下水道那个")
    assert hall.ticket(0).status is Status.ACCEPTED


def test_two_at_the_named_building_are_asked_about(hall: Hall) -> None:
    hall.report()
    hall.report("wangfang", "幸福小区3号楼垃圾好几天没人拉", "report rubbish 0.94")
    assert "接哪一件" in hall.say("liqiang", "3号楼那个我接了", "worker_accept")


def test_a_note_is_taken_out_of_the_sentence_and_begins_the_work(hall: Hall) -> None:
    accepted(hall)
    said = hall.say("liqiang", "备注一下：户主不在家，晚上再来", "worker_note")
    assert "户主不在家，晚上再来" in said
    assert "备注" not in said
    assert hall.ticket().status is Status.IN_PROGRESS
    assert "note" in hall.kinds()
    assert "到现场了" in hall.say("liqiang", "我到现场了", "worker_arrived")
    assert hall.kinds().count("note") == 2


def test_a_note_without_words_is_asked_for(hall: Hall) -> None:
    accepted(hall)
    assert "记点什么" in hall.say("liqiang", "记一笔", "worker_note")
    assert "管子老化" in hall.say("liqiang", "管子老化，要换一段")


def test_a_question_reaches_the_resident_and_the_answer_comes_back(hall: Hall) -> None:
    accepted(hall)
    hall.say("liqiang", "问一下居民是厨房还是厕所堵了", "worker_ask_resident")
    assert hall.ticket().status is Status.AWAITING_INFORMATION
    assert "是厨房还是厕所堵了" in hall.to("zhangmin")
    hall.press("zhangmin", "回答")
    hall.say("zhangmin", "厕所")
    assert hall.ticket().status is Status.IN_PROGRESS
    assert "回答：厕所" in hall.to("liqiang")


def test_a_date_is_taken_out_of_the_sentence_and_promised(hall: Hall) -> None:
    accepted(hall)
    assert "原因怎么说" in hall.say("liqiang", "约了周五上门", "worker_schedule")
    hall.press("liqiang", "已和居民约好时间")
    assert hall.ticket().status is Status.SCHEDULED
    assert "11月27日" in hall.to("zhangmin")
    assert "已和居民约好时间" in hall.to("zhangmin")


def test_an_impossible_date_is_refused_and_changes_nothing(hall: Hall) -> None:
    accepted(hall)
    hall.say("liqiang", "约时间", "worker_schedule")
    hall.say("liqiang", "2027-05-01")
    said = hall.press("liqiang", "等天气合适")
    assert "最晚只能定到" in said
    assert hall.ticket().status is Status.ACCEPTED


def test_frozen_ground_is_told_honestly(hall: Hall) -> None:
    accepted(hall)
    assert "哪天再看" in hall.say("liqiang", "天太冷没法施工，先挂起，开春再说", "worker_suspend")
    hall.say("liqiang", "4月15号")
    assert hall.ticket().status is Status.SUSPENDED
    assert "天太冷没法施工" in hall.to("zhangmin")
    assert "4月15日" in hall.to("zhangmin")


def test_a_ticket_goes_to_the_cover_whose_card_comes_alive(hall: Hall) -> None:
    hall.report()
    assert "已转出" in hall.say("liqiang", "我在医院呢走不开，转给B岗", "worker_pass")
    assert hall.handler() == "zhoumei"
    assert "接单" in hall.buttons("zhoumei")


def test_a_return_is_decided_by_the_community(hall: Hall) -> None:
    hall.report()
    said = hall.say("liqiang", "这是隔壁网格的，派错了，退", "worker_return")
    assert "归谁" in said
    assert "说不准" in said
    hall.say("liqiang", "幸福社区二网格")
    assert hall.ticket().status is Status.RETURNED
    assert "建议转给：幸福社区第二网格" in hall.to("linxiao")
    hall.press("linxiao", "同意")
    assert "周梅负责" in hall.press("linxiao", "确实不归原承办人")
    assert hall.handler() == "zhoumei"


def test_a_return_is_rejected_and_comes_back(hall: Hall) -> None:
    hall.report()
    hall.press("liqiang", "退单")
    hall.press("liqiang", "地点不在本网格")
    hall.press("liqiang", "说不准")
    hall.press("linxiao", "驳回")
    hall.press("linxiao", "属于原承办人职责")
    assert hall.handler() == "liqiang"
    assert "退单未通过" in hall.to("liqiang")


def test_two_named_departments_are_asked_about(hall: Hall) -> None:
    hall.report()
    assert "归谁" in hall.say("liqiang", "这事不归城管局，派错了，退", "worker_return")
    assert "您说的是哪一个" in hall.say("liqiang", "住建局或者城管局")
    hall.press("liqiang", "市住房和城乡建设局")
    assert "建议转给：市住房和城乡建设局" in hall.to("linxiao")


def test_resolving_asks_how_and_takes_a_telling_sentence(hall: Hall) -> None:
    accepted(hall)
    assert "怎么办好的" in hall.say("liqiang", "通了 办完了", "worker_resolve")
    hall.say("liqiang", "疏通了主管道，水下得很快")
    hall.press("liqiang", "跳过")
    assert hall.ticket().status is Status.RESOLVED
    assert "疏通了主管道" in hall.to("zhangmin")


def test_a_photo_of_the_result_goes_with_it(hall: Hall) -> None:
    accepted(hall)
    hall.say("liqiang", "疏通了主管道，水下得很快，办完了", "worker_resolve")
    hall.photo("liqiang")
    assert hall.ticket().status is Status.RESOLVED
    assert "photo" in hall.kinds()


def test_a_patrol_report_stays_with_its_worker_and_is_accepted_at_once(hall: Hall) -> None:
    said = hall.say("liqiang", "巡查发现幸福小区3号楼门口路灯不亮", "worker_patrol street_light 0.9")
    assert "照片" in said
    said = hall.press("liqiang", "跳过")
    assert "路灯不亮" in said
    assert "幸福小区3号楼" in said
    hall.press("liqiang", "确认")
    ticket = hall.ticket()
    assert (ticket.from_patrol, ticket.status, hall.handler()) == (True, Status.ACCEPTED, "liqiang")


def test_an_unclear_patrol_report_is_asked_about_with_the_best_guesses(hall: Hall) -> None:
    assert "看到了什么" in hall.say("liqiang", "巡查上报", "worker_patrol")
    unclear = "report@0.7 street_light 0.4 or public_equipment 0.35"
    said = hall.say("liqiang", "幸福小区3号楼门口那根杆子不对劲", unclear)
    assert "更像下面哪一件" in said
    said = hall.press("liqiang", "公共设施损坏")
    assert "跳过" in said
    hall.press("liqiang", "跳过")
    hall.press("liqiang", "确认")
    assert hall.ticket().matter == "public_equipment"
    assert hall.ticket().words == "幸福小区3号楼门口那根杆子不对劲"


def test_a_round_without_findings_needs_no_report(hall: Hall) -> None:
    assert "不用上报" in hall.say("liqiang", "日常巡查，未见异常", "worker_patrol")


def test_the_desk_lists_what_presses_and_shows_a_card_again(hall: Hall) -> None:
    hall.report()
    hall.report("wangfang", "幸福小区2号楼垃圾好几天没人拉", "report rubbish 0.94")
    said = hall.say("liqiang", "我的待办", "worker_tasks")
    assert "您手上有2件" in said
    assert "剩" in said
    card = hall.press("liqiang", "001 下水道堵塞、污水外溢")
    assert "【待接单】" in card
    assert "接单" in card
    assert "【待接单】" in hall.press("liqiang", "001 下水道堵塞、污水外溢")
    hall.wait("2026-12-20 10:00")
    assert "已超期" in hall.say(hall.handler(), "待办", "worker_tasks")


def test_leave_today_hands_the_desk_to_the_cover(hall: Hall) -> None:
    hall.report()
    hall.say("liqiang", "今天请假", "worker_leave")
    said = hall.press("liqiang", "生病")
    assert "1件已转给周梅" in said
    assert hall.handler() == "zhoumei"
    assert "欢迎回来" in hall.say("liqiang", "我回来上岗了", "worker_back")
    assert "没有在请假" in hall.say("liqiang", "销假", "worker_back")


def test_leave_tomorrow_hands_over_when_it_begins(hall: Hall) -> None:
    accepted(hall)
    said = hall.say("liqiang", "我明天请假去医院", "worker_leave")
    assert "到时手上的工单会转给顶岗" in said
    assert hall.handler() == "liqiang"
    hall.wait("2026-11-24 07:30")
    assert hall.handler() == "zhoumei"


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("我明天到周五请假看病", "11月24日（周二）到11月27日（周五）"),
        ("家里有事，请三天假", "11月23日（周一）到11月25日（周三）"),
        ("后天休班带孩子", "11月25日（周三）到11月25日（周三）"),
    ],
)
def test_the_span_of_a_leave_is_read(hall: Hall, words: str, span: str) -> None:
    assert span in hall.say("liqiang", words, "worker_leave")


def test_whoever_came_back_early_keeps_the_desk(hall: Hall) -> None:
    accepted(hall)
    hall.say("liqiang", "我明天请假去医院", "worker_leave")
    hall.say("liqiang", "不休了，销假", "worker_back")
    hall.wait("2026-11-24 07:30")
    assert hall.handler() == "liqiang"


def test_residents_have_none_of_these_flows(hall: Hall) -> None:
    hall.report()
    for words, meaning in (("我接了", "worker_accept"), ("我的待办", "worker_tasks"), ("吹哨", "worker_whistle")):
        hall.say("wangfang", words, meaning)
    assert hall.ticket().status is Status.ASSIGNED


SECRETS = ("张敏", "张桂兰", "501", "没法上厕所", "13800000001", "下水道堵了三天了")


def test_a_property_worker_never_reads_words_name_or_door(hall: Hall) -> None:
    hall.report(text="幸福小区3号楼2单元501楼道灯坏了，我妈张桂兰八十了没法上厕所", meaning="report lift_out 0.95")
    assert hall.handler() == "machao"
    hall.press("machao", "接单")
    hall.say("machao", "我的待办", "worker_tasks")
    hall.press("machao", "001 电梯停运")
    hall.say("machao", "问一下居民是哪部电梯停了", "worker_ask_resident")
    assert "是哪部电梯停了" in hall.to("zhangmin")
    hall.press("zhangmin", "回答")
    hall.say("zhangmin", "我是张敏，501的，左边那部，电话13800000001")
    hall.say("machao", "请维保来了，办完了", "worker_resolve")
    hall.say("machao", "请维保单位换了门机板，电梯已恢复运行")
    hall.say("machao", "接单", "worker_accept")
    heard = hall.to("machao")
    assert "幸福小区3号楼2单元" in heard
    assert [secret for secret in SECRETS if secret in heard] == []


def test_english_workers_get_english(hall: Hall) -> None:
    hall.report()
    said = hall.say("liqiang", "show me my tasks please", "worker_tasks")
    assert "on your desk" in said
