"""How are yes and no read? By fixed words only: a classifier must not say yes for anybody."""

from __future__ import annotations

from gridwhistle.dialogs import words
from gridwhistle.dialogs.message import Text
from gridwhistle.dialogs.slots.base import Chosen, Context, Invalid, Miss, Option, Reply, Slot, WantsChange
from gridwhistle.dialogs.slots.choice import pick
from gridwhistle.services.schema import Json

CHANGE = "change"


class YesNo(Slot[bool]):
    """A yes or a no. ``fleeting`` where the yes is to something shown, which must not have changed since."""

    def __init__(self, *, yes: str = "common.yes", no: str = "common.no", fleeting: bool = False) -> None:
        self.yes = yes
        self.no = no
        self.fleeting = fleeting

    def options(self) -> tuple[Option, ...]:
        """Yes and no."""
        return (Option(value=True, label=self.yes), Option(value=False, label=self.no))

    def read(self, reply: Reply, context: Context) -> bool | Miss:
        """By button, label or a word of the lists."""
        match reply:
            case Chosen(value=bool() as value):
                return value
            case Text(text=text):
                for option in context.options:
                    if text.strip() == option.label and isinstance(option.value, bool):
                        return option.value
                if words.is_one_of(text, words.YES):
                    return True
                if words.is_one_of(text, words.NO):
                    return False
                # “记住吧”, “单独登记就行”
                chosen = pick(text, context.options)
                if chosen is not None and isinstance(chosen.value, bool):
                    return chosen.value
                return self._agreeing(words.pieces(text), context)
        return Miss()

    def _agreeing(self, pieces: list[str], context: Context) -> bool | Miss:
        """“是，分开”: several answers that are one."""
        read = {self.read(Text(text=piece), context) for piece in pieces} if len(pieces) > 1 else set()
        return bool(read.pop()) if read in ({True}, {False}) else Miss()

    def load(self, value: Json) -> bool:
        """A truth value."""
        if not isinstance(value, bool):
            raise Invalid(self.name)
        return value

    def dump(self, value: bool) -> Json:
        """The truth value."""
        return value

    def exact(self, text: str, context: Context) -> bool:
        """“算了” is a no to this question, not the end of the flow."""
        return not isinstance(self.read(Text(text=text), context), Miss) or super().exact(text, context)


class Confirm(YesNo):
    """A yes to a playback card, with a third way: change one line of it."""

    def __init__(self, *, yes: str = "common.confirm", no: str = "common.cancel") -> None:
        super().__init__(yes=yes, no=no, fleeting=True)

    def options(self) -> tuple[Option, ...]:
        """Confirm, change, cancel."""
        return (
            Option(value=True, label=self.yes),
            Option(value=CHANGE, label="common.change"),
            Option(value=False, label=self.no),
        )

    def read(self, reply: Reply, context: Context) -> bool | Miss:
        """A yes, a no, or the wish to change something."""
        match reply:
            case Chosen(value="change"):
                return WantsChange()
            case Text(text=text) if words.is_one_of(text, words.CHANGE):
                return WantsChange()
            # “2” is the second button here, which is not the no.
            case Text(text=text) if (number := words.ordinal(text)) is not None:
                if not 1 <= number <= len(context.options):
                    return Miss()
                return self.read(Chosen(value=context.options[number - 1].value), context)
        return super().read(reply, context)
