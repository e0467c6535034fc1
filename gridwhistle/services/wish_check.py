"""Is this a micro-wish at all: small, lawful, no cash, and without anybody's identity in its words?

By rules only, before a person of the community looks at it (微小性、可行性、合法性，不涉现金).
"""

from __future__ import annotations

import re
from enum import StrEnum

from gridwhistle.services.masking import mask_numbers
from gridwhistle.services.rules import WISH_COST_AT_MOST


class Unfit(StrEnum):
    """Why words cannot become a micro-wish; each has a text ``wish.unfit.<value>``."""

    CASH = "cash"
    ILLEGAL = "illegal"
    TOO_BIG = "too_big"


_CASH = re.compile(
    r"借(?:我|点|些|给我|个|俺)?\S{0,4}(?:钱|块|元|万)|(?:给|打|转|汇|发|捐)(?:我|俺|点|些|笔|给我|给俺)*\s?\d*\s?(?:块|元|万|百|千)?(?:现)?(?:钱|金)"
    r"|给(?:我|俺)(?:转|打|汇)(?:点|个)?\s?\d+|(?:转|打|汇|发)(?:我|俺|给我|给俺|个|点)+\s?\d+|现金|红包|转账|打钱|打款|汇款|凑(?:点|些)?钱|贷款|网贷|还(?:点)?(?:债|贷|钱|房贷|账|信用卡)"
    r"|(?:缺|要|想要|需要)(?:点|些|一笔|笔)?(?:钱|生活费|资金)|(?:零|压岁)(?:花|用|岁)?钱|购物卡|充值卡|彩票"
    r"|\b(?:cash|lend me|borrow|loan|money transfer|send me (?:money|\d)|pay (?:off )?my (?:debt|bill|rent))\b",
    re.IGNORECASE,
)
_ILLEGAL = re.compile(
    r"枪支|(?<!玩具)手枪(?!玩具|模型)|气枪|步枪|真枪|子弹|管制刀|砍刀|弩|毒品|大麻|冰毒|海洛因|迷药|迷魂|安眠药|处方药|假证|办(?:个)?假|假(?:身份证|文凭|发票|币)"
    r"|赌博|赌场|赌资|色情|黄片|嫖|小姐陪|代孕|卖血|卖肾|野生动物|野味|穿山甲|熊掌|烟花爆竹|爆竹|炸药|雷管|盗版|翻墙|偷拍|窃听|跟踪(?:器|他|她)"
    r"|监视(?:他|她|邻居|前)|(?:打|揍|教训|收拾|报复|弄死|整死)(?:一顿)?(?:他|她|那|邻居|前夫|前妻|同学|老师)"
    r"|\b(?:guns?|pistol|drugs?|cocaine|heroin|weed|marijuana|fake (?:id|papers|invoice))\b"
    r"|\b(?:gambl\w+|explosives?|porn\w*|beat (?:him|her|up))\b",
    re.IGNORECASE,
)
_TOO_BIG = re.compile(
    r"(?:一?套|买|要|盖|换)(?:个|套|栋|间|大)?(?:楼房|房子|新房(?!门|屋)|住房|商品房|门市)|(?:买|要|换)(?:一?辆|台|个)?(?:小?轿车|汽车|小车|面包车|越野车)"
    r"|装修(?:房|一遍|全屋)|加装电梯|装(?:个|部)电梯|出国|安排(?:个)?工作|找(?:个)?(?:正式|编制)|事业编|公务员|苹果手机|iphone|笔记本电脑|金(?:项链|戒指|手镯)"
    r"|\b(?:an? apartment|a house|a new car|a car|a job for|a laptop)\b",
    re.IGNORECASE,
)
_NO_CASH = re.compile(r"(?:不(?:要|用|是|需要)|别|没)(?:给|要|借)?(?:我|俺)?(?:现)?(?:钱|金)")

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边"  # noqa: E501
_NAMED = re.compile(
    rf"(?P<lead>我叫|我是|名叫|姓名(?:是|为|[:：])?|叫做|名字(?:是|叫)?|联系人(?:是|[:：])?|(?:我妈|我爸|老伴|奶奶|爷爷|孩子|儿子|女儿|孙子|孙女|邻居)(?:叫|是))"
    rf"\s?(?P<name>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})(?=[，,。.；;、\s]|的|想|要|今年|住|电话|身份|$)"
)
_DOOR = re.compile(
    r"[\u4e00-\u9fff]{0,8}(?:小区|家园|花园|嘉园|家属[院楼])?\s?[0-9一二三四五六七八九十]+\s?(?:号楼|栋|座|#楼)"
    r"(?:\s?[0-9一二三四五六七八九十]+\s?(?:单元|门))?(?:\s?[0-9]+\s?(?:室|号|户)?)?"
    r"|[0-9一二三四五六七八九十]+\s?单元\s?[0-9]*\s?(?:室|号|户)?|(?<!\d)\d{3,4}\s?室|(?<!\d)\d{1,2}-\d{1,2}-\d{3,4}(?!\d)"
    r"|\b(?:building|unit|room|flat|apartment) ?\d+\b",
    re.IGNORECASE,
)
_GAPS = re.compile(r"(?:电话|手机号?|身份证号?|联系方式|住址?|住在|家住|地址)?(?:是|为|[:：])?\s?[*＊]{2,}")
_EDGES = " ，,。.；;、:：*"
_DOUBLED = re.compile(r"[，,；;、\s]{2,}")
_AGE = re.compile(
    r"(?:今年|都|已经)?(?<!\d)(?:\d{1,3}|[一二三四五六七八九十]{1,3})多?周?岁了?的?|\b\d{1,3}[- ]years?[- ]old\b",
    re.IGNORECASE,
)
_SCHOOL = re.compile(
    r"[\u4e00-\u9fff]{0,6}(?:小学|中学|初中|高中|幼儿园|学校)的?|[一二三四五六七八九]年级的?|[一二三四五六七八九十\d]+班的?"
)
_WISHES = re.compile(r"想|要|希望|盼|愿|求|能不能|\b(?:wants?|like|love|needs?|wish|hopes?)\b", re.IGNORECASE)
_NO_WISH = re.compile(r"心愿|愿望|许愿|\bmicro[- ]wish\b|不要|要紧|要是|重要", re.IGNORECASE)
_CLAUSE = re.compile(r"(?<=[，,。；;！!])\s*")


