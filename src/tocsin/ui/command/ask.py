"""A strip that asks for a few words above the screen and keeps them when the store refuses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tocsin.ui.palette import GAP, PAD, Tone
from tocsin.ui.text import ElidedLabel, Label, set_look, visible

_LONG_HEIGHT = 110


@dataclass(frozen=True, slots=True)
class Blank:
    """One thing asked for. `choices` are (id, words), `known` proposals; `long` takes lines,
    `secret` shows none of what is typed.

    `presets` are words that unfold and that the arrow keys go through; others may be typed.
    """

    name: str
    label: str
    value: str = ""
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    known: tuple[str, ...] = ()
    long: bool = False
    presets: tuple[str, ...] = ()
    secret: bool = False


Answers = dict[str, str]


class Ask(QFrame):
    """Enter (Ctrl Enter in a long text) hands the answers over, Escape lets go. `closed` comes afterwards."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("ask")
        set_look(self, role="cell")
        self.title = ElidedLabel("", "large")
        self.trouble = Label("", wrap=True)
        self.trouble.setObjectName("ask-trouble")
        self.trouble.set_tone(Tone.RED)
        self.save = QPushButton("Save")
        self.cancel = QPushButton("Cancel   Esc")
        set_look(self.save, role="main")
        self.save.setObjectName("ask-save")
        self.save.clicked.connect(self._submit)
        self.cancel.clicked.connect(self.dismiss)
        self._fields: dict[str, QWidget] = {}
        self._offered: dict[str, str] = {}
        self._take: Callable[[Answers], None] = lambda answers: None
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setColumnStretch(1, 1)
        self._lay_out()
        self.hide()

    def ask(self, title: str, blanks: Sequence[Blank], save: str, take: Callable[[Answers], None]) -> None:
        """Ask; `take` gets the answers and ends with `done` or `refuse`. `save` is on the button."""
        self._clear()
        self._take = take
        self.title.setText(title)
        self.trouble.hide()
        for row, blank in enumerate(blanks):
            field = _field(blank)
            field.setObjectName(f"ask-{blank.name}")
            field.setAccessibleName(blank.label)
            field.installEventFilter(self)
            label = Label(blank.label, "muted")
            self._grid.addWidget(
                label, row, 0, Qt.AlignmentFlag.AlignTop if blank.long else Qt.AlignmentFlag(0)
            )
            self._grid.addWidget(field, row, 1)
            self._fields[blank.name], self._offered[blank.name] = field, blank.value
        long = any(blank.long for blank in blanks)
        self.save.setText(f"{save}   {'Ctrl Enter' if long else 'Enter'}")
        self._set_enabled(True)
        self.show()
        self.place()
        first = next(iter(self._fields.values()), self.save)
        self._chain(first)

    def refuse(self, why: str) -> None:
        """Show why it was not taken; the words stay."""
        self._set_enabled(True)
        self.trouble.setText(why)
        self.trouble.show()
        self.place()
        next(iter(self._fields.values()), self.save).setFocus()

    def done(self) -> None:
        """It was taken: go away."""
        self.dismiss()

    def dismiss(self) -> None:
        """Go away and give the keys back."""
        if self.isVisible() or self._fields:
            self.hide()
            self._clear()
            self.closed.emit()

    def place(self) -> None:
        """Lie over the screen, in its middle, below the header."""
        parent = self._over
        width = min(720, parent.width() - 4 * PAD)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((parent.width() - width) // 2, min(128, max(0, parent.height() - self.height())))
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and (control or not isinstance(watched, QPlainTextEdit)):
                self._submit()
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape or (enter and self.cancel.hasFocus()):
            self.dismiss()
        elif enter and self.save.hasFocus():
            self._submit()
        # every other key ends here: the screen's own keys sleep while something is asked

    def _submit(self) -> None:
        if self.save.isEnabled():
            self._set_enabled(False)
            self._take({name: _answer(field, self._offered[name]) for name, field in self._fields.items()})

    def _set_enabled(self, enabled: bool) -> None:
        for widget in (*self._fields.values(), self.save):
            widget.setEnabled(enabled)

    def _chain(self, first: QWidget) -> None:
        order = [*self._fields.values(), self.save, self.cancel]
        for one, other in pairwise(order):
            QWidget.setTabOrder(one, other)
        first.setFocus()
        if isinstance(first, QLineEdit):
            first.selectAll()

    def _clear(self) -> None:
        self._fields, self._offered = {}, {}
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAD + 4, PAD, PAD + 4, PAD)
        layout.setSpacing(GAP)
        layout.addWidget(self.title)
        layout.addLayout(self._grid)
        layout.addWidget(self.trouble)
        layout.addLayout(buttons)


def _field(blank: Blank) -> QWidget:
    if blank.choices:
        box = QComboBox()
        for id, words in blank.choices:
            box.addItem(visible(words), id)
        box.setCurrentIndex(max(0, box.findData(blank.value)))
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        return box
    if blank.presets:
        open_box = QComboBox()
        open_box.setEditable(True)
        open_box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        open_box.addItems([visible(words) for words in blank.presets])
        open_box.setCurrentText(visible(blank.value))
        return open_box
    if blank.long:
        text = QPlainTextEdit(visible(blank.value))
        text.setTabChangesFocus(True)
        text.setPlaceholderText(blank.hint)
        text.setFixedHeight(_LONG_HEIGHT)
        return text
    line = QLineEdit(visible(blank.value))
    line.setPlaceholderText(blank.hint)
    if blank.secret:
        line.setEchoMode(QLineEdit.EchoMode.Password)
    if blank.known:
        completer = QCompleter([visible(known) for known in blank.known], line)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        line.setCompleter(completer)
    return line


def _answer(field: QWidget, offered: str) -> str:
    """Return what a field holds; what was offered, without the marks it is shown with, if it still does."""
    if isinstance(field, QComboBox):
        return field.currentText() if field.isEditable() else str(field.currentData())
    text = field.toPlainText() if isinstance(field, QPlainTextEdit) else ""
    text = field.text() if isinstance(field, QLineEdit) else text
    return offered if text == visible(offered) else text
