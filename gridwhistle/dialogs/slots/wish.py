"""What is wished for, and for what kind of person? Read from the words of whoever tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gridwhistle.dialogs.message import Text
from gridwhistle.dialogs.nlu.understood import REPORT, EntityKind, Understood, clear_matter
from gridwhistle.dialogs.slots.base import Chosen, Context, Invalid, Miss, Option, Reply, Slot
from gridwhistle.dialogs.slots.choice import Choice
from gridwhistle.dialogs.slots.told import SURE, Told
from gridwhistle.dialogs.words import has_words
from gridwhistle.services.reference import City
from gridwhistle.services.schema import Category, Json, WisherKind
from gridwhistle.services.wish_check import Unfit, essence, unfit, without_identity

LONGEST = 200
PLAIN = 0.8
COMMAND = (
    r"(?:您好|你好|请问)?[，,]?(?:我|俺)?(?:想|要|来)?(?:许|提出?|登记?|说|报|提交|发|写|申请|帮我?登记?)?(?:个|一个|一下|我的)?"
    r"(?:居民|市民)?(?:小|微)*(?:心愿|愿望|心原)单?(?:登记)?(?:是|[：:，,])*"
    r"|怎么|咋|如何|许愿|能不能|可以|在哪|认领|一下|我的|这里|[吗呢吧]"
    r"|(?:i(?:'d| would) like to|how (?:do|can) i|can i)? ?"
    r"(?:make|post|submit) an? (?:small|micro|tiny)?[ -]?wish(?: here)?|small wish"
)
_ELDER = re.compile(
    r"老人|老大?爷|大爷|大娘|大妈|老太太|老爷子|老两口|老伴|爷爷|奶奶|姥姥|姥爷|\bgrand(?:ma|pa|mother|father)\b|\belderly\b"
)
_CHILD = re.compile(
    r"学生|儿子|女儿|闺女|孙子|孙女|外孙|少年|\bson\b|\bdaughter\b|上(?:小学|初中|幼儿园)|读(?:小学|初中)"
)
_KINDS = {
    "elder_alone": WisherKind.ELDER_ALONE,
    "disabled": WisherKind.DISABLED,
    "child": WisherKind.CHILD,
    "ill": WisherKind.ILL,
    "poor": WisherKind.POOR,
    "veteran": WisherKind.VETERAN,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """The words of a wish without identities; ``matter`` where they clearly report a matter of the catalogue."""

    text: str
    masked: bool = False
    matter: str | None = None
    unfit: Unfit | None = None
    """Judged by all that was said, not by what is kept of it."""


class WishWords(Slot[Said]):
    """What is wished for. Names, numbers and doors are taken out before anything is kept."""

    yields = True

    def __init__(self) -> None:
        self._told = Told(COMMAND, at_least=3, without=True, limit=LONGEST)

    def read(self, reply: Reply, context: Context) -> Said | Miss:
        """The typed words; nothing but an identity is no wish."""
        match reply:
            case Text(text=text) if has_words(text):
                if len(text.strip()) > LONGEST:
                    return Miss(text="engine.answer_too_long")
                return _said(text.strip(), context.understood, context.city) or Miss(text="wish.only_identity")
            case Chosen(value=str() as value):
                return Said(text=value)
        return Miss()

    def load(self, value: Json) -> Said:
        """From JSON; a bare text where a button gave it."""
        if isinstance(value, str) and value:
            bare, masked = without_identity(value)
            return Said(text=essence(bare), masked=masked, unfit=unfit(bare))
        if isinstance(value, dict) and isinstance(value.get("text"), str) and value["text"]:
            matter = value.get("matter")
            problem = value.get("unfit")
            return Said(
                text=value["text"],
                masked=bool(value.get("masked")),
                matter=str(matter) if matter else None,
                unfit=Unfit(problem) if problem in set(Unfit) else None,
            )
        raise Invalid(self.name)

    def dump(self, value: Said) -> Json:
        """As JSON."""
        return {"text": value.text, "masked": value.masked, "matter": value.matter, "unfit": value.unfit}

    def fill(self, understood: Understood, context: Context) -> Said | None:
        """The opening sentence, where it says more than that somebody has a wish."""
        kept = self._told.fill(understood, context)
        return _said(kept, understood, context.city) if kept else None


class WisherSlot(Choice):
    """What kind of person it is for: a button, or what the sentence says of them."""

    def __init__(self) -> None:
        super().__init__(*(Option(value=kind.value, label=f"name.wisher.{kind.value}") for kind in WisherKind))

    def fill(self, understood: Understood, context: Context) -> str | None:
        """The kind that the words name."""
        del context
        found = understood.first(EntityKind.PERSON_KIND)
        if found is not None and found.value in _KINDS:
            return _KINDS[found.value]
        if _ELDER.search(understood.text):
            return WisherKind.ELDER
        return WisherKind.CHILD if _CHILD.search(understood.text) else None


def _said(text: str, understood: Understood | None, city: City) -> Said | None:
    bare, masked = without_identity(text)
    if not has_words(bare):
        return None
    return Said(text=essence(bare), masked=masked, matter=_matter(understood, city), unfit=unfit(bare))


def _matter(understood: Understood | None, city: City) -> str | None:
    """What the words report in the clothes of a wish.

    Where the intent is a wish the matters are weighed among themselves only, and a wish for an old person always looks
    like care: so only another category counts then, and only where it is plain.
    """
    if understood is None or not understood.matters:
        return None
    if understood.intent == REPORT and understood.confidence >= SURE:
        return clear_matter(understood.matters)
    best = understood.matters[0]
    spec = city.matters.get(best.matter)
    plain = spec is not None and spec.category is not Category.CARE and best.confidence >= PLAIN
    return best.matter if plain else None
