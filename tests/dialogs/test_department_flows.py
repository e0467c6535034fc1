from __future__ import annotations

from datetime import timedelta

from hall import Hall

from gridwhistle.services.schema import Status, WhistleState


def whistled(hall: Hall) -> None:
    hall.report()
    hall.press("liqiang", "接单")
    hall.say("liqiang", "这个得城管来，吹哨", "worker_whistle")
    hall.press("liqiang", "需要执法权")
    assert hall.whistle().department == "urban"


def signed(hall: Hall) -> None:
    whistled(hall)
    hall.say("wulei", "签收", "worker_sign")
    assert hall.whistle().state is WhistleState.SIGNED


def test_the_whole_loop_from_acceptance_to_audit(hall: Hall) -> None:
    signed(hall)
    assert "已签收" in hall.to("zhangmin")
    hall.say("wulei", "跟网格员联系上了", "worker_contacted")
    assert hall.whistle().state is WhistleState.CONTACTED
    hall.say("wulei", "我到了", "worker_arrived")
    assert "说已到现场" in hall.to("liqiang")
    hall.press("liqiang", "到了没办")
    assert hall.whistle().state is WhistleState.ARRIVED
    assert "办了什么" in hall.say("wulei", "办完了", "worker_resolve")
    hall.say("wulei", "井口占压的杂物已清走")
    assert hall.whistle().state is WhistleState.ACTED
    assert "井口占压的杂物已清走" in hall.to("liqiang")
    hall.say("liqiang", "管道疏通了，水流正常，办结", "worker_resolve")
    hall.press("liqiang", "跳过")
    assert hall.ticket().status is Status.RESOLVED
    hall.press("fengxue", "审核通过")
    assert hall.ticket().status is Status.AUDITED


def test_the_catalogues_department_is_offered_first(hall: Hall) -> None:
    hall.report()
    hall.press("liqiang", "接单")
    hall.press("liqiang", "吹哨")
    assert hall.buttons("liqiang")[0] == "市住房和城乡建设局"
    hall.say("liqiang", "供水公司")
    hall.say("liqiang", "要先关总阀，网格没有权限")
    assert hall.whistle().department == "water-supply"
    assert "要先关总阀" in hall.to("hechengwu")


def test_the_fire_lane_does_not_call_the_fire_brigade_by_itself(hall: Hall) -> None:
    hall.report()
    hall.press("liqiang", "接单")
    assert "请哪个部门来" in hall.say("liqiang", "堵着消防通道那个，我要吹哨", "worker_whistle")


def test_a_department_is_called_only_once(hall: Hall) -> None:
    whistled(hall)
    hall.say("liqiang", "叫城管局来", "worker_whistle")
    assert "吹过哨了" in hall.press("liqiang", "多次劝导无效")


def test_nobody_came_is_said_in_plain_words_and_counts(hall: Hall) -> None:
    signed(hall)
    hall.press("wulei", "到场")
    hall.say("liqiang", "没人来", "deny_arrival")
    whistle = hall.whistle()
    assert whistle.state is WhistleState.SIGNED
    assert whistle.flags == ["paper_arrival"]
    assert "没有人到场" in hall.to("wulei")


def test_a_resident_counter_signs_too(hall: Hall) -> None:
    signed(hall)
    hall.press("wulei", "到场")
    said = hall.say("zhangmin", "城管的人来了", "confirm_arrival")
    assert "没来" not in said
    assert "谢谢" in hall.press("zhangmin", "到了并办了")
    assert hall.whistle().state is WhistleState.ACTED


def test_an_objection_goes_to_the_centre_and_moves_the_whistle(hall: Hall) -> None:
    whistled(hall)
    hall.say("wulei", "非我单位职责，管网归住建管，不归城管，申请退回", "worker_return")
    assert "建议转给：市住房和城乡建设局" in hall.to("hejing")
    assert hall.whistle().state is WhistleState.DISPUTED
    hall.press("hejing", "同意")
    assert "市住房和城乡建设局负责" in hall.press("hejing", "职责确属其他单位")
    assert hall.whistle().department == "housing"
    assert "【吹哨】" in hall.to("zhengkai")


def test_a_rejected_objection_leaves_the_whistle(hall: Hall) -> None:
    whistled(hall)
    hall.press("wulei", "提异议")
    hall.say("wulei", "这事应当归物业")
    hall.press("wulei", "说不准")
    hall.press("hejing", "驳回")
    hall.press("hejing", "职责清单明确属该单位")
    assert hall.whistle().state is WhistleState.SIGNED
    assert "异议不成立" in hall.to("wulei")


def test_a_clerks_acceptance_is_a_signature(hall: Hall) -> None:
    whistled(hall)
    hall.say("wulei", "收到，接单", "worker_accept")
    assert hall.whistle().state is WhistleState.SIGNED


def test_a_colleague_of_whoever_signed_is_answered_too(hall: Hall) -> None:
    signed(hall)
    assert "等网格员或居民确认" in hall.say("houhaitao", "到了", "worker_arrived")


def test_departments_without_whistles_are_told_so(hall: Hall) -> None:
    for words, meaning in (
        ("签收", "worker_sign"),
        ("联系上了", "worker_contacted"),
        ("到了", "worker_arrived"),
        ("办完了", "worker_resolve"),
        ("退回", "worker_return"),
    ):
        assert "现在没有" in hall.say("wulei", words, meaning), words


def test_whoever_is_grid_worker_and_clerk_lands_where_there_is_something(hall: Hall) -> None:
    assert "您手上没有" in hall.say("houhaitao", "办完了", "worker_resolve")
    assert "您手上没有" in hall.say("houhaitao", "退单", "worker_return")
    whistled(hall)
    hall.say("houhaitao", "我接了", "worker_accept")
    assert hall.whistle().state is WhistleState.SIGNED


def test_the_clerks_desk_shows_the_whistle_again(hall: Hall) -> None:
    whistled(hall)
    assert "【哨单】" in hall.say("wulei", "我的待办", "worker_tasks")
    card = hall.press("wulei", "001 下水道堵塞、污水外溢")
    assert "签收" in card
    assert "501" not in card


def test_departments_read_no_words_name_or_door(hall: Hall) -> None:
    signed(hall)
    hall.press("wulei", "到场")
    hall.press("liqiang", "到了没办")
    hall.say("wulei", "井口占压的杂物已清走，办完了", "worker_resolve")
    assert [secret for secret in ("张敏", "张桂兰", "501", "没法上厕所") if secret in hall.to("wulei")] == []


def test_a_stale_button_of_a_whistle_is_refused_kindly(hall: Hall) -> None:
    signed(hall)
    hall.press("wulei", "已办理")
    hall.say("wulei", "井口占压的杂物已清走了")
    assert hall.whistle().acted_at - hall.whistle().blown_at < timedelta(minutes=1)
    assert "现在没有" in hall.say("wulei", "到了", "worker_arrived")
