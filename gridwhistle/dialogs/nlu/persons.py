"""Which people, numbers and signs of haste does a message name?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gridwhistle.dialogs.nlu.understood import Entity, EntityKind

_KINDS: dict[str, re.Pattern[str]] = {
    "elder_alone": re.compile(
        r"独居|空巢|孤寡|孤老|(?:老人|老太太|老头�?|老爷子|大爷|大娘|奶奶|爷爷|岁)[^，。,]{0,6}(?:一个人|自己|独自|单独|身边没人|没人(?:管|照顾|照看))"
        r"|(?:一个人|自己|独自)[^，。,]{0,3}(?:住|在家|生活)的?[^，。,]{0,4}(?:老人|老太太|老头|大爷|大娘)"
        r"|\b(?:elderly|old|grand\w+)[^.,]{0,30}(?:alone|by (?:him|her)self)|living alone\b"
    ),
    "disabled": re.compile(
        r"残疾|残障|轮椅|瘫痪|偏瘫|盲人|聋哑|失明|截肢|拄拐|肢残|\bdisabled|wheelchair|\bblind\b|\bdeaf\b|paraly[sz]ed"
    ),
    "pregnant": re.compile(r"孕妇|怀孕|怀着孕|有孕|身孕|大肚子|产妇|坐月子|孕期|临产|预产期|\bpregnant"),
    "child": re.compile(
        r"小孩|孩子|宝宝|婴儿|幼儿(?!园)|儿童(?!公园|乐园|医院|节|福利|设施)|小朋友|娃娃?|留守儿童|孤儿|\bkids?\b|\bchild(?:ren)?\b|\bbaby|\btoddler"
    ),
    "poor": re.compile(
        r"低保|五保|特困|贫困|困难户|困难家庭|吃不上饭|揭不开锅|没钱吃饭|\bpoor (?:family|household)|\blow-?income|on welfare"
    ),
    "veteran": re.compile(r"退伍|退役|老兵|复员|转业军人|参战|\bveterans?\b"),
    "ill": re.compile(
        r"重病|癌|白血病|透析|尿毒症|肿瘤|卧床|化疗|病重|大病|重症|渐冻|\bcancer\b|\bdialysis\b|\bbedridden\b|seriously ill|terminally ill"
    ),
    "mental": re.compile(
        r"精神病|精神障碍|精神分裂|精神失常|精神不正常|精神有问题|精神患者|疯子|抑郁症|躁郁|\bmental(?:ly)? ill|\bschizophreni\w+"
    ),
}
_URGENT = re.compile(
    r"(?<![不应内])(?:着急|急得?很|急死|十万火急|加急|紧急|急急急|急！|急!|挺急|很急|特急|急用)|^急|赶紧|赶快|快点|快来|马上|立马|立刻|立即|尽快|尽早|火速|抓紧|速速"
    r"|等不了|受不了|\burgent\w*|\basap\b|\bimmediately\b|right (?:now|away)|hurry|as soon as possible|emergency"
)
_NO_HASTE = re.compile(r"(?:不|别|没那么|不用|不太|无需|甭)(?:着急|急)|not urgent|no hurry|no rush")
_DANGER = re.compile(
    r"出事|出人命|要命|闹出人|危险|不安全|\bdangerous\b|\bunsafe\b|someone (?:will|could|might) (?:get )?(?:hurt|die)"
)
_VULNERABLE = re.compile(
    r"(?:家里?|屋里|还)?有(?:个)?(?:老人|病人|小孩|孩子|老的|小的)(?:和|有|、)?(?:老人|孩子|小孩|病人)?"
)

_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?(?P<own>1[3-9]\d(?:[ -]?\d{4}){2})(?!\d)")
_LANDLINE = re.compile(r"(?<![\d-])(?P<own>\(?0\d{2,3}\)?[- ]?[2-9]\d{6,7})(?![\d-])")
_IDENTITY = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx](?![\dx])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10x98765432"

_TICKET = re.compile(
    r"(?:(?P<name>[\u4e00-\u9fff]{2,8})[-—–_ ]?)?(?<!\d)(?P<day>2\d[01]\d[0-3]\d)[-—–_](?P<count>\d{3,4})(?!\d)"
)
_TICKET_COUNT = re.compile(
    r"(?<![\d-])(?P<before>\d{3,4})号?(?:的)?工单|(?:工单|单号|单子)(?:号|编号)?(?:是|为|:|#|\s)*(?P<after>\d{3,4})(?![\d-])"
)
# What may stand right before a ticket's community name without being part of it.
_BEFORE_NAME = re.compile(
    r".*(?:工单|单号|编号|单子|号码|查询|查下|查|催办|催|我的|的|是|一下|帮我|看看|问问|关于|号|补充|撤销|撤回|单)"
)


def persons(plain: str) -> Iterator[Entity]:
    """People's kinds, numbers, tickets and signs of haste in a normalised text, each kind of person once."""
    for code, pattern in _KINDS.items():
        if match := pattern.search(plain):
            yield _entity(EntityKind.PERSON_KIND, match, code)
    if (match := _URGENT.search(plain)) and not _NO_HASTE.search(plain):
        yield _entity(EntityKind.URGENCY, match, "urgent")
    if match := _DANGER.search(plain):
        yield _entity(EntityKind.URGENCY, match, "danger")
    if match := _VULNERABLE.search(plain):
        yield _entity(EntityKind.URGENCY, match, "vulnerable")


def numbers(plain: str) -> Iterator[Entity]:
    """Phone, identity and ticket numbers in a normalised text."""
    for match in _IDENTITY.finditer(plain):
        if valid_identity(match[0]):
            yield _entity(EntityKind.IDENTITY, match, match[0].upper())
    for match in (*_MOBILE.finditer(plain), *_LANDLINE.finditer(plain)):
        yield _entity(EntityKind.PHONE, match, "".join(filter(str.isdigit, match["own"])))
    found = False
    for match in _TICKET.finditer(plain):
        found = True
        bare = f"{match['day']}-{match['count']}"
        name = _BEFORE_NAME.sub("", match["name"] or "")
        start = match.start("name") + len(match["name"]) - len(name) if match["name"] else match.start("day")
        start = start if name else match.start("day")
        value = f"{name}-{bare}" if len(name) > 1 else bare
        yield Entity(kind=EntityKind.TICKET, text=plain[start : match.end()], value=value, start=start, end=match.end())
    if not found and (match_count := _TICKET_COUNT.search(plain)):
        yield _entity(EntityKind.TICKET, match_count, match_count["before"] or match_count["after"])


def valid_identity(written: str) -> bool:
    """Whether an identity number of 18 signs has the right check sign."""
    total = sum(int(digit) * weight for digit, weight in zip(written[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == written[17]


def _entity(kind: EntityKind, match: re.Match[str], value: str) -> Entity:
    return Entity(kind=kind, text=match[0], value=value, start=match.start(), end=match.end())