def unfit(what: str, cost: int | None = None) -> Unfit | None:
    """Why these words, or this cost in yuan, are no micro-wish; ``None`` where nothing speaks against it."""
    if _ILLEGAL.search(what):
        return Unfit.ILLEGAL
    if _CASH.search(_NO_CASH.sub("", what)):
        return Unfit.CASH
    if _TOO_BIG.search(what) or (cost is not None and cost > WISH_COST_AT_MOST):
        return Unfit.TOO_BIG
    return None


def without_identity(text: str) -> tuple[str, bool]:
    """The words without names, numbers and doors, and whether there were any."""
    masked = _DOOR.sub("**", mask_numbers(text))
    masked = _NAMED.sub("**", masked)
    if masked == text:
        return text, False
    bare = _DOUBLED.sub("，", _GAPS.sub("", masked)).strip(_EDGES)
    return bare, True


def essence(text: str, *, child: bool = False) -> str:
    """The wish alone: the board tells by itself what kind of person it is for, and of a child no school either.

    “我妈78岁一个人住，想要个收音机” is “想要个收音机”.
    """
    clauses = _CLAUSE.split(text)
    first = next((at for at, clause in enumerate(clauses) if _WISHES.search(_NO_WISH.sub("", clause))), 0)
    kept = _AGE.sub("", "".join(clauses[first:]))
    if child:
        kept = _SCHOOL.sub("", kept)
    return kept.strip(_EDGES) or text
