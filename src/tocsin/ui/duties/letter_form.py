"""What a kind of letter is told once for the whole batch, as lines; a column of the list goes before it."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from tocsin.model.letters import Ask, Form, LetterKind
from tocsin.ui.palette import GAP
from tocsin.ui.text import Label, set_tip, visible

_LONG_HEIGHT = 66
_HINTS = {Form.LIST: "one a line", Form.DATE: "2026-11-20"}


class LetterForm(QScrollArea):
    """Only what is not each person's own is asked. `changed()` while somebody writes."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, str] = {}  # by id, also for another kind that asks the same
        self.fields: dict[str, QWidget] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_kind(self, kind: LetterKind) -> None:
        """Ask what a kind of letter asks; what was written for another stays where it fits."""
        self._kept |= self.given()
        self.fields = {}
        held = QWidget()
        column = QVBoxLayout(held)
        column.setContentsMargins(0, 0, GAP, 0)
        column.setSpacing(3)
        for one in kind.asks:
            if one.each:
                continue
            field = self._field(one)
            self.fields[one.id] = field
            column.addWidget(_caption(one))
            column.addWidget(field)
        column.addStretch(1)
        self.setWidget(held)

    def given(self) -> dict[str, str]:
        """Return what was said, by id, without what was left to the record and the list."""
        said = {id: _text(field) for id, field in self.fields.items()}
        return {id: text for id, text in said.items() if text}

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self.ensureWidgetVisible(watched, 0, 30)
        return False

    def _field(self, ask: Ask) -> QWidget:
        kept = self._kept.get(ask.id, ask.default)
        field: QWidget
        if ask.choices:
            box = field = QComboBox()
            box.addItem("as the list or the record says", "")
            for choice in ask.choices:
                box.addItem(visible(choice.replace("_", " ")), choice)
            box.setCurrentIndex(max(0, box.findData(kept)))
            box.currentIndexChanged.connect(lambda _row: self.changed.emit())
        elif ask.form in (Form.TEXT, Form.LIST):
            text = field = QPlainTextEdit(visible(kept))
            text.setTabChangesFocus(True)
            text.setFixedHeight(_LONG_HEIGHT)
            text.setPlaceholderText(ask.verbatim or _HINTS.get(ask.form, ""))
            text.textChanged.connect(self.changed)
        else:
            line = field = QLineEdit(visible(kept))
            line.setPlaceholderText(_HINTS.get(ask.form, ""))
            line.setMaxLength(2000)
            line.textChanged.connect(lambda _text: self.changed.emit())
        field.setObjectName(f"letter-{ask.id}")
        field.setAccessibleName(ask.title)
        field.installEventFilter(self)
        return field


def _caption(ask: Ask) -> Label:
    title = ask.title[:1].upper() + ask.title[1:]
    words = [title, "" if ask.required else "optional", ask.citation]
    label = Label(" · ".join(word for word in words if word), "small", wrap=True)
    set_tip(label, "\n".join(part for part in (ask.help, ask.verbatim) if part))
    return label


def _text(field: QWidget) -> str:
    if isinstance(field, QComboBox):
        return str(field.currentData() or "")
    if isinstance(field, QPlainTextEdit):
        return field.toPlainText().strip()
    return field.text().strip() if isinstance(field, QLineEdit) else ""
