"""Which short words mean yes, no, skip, cancel and the like, without any classifier?"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_EDGES = " \t\r\n。．.！!？?~～,，、;；:：…'\"“”"
_PARTICLES = "吧啊呀呢哦哈呗啦嘛"
_COURTESY = re.compile(r"[，,\s]*(?:谢谢|多谢|谢了|麻烦|辛苦|please|thanks|thank you)(?:[你您了啊]|大家)*$")
_PAUSES = re.compile(r"[，,、。！!\s]+")

# One line of words each: lists of quoted words would be four times as long and read worse.
# ruff: noqa: SIM905
YES = frozenset(
    "是 是的 是啊 对 对的 没错 好 好的 好嘞 行 中 妥 妥了 嗯 嗯嗯 恩 可以 成 要 需要 确认 确定 同意 没问题 就这样 就是 "
    "当然 正确 ok okay yes y yep yeah sure right correct confirm fine 1".split()
)
NO = frozenset(
    "不 不是 不是的 不对 不行 不用 不用了 不要 不要了 不了 不需要 没 没有 没有的 否 不同意 不可以 算了 别 甭 拉倒 "
    "no n nope nah not wrong 2".split()
)
SKIP = frozenset(
    "跳过 略过 没有 没有了 没 无 不拍 不拍了 不发 不方便 拍不了 没照片 没拍 没法拍 不填 不说了 不知道 不用 "
    "不用了 不留 下一步 算了 skip none no nope next pass".split()
)
CHANGE = frozenset("修改 改 改一下 我要修改 要改 更正 改改 change edit".split())
CANCEL = frozenset(
    "取消 算了 算了不报了 不报了 不弄了 不办了 退出 拉倒 拉倒不报了 别弄了 不说了 撤了 "
    "cancel quit exit stop abort".split()
) | {"never mind", "forget it"}
BACK = frozenset("返回 上一步 后退 回上一步 back".split()) | {"go back"}
REPEAT = frozenset("重复 再说一遍 再说一次 没听清 没看清 啥 啥意思 什么 什么意思 repeat again pardon what".split()) | {
    "say again",
    "come again",
}
PERSON = frozenset("人工 转人工 人工服务 找人工 客服 人工客服 真人 找真人 human agent person operator".split())
MENU = frozenset(
    "菜单 帮助 功能 主菜单 功能菜单 你是谁 你叫什么 你叫啥 你是干什么的 你是干啥的 能干什么 能干啥 你能干什么 你能干啥 "
    "有什么功能 怎么用 咋用 menu help start /start /help /menu".split()
) | {"who are you", "what can you do"}
END_TALK = frozenset("结束 结束人工 结束对话 结束通话 end".split()) | {"end talk"}

ALL = YES | NO | SKIP | CHANGE | CANCEL | BACK | REPEAT | PERSON | MENU | END_TALK

_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_ORDINAL = re.compile(r"(?:我?选|第|no\.?\s?|#)?\s?(\d{1,2}|[一二两三四五六七八九十])\s?(?:个|条|项|号|号的|、)?的?")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_READABLE = re.compile(r"[^\W_]")
_DEEP_LINK = re.compile(r"/start\s+(\S{1,64})")
_BARE_CODE = re.compile(r"(?=\w*\d|[A-Z]+$)[A-HJ-NP-Za-hj-np-z2-9]{10}", re.ASCII)
_ENGLISH_WORD = re.compile(r"[A-Za-z]{2,}")


@lru_cache(maxsize=16)  # one message is compared with a dozen lists
def plain(text: str) -> str:
    """The text for comparison with a word: half-width, lower case, without edge punctuation."""
    return unicodedata.normalize("NFKC", text).strip(_EDGES).casefold()


def is_one_of(text: str, words: frozenset[str]) -> bool:
    """Whether the whole text is such a word, or several (“行，确认”), with friendly endings or not (“不用了谢谢”)."""
    bare = plain(text)
    if _is_word(bare, words):
        return True
    polite = _COURTESY.sub("", bare)
    return _is_word(polite, words) or all(_is_word(piece, words) for piece in pieces(polite))


def pieces(text: str) -> list[str]:
    """What stands between commas and spaces."""
    return _PAUSES.split(plain(text))


def _is_word(bare: str, words: frozenset[str]) -> bool:
    return bare in words or bare.rstrip(_PARTICLES) in words


def is_fixed(text: str) -> bool:
    """Whether the text is a fixed word or a bare choice, so that it needs no understanding."""
    return _is_word(plain(text), ALL) or ordinal(text) is not None


def ordinal(text: str) -> int | None:
    """The number of “2”, “第二个”, “选2”; ``None`` for anything else."""
    found = _ORDINAL.fullmatch(plain(text))
    if found is None:
        return None
    return int(found[1]) if found[1].isdigit() else _DIGITS[found[1]]


def has_words(text: str) -> bool:
    """Whether there is anything to read: a letter, a digit or a Chinese character."""
    return _READABLE.search(text) is not None


def deep_link(text: str) -> str | None:
    """The code of an invite link that was opened (``/start CODE``, as Telegram and our page send it), or typed."""
    found = _DEEP_LINK.fullmatch(text.strip())
    if found:
        return found[1]
    bare = _BARE_CODE.fullmatch(text.strip())
    return bare[0] if bare else None


def language_of(text: str) -> str | None:
    """``zh`` or ``en`` where the text shows it plainly, ``None`` for a number, a name or one foreign word."""
    if text.lstrip().startswith("/") or deep_link(text) is not None:
        # A command, and the code of an invite, are no language.
        return None
    chinese, english = len(_CHINESE.findall(text)), len(_ENGLISH_WORD.findall(text))
    if english > max(chinese, 1):
        # “The street light on 中央大街 is broken” is English with a name in it.
        return "en"
    return "zh" if chinese > 1 else None
