"""Correcting and retracting a timeline entry from the lanes of the command screen."""

from functools import partial

from tocsin.errors import BadInput
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.timeline import LANES, Item
from tocsin.operations import timeline
from tocsin.operations.times import parse_when
from tocsin.store.folder import Store
from tocsin.ui.command.ask import Answers, Ask, Blank
from tocsin.ui.command.deeds import write
from tocsin.ui.desk import Desk
from tocsin.ui.timeline import words


class Corrections:
    """Asks about one of `items`, the timeline entries shown, and writes the answer."""

    def __init__(self, desk: Desk, ask: Ask) -> None:
        self._desk, self._ask = desk, ask
        self.items: dict[str, Item] = {}

    def correct(self, id: str) -> None:
        """Ask for other words, another time or lane of an entry."""
        if (item := self._entry(id)) is None:
            return
        when = words.typed(item.happened, self._desk.store.zone)
        blanks = [
            Blank("text", "Text", item.text),
            Blank("happened", "Happened", when),
            Blank("lane", "Lane", item.lane, choices=tuple((lane, lane) for lane in LANES)),
        ]
        shown = {blank.name: blank.value for blank in blanks}
        title = "Correct the entry; the earlier words stay readable"
        self._ask.ask(title, blanks, "Correct", partial(self._correct, item.id, shown))

    def retract(self, id: str) -> None:
        """Ask why an entry is taken back."""
        if (item := self._entry(id)) is not None:
            title = f"Retract: {item.text[:60]}"
            self._ask.ask(title, [Blank("reason", "Reason")], "Retract", partial(self._retract, item.id))

    def point_to_history(self, id: str) -> None:
        """Say where the earlier versions are."""
        self._desk.tell("The timeline screen shows every earlier version: Ctrl 3, then H.")

    def _entry(self, id: str) -> Item | None:
        item = self.items.get(id)
        if item is None or item.withdrawn or self._desk.store.read_only:
            self._desk.tell("This follows from another fact, was retracted, or can only be read here.")
            return None
        return item

    def _correct(self, id: str, shown: Answers, answers: Answers) -> None:
        changed = {name: text for name, text in answers.items() if text.strip() != shown[name]}
        if changed:
            call = partial(_correct, self._desk.store, self._desk.author, id, changed)
            write(self._desk, self._ask, call, "Corrected")
        else:
            self._ask.done()

    def _retract(self, id: str, answers: Answers) -> None:
        call = partial(timeline.retract, self._desk.store, self._desk.author, id, answers["reason"])
        write(self._desk, self._ask, call, "Retracted")


def _correct(store: Store, author: Author, id: str, changed: Answers) -> Entry:
    happened = None
    if "happened" in changed:
        if not changed["happened"].strip():
            raise BadInput("an entry needs a time.", hint="Write 14:20, or a range with two dots between.")
        happened = parse_when(changed["happened"], now=store.now(), zone=store.zone)
    return timeline.correct(
        store, author, id, text=changed.get("text"), lane=changed.get("lane"), happened=happened
    )
