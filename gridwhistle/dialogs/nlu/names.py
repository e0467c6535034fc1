"""Does a message name a place that nobody has registered?"""

from __future__ import annotations

import re

_ESTATES = (
    "小区|家园|花园|嘉园|佳园|新村|新城|公寓|家属楼|家属院|宿舍|名苑|嘉苑|雅苑|佳苑|新苑|家苑|华苑|景苑|雅居|华府|华庭|豪庭|豪园|名都|花都|世家"
    "|公馆|丽景|御园|御府|学府|山庄|别墅|村|屯"
)
_ROADS = "大街|大道|街|公路|路|胡同|巷"
_SUFFIXES = f"{_ESTATES}|社区|{_ROADS}|市场|广场|小学|中学|幼儿园|医院|公园|大厦|商场|大桥"
SUFFIX = re.compile(_SUFFIXES)
_ESTATE = re.compile(_ESTATES)
_ROAD = re.compile(_ROADS)
_ENDS = re.compile(rf"(?P<stem>.+?)(?:{_SUFFIXES})$")

# A run of Chinese characters before a suffix; how much of it is the name is cut out below.
_COMMON_AFTER = "灯面过程由牌线费况人民"
"""What makes a common noun of the word before it: 路灯, 街面, 村民."""
COMMON_NOUN = re.compile(f"[{_COMMON_AFTER}]")
_CANDIDATE = re.compile(rf"(?P<before>[\u4e00-\u9fff]{{2,8}}?)(?P<suffix>{_SUFFIXES})(?![{_COMMON_AFTER}])")
# Right before a door any name of an estate may stand, if it ends like one.
_BEFORE_DOOR = re.compile(
    r"(?P<before>[\u4e00-\u9fff]{1,8}?)(?P<suffix>[苑府庄园城湾居院庭邸馆郡都家坊阁轩岸湖洲江景墅屯村营寓世华里品])(?:[一二三四五六七八九]期|[东西南北中]区)?"
    r"(?=(?:[a-z]\s?)?(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s?(?:号楼|栋|幢|#|座|单元|号\s?\d|[-—/]\d))"
)
# Words that end before a name begins. Single characters that also stand in names ("和平路", "新华街", "向阳路")
# cut only if at least two characters are left behind them.
_BEFORE = re.compile(
    r"反映|投诉|来电|举报|咨询|市民|关于|建议|希望|请求|位于|坐落|家住|住在|门口|附近|对面|旁边|因为|现在|目前|还有|另外|就是|但是"
    r"|我们|你们|他们|俺们|咱们|居民|业主|村民|路过|经过|发现|看见|看到|今天|昨天|最近|一直|晚上|早上|以及|前往|通往|街道"
    r"|[我你他她它俺咱们在住到从去是的与于这那个有把被就都也来叫过了着说问请等某条座给跟离往由至进出靠,里外市县区镇乡号]"
)
_SOFT = re.compile(r"[和向]")
# Words before a suffix that make a common noun of it. A stem is also generic when it ends in one of them.
_GENERIC = re.compile(
    r"^(?:.*(?:老旧|整个|全|本|该|各|每|哪|什么|别|其他|其它|一些|所有|住宅|居民|新建|老|新|大|小|旧|棚户|封闭|高档|回迁|保障"
    r"|马|铁|线|电|网|土|水泥|主|辅|支|走|修|铺|堵|迷|半|一|两|三|几|门前|柏油|高速|国|省|道|乡|农|自然|行政|贫困|上学|下班|回家|出行"
    r"|出|问|让|占|拦|挡|封|盲|人行|机动车|步行|商业|逛|过|扫|十字|丁字|背|菜|农贸|早|夜|批发|二手|人才|劳动力|超|集贸"
    r"|公立|私立|民办|公办|乡镇|中心|重点|附属|人民|县级|市级|家长|孩子|学校|闹|文化|休闲|健身|小游|森林|湿地|街心|附近|跨江))$"
)


def stem_of(name: str) -> str | None:
    """A name without the word that tells its kind ("幸福小区": "幸福"); ``None`` where it has no such word."""
    match = _ENDS.match(name)
    return match["stem"] if match else None


def unknown_name(plain: str, known: tuple[int, int]) -> tuple[int, int] | None:
    """Where the proper name of a place that is not ``known`` stands in a normalised text.

    The narrowest one, which is rather an estate or a village than a school or a road; of these the first. A name
    without any of the usual endings is heard right before a door ("翠屿湾3号楼").
    """
    found: list[tuple[int, int, int]] = []
    for match in _CANDIDATE.finditer(plain):
        rank = 0 if _ESTATE.fullmatch(match["suffix"]) else 2 if _ROAD.fullmatch(match["suffix"]) else 1
        start = _start(plain, match)
        if start is not None:
            found.append((rank, start, match.end()))
    if not any(rank == 0 for rank, _, _ in found):
        for match in _BEFORE_DOOR.finditer(plain):
            start = _start(plain, match)
            if start is not None:
                found.append((0, start, match.end("suffix")))
    free = [(rank, start, end) for rank, start, end in found if not (start < known[1] and known[0] < end)]
    return min(free)[1:] if free else None


def _start(plain: str, match: re.Match[str]) -> int | None:
    """Where the name inside the match begins; ``None`` where no proper name is left."""
    start = match.start()
    stem = match["before"]
    for cut in _BEFORE.finditer(stem):
        start = match.start() + cut.end()
    stem = plain[start : match.start("suffix")]
    for cut in _SOFT.finditer(stem):
        if len(stem) - cut.end() > 1:
            start += cut.end()
            stem = plain[start : match.start("suffix")]
            break
    return start if len(stem) > 1 and not _GENERIC.match(stem) else None
