from __future__ import annotations

from dataclasses import asdict

import pytest
from little_city import place

from gridwhistle.dialogs.nlu.places import Gazetteer
from gridwhistle.dialogs.nlu.understood import PlaceMention


def said(mention: PlaceMention | None) -> dict[str, object] | None:
    if mention is None:
        return None
    return {name: value for name, value in asdict(mention).items() if value and name != "text"}


NAMED = [
    ("幸福小区停水了", {"place": "xingfu-xq"}),
    ("幸福家园停水了", {"place": "xingfu-xq"}),
    ("俺家住幸福小区，暖气不热", {"place": "xingfu-xq"}),
    ("我住在幸福", {"place": "xingfu-xq"}),
    ("幸福", {"place": "xingfu-xq"}),
    ("幸福3号楼没电", {"place": "xingfu-xq", "building": "3"}),
    ("在尚岗，水管爆了", {"place": "shanggang-xq"}),
    ("幸福社区幸福小区有人吵架", {"place": "xingfu-xq"}),
    ("向阳路幸福小区没有灯", {"place": "xingfu-xq"}),
    ("向阳路上有个大坑", {"place": "rd-xiangyang"}),
    ("向阳街路灯全灭了", {"place": "rd-xiangyang"}),
    ("向阳路45号门口积水", {"place": "rd-xiangyang", "detail": "45号门口"}),
    ("中央大街与文化路交叉口红绿灯坏了", {"place": "rd-zhongyang", "detail": "与文化路交叉口红绿灯"}),
    ("中央街路口堵了", {"place": "rd-zhongyang", "detail": "路口"}),
    ("老粮库后院有野狗", {"place": "laoliangku-xq", "detail": "后院"}),
    ("老粮库的后院全是垃圾", {"place": "laoliangku-xq", "detail": "后院"}),
    ("一中门口堵车", {"place": "lm-yizhong", "detail": "门口"}),
    ("东湖公园的灯坏了", {"place": "lm-park"}),
    ("柳树屯没有自来水", {"place": "ham-liushu"}),
    ("永丰村村口的桥断了", {"place": "yongfeng", "detail": "村口"}),
    ("我是建设社区的，想办个证明", {"place": "jianshe"}),
    ("no water at Happiness Estate building 3", {"place": "xingfu-xq", "building": "3"}),
    ("幸福小区　３号楼", {"place": "xingfu-xq", "building": "3"}),
]
DOORS = [
    ("幸福小区3号楼2单元501室漏水", {"place": "xingfu-xq", "building": "3", "unit": "2", "room": "501"}),
    ("幸福小区3栋2单元501漏水", {"place": "xingfu-xq", "building": "3", "unit": "2", "room": "501"}),
    ("幸福小区3#楼灯坏了", {"place": "xingfu-xq", "building": "3"}),
    ("幸福小区3#2单元灯坏了", {"place": "xingfu-xq", "building": "3", "unit": "2"}),
    ("幸福小区3-2-501没水", {"place": "xingfu-xq", "building": "3", "unit": "2", "room": "501"}),
    ("幸福小区3号楼2-501没水", {"place": "xingfu-xq", "building": "3", "unit": "2", "room": "501"}),
    ("幸福小区3-501没水", {"place": "xingfu-xq", "building": "3", "room": "501"}),
    ("幸福小区3-2没水", {"place": "xingfu-xq", "building": "3", "unit": "2"}),
    ("幸福小区三号楼二单元", {"place": "xingfu-xq", "building": "3", "unit": "2"}),
    ("幸福小区三号楼二单元五零一", {"place": "xingfu-xq", "building": "3", "unit": "2", "room": "501"}),
    ("幸福小区十二号楼", {"place": "xingfu-xq", "building": "12"}),
    ("幸福小区第二十一栋", {"place": "xingfu-xq", "building": "21"}),
    ("幸福小区A座", {"place": "xingfu-xq", "building": "A"}),
    ("幸福小区b3栋", {"place": "xingfu-xq", "building": "B3"}),
    ("幸福小区3号2单元", {"place": "xingfu-xq", "building": "3", "unit": "2"}),
    ("幸福小区3楼2单元", {"place": "xingfu-xq", "building": "3", "unit": "2"}),
    ("幸福小区3号楼东边单元", {"place": "xingfu-xq", "building": "3", "detail": "东边单元"}),
    ("幸福小区3号楼2单元5楼东门", {"place": "xingfu-xq", "building": "3", "unit": "2", "detail": "5楼东门"}),
    ("幸福小区3号楼5楼501", {"place": "xingfu-xq", "building": "3", "room": "501"}),
    ("幸福小区5楼漏水", {"place": "xingfu-xq", "detail": "5楼"}),
    ("幸福小区二期3号楼", {"place": "xingfu-xq", "building": "3", "detail": "二期"}),
    ("我在幸福小区，3号楼没电", {"place": "xingfu-xq", "building": "3"}),
    ("3号楼下水道堵了", {"building": "3"}),
    ("三号楼二单元楼道里堆满了纸壳子", {"building": "3", "unit": "2", "detail": "楼道里"}),
    ("2单元门口有坑", {"unit": "2", "detail": "门口"}),
    ("building 3, unit 2, room 501 has no water", {"building": "3", "unit": "2", "room": "501"}),
    ("No heat in Bldg 12", {"building": "12"}),
    ("幸福小区3号楼2单元门洞的灯", {"place": "xingfu-xq", "building": "3", "unit": "2", "detail": "门洞"}),
]
MISSPELT = [
    ("辛福小区停水", {"place": "xingfu-xq"}),
    ("我住在辛福小区", {"place": "xingfu-xq"}),
    ("建设社区辛福小区停水", {"place": "xingfu-xq"}),
    ("尚港小区3号楼停水", {"place": "shanggang-xq", "building": "3"}),
    ("像阳路有坑", {"place": "rd-xiangyang"}),
    ("滨江佳苑小区没电", {"place": "binjiang-xq"}),
    ("滨江苑小区没电", {"place": "binjiang-xq"}),
    ("滨江嘉怡苑小区没电", {"place": "binjiang-xq"}),
    # One wrong character of two: may be another estate, so the person is asked.
    ("福幸小区没电", {"rivals": ("xingfu-xq",)}),
    ("幸运小区没电", {"rivals": ("xingfu-xq",)}),
]
RIVALS = [
    ("幸福小区和尚岗小区都停水", {"place": "xingfu-xq", "rivals": ("shanggang-xq",)}),
    ("阳光家园停水", {"place": "yangguang-a", "rivals": ("yangguang-b",)}),
    ("建设社区阳光家园停水", {"place": "yangguang-b"}),
]
UNKNOWN = [
    ("光明路路灯不亮", "光明路"),
    ("花园小区没水了", "花园小区"),
    ("市民反映光明街有坑", "光明街"),
    ("我住在锦绣花园，物业不管", "锦绣花园"),
    ("A市B区金色家园小区停水", "金色家园"),
    ("和平路有积水", "和平路"),
    ("幸福路的灯坏了", "幸福路"),
]
NO_PLACE = [
    "我家小区没水",
    "小区里垃圾没人收",
    "楼下太吵",
    "楼道里太脏",
    "3楼漏水",
    "前面那条路坏了",
    "全村都停电",
    "马路上有个坑",
    "3月5号楼上漏水",
    "两栋楼都没水",
    "农贸市场门口占道",
    "我很幸福",
    "柳树倒了",
    "祝你幸福",
    "他正在走路",
    "孩子的小学在哪报名",
    "低保怎么办",
    "2026-11-23报的",
    "我的号是幸福-261123-007",
    "比分3-2",
    "修路修了半年",
    "你好",
]


