"""What an entry said before, who said it and when; and both sides of a conflict, to keep one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from tocsin.model.fields import Fields, Head
from tocsin.model.history import Estimate, Version
from tocsin.model.timeline import Item
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.text import Label, set_look, visible
from tocsin.ui.timeline import words

_MOST = 60  # steps shown


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the life of what is shown: who and when, and what it changed, in lines."""

    head: str
    lines: tuple[str, ...]
    counts: bool


def steps_of_entry(versions: Sequence[Version], zone: str, now: datetime) -> list[Step]:
    """Return the steps of a timeline entry, oldest first."""
    return [
        Step(_head(v.at, v.author, v.deed, zone, now), tuple(_told(versions, number, zone, now)), v.counts)
        for number, v in enumerate(versions)
    ]


def steps_of_start(estimates: Sequence[Estimate], zone: str, now: datetime) -> list[Step]:
    """Return the steps of the estimated start, oldest first."""
    return [
        Step(_head(e.at, e.author, "estimated", zone, now), (words.when(e.start, zone, now),), e.counts)
        for e in estimates
    ]


class History(QScrollArea):
    """The steps of one entry, newest first. Arrow keys scroll it."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setObjectName("history")
        self.setAccessibleName("History of the entry")
        self.steps: list[Step] = []

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Show how it came to read as it does."""
        self.steps = list(steps)
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, GAP, 0)
        layout.setSpacing(3)
        for step in self.steps[: -_MOST - 1 : -1]:
            layout.addWidget(Label(step.head if step.counts else f"{step.head}, then undone", "small"))
            for line in step.lines:
                layout.addWidget(Label(line, "" if step.counts else "muted", wrap=True))
            layout.addSpacing(6)
        if len(steps) > _MOST:
            layout.addWidget(Label(f"and {len(steps) - _MOST} earlier", "small"))
        layout.addStretch()
        self.setWidget(inside)


def _head(at: datetime, author: str, deed: str, zone: str, now: datetime) -> str:
    return f"{words.stamp(at, zone, now)}   {author}   {deed}"


def _told(versions: Sequence[Version], number: int, zone: str, now: datetime) -> list[str]:
    """Return what one version changed, in lines."""
    version = versions[number]
    before = versions[number - 1].item if number else None
    if version.deed == "retracted" and version.item is not None:
        return [version.item.withdrawn]
    if version.item is None:
        return []
    if before is None or version.deed != "corrected":
        return [words.reading(version.item, zone, now)]
    return [
        f"{name}: {_value(before, name, zone, now)} → {_value(version.item, name, zone, now)}"
        for name in version.changed
    ]


def _value(item: Item, name: str, zone: str, now: datetime) -> str:
    register = item.fields.get(name)
    return "not stated" if register is None else words.value(name, register.value, zone, now)


class Conflict(QFrame):
    """Every standing value of the fields that people set without knowing of each other.

    `kept(field, Head)` when one is chosen.
    """

    kept = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        set_look(self, role="cell")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(GAP, GAP, GAP, GAP)
        self._inside: QWidget | None = None
        self.buttons: list[QPushButton] = []
        self.hide()

    def show_fields(self, fields: Fields, authors: dict[str, str], zone: str, now: datetime) -> None:
        """Show the conflicts among these fields. `authors` are names by the entry that set a value."""
        if self._inside is not None:
            self._inside.deleteLater()
        self.buttons = []
        conflicts = {name: register for name, register in fields.items() if register.conflict}
        self.setVisible(bool(conflicts))
        self._inside = QWidget()
        layout = QVBoxLayout(self._inside)
        layout.setContentsMargins(0, 0, 0, 0)
        title = Label("Two people corrected this without knowing of each other. Which holds?", wrap=True)
        title.set_tone(Tone.ORANGE)
        layout.addWidget(title)
        for name, register in conflicts.items():
            for head in register.heads:
                said = words.value(name, head.value, zone, now)
                layout.addLayout(self._row(name, head, said, authors.get(head.entry, "somebody")))
        self._layout.addWidget(self._inside)

    def _row(self, name: str, head: Head, said: str, author: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(Label(f"{name}: {said[:300]}\n{author}", wrap=True), 1)
        keep = QPushButton("Keep this")
        keep.setObjectName(f"keep-{name}-{len(self.buttons)}")
        keep.setAccessibleName(visible(f"Keep {name} {said[:80]} of {author}"))
        keep.clicked.connect(partial(self.kept.emit, name, head))
        self.buttons.append(keep)
        row.addWidget(keep)
        return row
