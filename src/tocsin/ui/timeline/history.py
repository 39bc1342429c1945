"""What an entry said before, who said it and when; and both sides of a conflict, to keep one."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from tocsin.model.fields import Head
from tocsin.model.history import Version
from tocsin.model.timeline import Item
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.text import Label, set_look
from tocsin.ui.timeline import words

_FIELDS = ("text", "lane", "happened", "learned")
_MOST = 60  # versions shown


class History(QScrollArea):
    """The versions of one entry, newest first. Arrow keys scroll it."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setObjectName("history")
        self.setAccessibleName("History of the entry")
        self.rows: list[str] = []

    def show_versions(self, versions: Sequence[Version], zone: str) -> None:
        """Show how the entry came to read as it does."""
        told = [_told(versions, number, zone) for number in range(len(versions))]
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, GAP, 0)
        layout.setSpacing(3)
        for version, lines in list(zip(versions, told, strict=True))[: -_MOST - 1 : -1]:
            head = f"{words.stamp(version.at, zone)}   {version.author}   {version.deed}"
            layout.addWidget(Label(head if version.counts else f"{head}, then undone", "small"))
            for line in lines:
                layout.addWidget(Label(line, "" if version.counts else "muted", wrap=True))
            layout.addSpacing(6)
        if len(versions) > _MOST:
            layout.addWidget(Label(f"and {len(versions) - _MOST} earlier", "small"))
        layout.addStretch()
        self.rows = [f"{v.deed} {' '.join(lines)}" for v, lines in zip(versions, told, strict=True)]
        self.setWidget(inside)


def _told(versions: Sequence[Version], number: int, zone: str) -> list[str]:
    """Return what one version changed, in lines."""
    version = versions[number]
    before = versions[number - 1].item if number else None
    if version.deed == "retracted" and version.item is not None:
        return [version.item.withdrawn]
    if version.item is None:
        return []
    if before is None or version.deed != "corrected":
        return [words.reading(version.item, zone)]
    return [
        f"{name}: {_value(before, name, zone)} → {_value(version.item, name, zone)}"
        for name in version.changed
    ]


def _value(item: Item, name: str, zone: str) -> str:
    register = item.fields.get(name)
    return "not stated" if register is None else words.value(name, register.value, zone)


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

    def show_item(self, item: Item | None, authors: dict[str, str], zone: str) -> None:
        """Show an entry's conflicts. `authors` are names by the id of the entry that set a value."""
        if self._inside is not None:
            self._inside.deleteLater()
        self.buttons = []
        conflicts = (
            [] if item is None else [n for n in _FIELDS if n in item.fields and item.fields[n].conflict]
        )
        self.setVisible(bool(conflicts))
        self._inside = QWidget()
        layout = QVBoxLayout(self._inside)
        layout.setContentsMargins(0, 0, 0, 0)
        title = Label("Two people corrected this without knowing of each other. Which holds?", wrap=True)
        title.set_tone(Tone.ORANGE)
        layout.addWidget(title)
        for name in conflicts:
            assert item is not None
            for head in item.fields[name].heads:
                layout.addLayout(self._row(name, head, authors.get(head.entry, "somebody"), zone))
        self._layout.addWidget(self._inside)

    def _row(self, name: str, head: Head, author: str, zone: str) -> QHBoxLayout:
        said = words.value(name, head.value, zone)
        row = QHBoxLayout()
        row.addWidget(Label(f"{name}: {said[:300]}\n{author}", wrap=True), 1)
        keep = QPushButton("Keep this")
        keep.setObjectName(f"keep-{name}-{len(self.buttons)}")
        keep.setAccessibleName(f"Keep {name} {said[:80]} of {author}")
        keep.clicked.connect(partial(self.kept.emit, name, head))
        self.buttons.append(keep)
        row.addWidget(keep)
        return row
