"""What stands beside an update while it is written: what its wording breaks, what changed, what was told."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from tocsin.model.wording import RULES, Breach
from tocsin.operations.updates import Draft
from tocsin.ui.icons import Icon
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.text import Label
from tocsin.ui.theme import Theme
from tocsin.ui.update.history import History

_SHOWN = 12
_NONE_BROKEN = "No rule of wording is broken."


class BreachList(QWidget):
    """A line for each breach: its rule, and what would do instead."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("update-breaches")
        self.setAccessibleName("Wording")
        self._theme = theme
        self._rows: list[tuple[QWidget, Icon, Label]] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._layout.addStretch(1)

    @property
    def words(self) -> list[str]:
        """What is shown, top to bottom."""
        return [label.text() for row, _, label in self._rows if not row.isHidden()]

    def show_breaches(self, found: Sequence[Breach], text: str) -> None:
        """Show what is broken, or that nothing is."""
        lines = [(Tone.ORANGE, _line(one, text)) for one in found[:_SHOWN]] or [(Tone.GREEN, _NONE_BROKEN)]
        if len(found) > _SHOWN:
            lines.append((Tone.ORANGE, f"… and {len(found) - _SHOWN} more"))
        while len(self._rows) < len(lines):
            self._add_row()
        for number, (row, icon, label) in enumerate(self._rows):
            row.setVisible(number < len(lines))
            if number < len(lines):
                tone, said = lines[number]
                icon.show_tone(tone)
                label.show_text(said)

    def _add_row(self) -> None:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(7)
        icon, label = Icon(self._theme, "triangle", "orange", 13), Label("", wrap=True)
        layout.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(label, 1)
        self._layout.insertWidget(len(self._rows), row)
        self._rows.append((row, icon, label))


class Side(QWidget):
    """The column at the right of the editor."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self.breaches = BreachList(theme)
        self.changes = Label("", wrap=True)
        self.changes.setObjectName("update-changes")
        self.history = History(theme, zone)
        self._since = Label("CHANGED SINCE THE LAST", "heading")
        self._told_count = Label("TOLD SO FAR", "heading")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        for heading, part, share in (
            (Label("WORDING", "heading"), _scrolled(self.breaches), 5),
            (self._since, _scrolled(self.changes), 4),
            (self._told_count, self.history, 3),
        ):
            layout.addWidget(heading)
            layout.addWidget(part, share)
            layout.addSpacing(GAP // 2)

    def show_draft(self, draft: Draft) -> None:
        """Show what changed and what was told."""
        title = draft.template.title
        if draft.last is None:
            said = f"{title} has not been told anything yet."
        else:
            said = "\n".join(change.words for change in draft.changes) or "Nothing has changed."
        self.changes.show_text(said)
        self._since.show_text(f"CHANGED SINCE THE LAST UPDATE TO {title.upper()}")
        count = sum(one.number > 0 and not one.withdrawn for one in draft.history)
        self._told_count.show_text(f"TOLD SO FAR: {count}" if count else "TOLD SO FAR: NOBODY")
        self.history.show_history(draft)


def _line(one: Breach, text: str) -> str:
    words = text[one.start : one.end]
    where = "" if one.is_missing or words in one.reason or len(words) > 80 else f"“{words}”: "
    return f"{RULES[one.rule]}\n{where}{one.reason}"


def _scrolled(part: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if isinstance(part, Label):
        part.setAlignment(Qt.AlignmentFlag.AlignTop)
    area.setWidget(part)
    return area
