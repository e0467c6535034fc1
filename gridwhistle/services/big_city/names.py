"""Which invented names has a large city? The same dice give the same names."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋艳勇杰娟涛明超霞平刚桂英文华玉兰红梅建国志春秀云海波晓东雪松立新"
_FIRST = "安宝昌德丰富广和恒宏吉佳金康乐利隆茂宁平青荣瑞盛顺泰通旺祥新兴秀永裕源正"
_SECOND = "安昌城达德发丰福贵河恒华辉江康乐林明宁平庆泉仁荣山盛水泰田望祥阳义源泽"
_ESTATES = ("小区", "家园", "花园", "嘉园", "新城", "名苑")
_ROADS = ("路", "街")
_SIDES = "前后东西南北上下"


def person_name(dice: random.Random) -> str:
    """A name of two or three characters."""
    return dice.choice(_SURNAMES) + "".join(dice.choices(_GIVEN, k=dice.choice((1, 2, 2))))


def stems(dice: random.Random, taken: Iterable[str]) -> Iterator[str]:
    """Names of two characters, none of them twice and none that begins a name that is taken already."""
    used = {name[:2] for name in taken}
    every = [one + two for one in _FIRST for two in _SECOND if one != two and one + two not in used]
    dice.shuffle(every)
    return iter(every)


def estate(stem: str, index: int) -> str:
    """The name of an estate."""
    return stem + _ESTATES[index % len(_ESTATES)]


def road(stem: str, index: int) -> str:
    """The name of a road."""
    return stem + _ROADS[index % len(_ROADS)]


def hamlet(village: str, index: int) -> str:
    """The name of a village's hamlet: 东… 西… and so on."""
    return f"{_SIDES[index % len(_SIDES)]}{village.removesuffix('村')}屯"
