"""Asking where the chosen signals belong, and writing it as one entry that can be undone."""

from collections.abc import Sequence
from functools import partial

from tocsin.model.journal import Entry
from tocsin.model.signal import Layer
from tocsin.operations import signals
from tocsin.operations.signals import Listed
from tocsin.ui.command.ask import Answers, Ask, Blank
from tocsin.ui.desk import Desk

# The keys, the part of a placement each asks for, and its word.
PARTS = {
    "L": ("layer", "Layer"),
    "S": ("segment", "Segment"),
    "G": ("group", "Group"),
    "M": ("system", "System"),
}
_HINTS = {
    "segment": "the part of users or inputs, as region NE; empty for all of them",
    "group": "the protected group, as over 60; empty for all of them",
    "system": "a system's name; a new one is added",
}


class Placing:
    """Asks over the screen for one part at a time, for all signals chosen."""

    def __init__(self, desk: Desk, ask: Ask) -> None:
        self._desk, self._ask = desk, ask

    def ask_for(self, key: str, chosen: Sequence[Listed], known: Sequence[Listed]) -> None:
        """Ask for the part a key stands for; `known` are all signals, from which words are offered."""
        if not chosen or self._desk.store.read_only:
            return
        part, word = PARTS[key]
        of = chosen[0].signal.name if len(chosen) == 1 else f"{len(chosen):,} signals"
        title = f"Move {of} to a system" if part == "system" else f"{word} of {of}"
        blank = _blank(part, word, chosen, known)
        ids = tuple(one.id for one in chosen)
        self._ask.ask(title, [blank], "Save", partial(self._take, part, ids))

    def _take(self, part: str, ids: tuple[str, ...], answers: Answers) -> None:
        desk = self._desk
        call = partial(signals.place, desk.store, desk.author, ids, **{part: answers[part]})
        many = f"{len(ids):,} signals" if len(ids) > 1 else "Signal"
        job = desk.write(call, self._done, said=f"{many} placed; Ctrl Z brings them back")
        job.refused.connect(lambda error: self._ask.refuse(str(error)))
        job.broke.connect(lambda _error: self._ask.refuse("A fault of the program; it was logged."))

    def _done(self, _entry: Entry) -> None:
        self._ask.done()


def _blank(part: str, word: str, chosen: Sequence[Listed], known: Sequence[Listed]) -> Blank:
    held = {_held(one, part) for one in chosen}
    value = held.pop() if len(held) == 1 else ""
    if part == "layer":
        choices = tuple((layer.value, layer.value) for layer in Layer)
        return Blank(part, word, value or chosen[0].signal.layer.value, choices=choices)
    offered = tuple(sorted({_held(one, part) for one in known} - {""}, key=str.casefold))
    return Blank(part, word, value, _HINTS[part], known=offered)


def _held(one: Listed, part: str) -> str:
    signal = one.signal
    parts = {
        "layer": signal.layer.value,
        "segment": signal.segment,
        "group": signal.group,
        "system": one.system,
    }
    return parts[part]