@pytest.mark.parametrize(("text", "expected"), NAMED + DOORS + MISSPELT + RIVALS)
def test_a_place_is_read(gazetteer: Gazetteer, text: str, expected: dict[str, object]) -> None:
    assert said(gazetteer.mention(text)) == expected


@pytest.mark.parametrize(("text", "name"), UNKNOWN)
def test_an_unregistered_name_is_kept_as_it_was_said(gazetteer: Gazetteer, text: str, name: str) -> None:
    mention = gazetteer.mention(text)
    assert mention is not None
    assert mention.place is None
    assert mention.text.startswith(name)


@pytest.mark.parametrize("text", NO_PLACE)
def test_common_words_are_no_place(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.mention(text) is None


def test_an_unknown_estate_of_a_known_community_is_its_detail(gazetteer: Gazetteer) -> None:
    mention = gazetteer.mention("建设社区花园小区3号楼停水")
    assert said(mention) == {"place": "jianshe", "building": "3", "detail": "花园小区"}
    assert mention is not None
    assert mention.text == "建设社区花园小区3号楼"


def test_the_text_of_a_mention_is_the_persons_own(gazetteer: Gazetteer) -> None:
    mention = gazetteer.mention("俺们幸福小区３号楼2单元下水道堵了")
    assert mention is not None
    assert mention.text == "幸福小区３号楼2单元"


def test_a_building_of_the_organisation_is_no_name_by_itself() -> None:
    only = Gazetteer([place("a-3", "building", "3号楼", parent="a")])
    assert said(only.mention("3号楼停水")) == {"building": "3"}
