"""One field of a notice: its label and sub-paragraph, what stands in it and from where, and in what sense."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from tocsin.errors import BadInput
from tocsin.model.filing import Fill, Filled
from tocsin.model.filing_fields import FieldView
from tocsin.operations.times import parse_near
from tocsin.ui.choices import Choices
from tocsin.ui.palette import PAD, Tone
from tocsin.ui.text import ElidedLabel, Label, set_look, set_tip, visible

FILLS = {
    Fill.VALUE: "known",
    Fill.ESTIMATE: "estimate",
    Fill.OPINION: "opinion",
    Fill.UNKNOWN: "not known yet",
    Fill.NOT_APPLICABLE: "not applicable",
}
_WORDS = {
    Fill.ESTIMATE: "estimate",
    Fill.OPINION: "opinion, not established",
    Fill.UNKNOWN: "not known yet",
    Fill.NOT_APPLICABLE: "not applicable",
}
_REQUIRED = {"true": "", "false": "recommended", "optional": "optional", "conditional": "where it applies"}
_HINTS = {Fill.UNKNOWN: "what is being done to find out", Fill.NOT_APPLICABLE: "because …"}
_MOST, _AROUND, _FEWEST, _CITATION = 12, 24, 1, 190


class FieldRow(QFrame):
    """Alt 1 … 5 say in what sense it is filled, Alt T chooses entries of the timeline.

    `changed()` while it is edited, `choose(field id)` when entries are wanted, `entered()` with the keyboard.
    """

    changed = Signal()
    choose = Signal(str)
    entered = Signal()

    def __init__(self, view: FieldView, zone: str) -> None:
        super().__init__()
        self._zone = zone
        self.view = view
        self.dirty = False
        self._filling = False
        self._base = Filled()
        self.name, self.citation = Label("", wrap=True), ElidedLabel("", "small")
        self.text, self.expected = QPlainTextEdit(), QLineEdit()
        self.states = Choices([f"{key}  {word}" for key, word in enumerate(FILLS.values(), 1)])
        self.choose_button = QPushButton("Timeline …   Alt T")
        self.state, self.origin = Label("", "small"), ElidedLabel("", "small")
        self.tools = QWidget()
        self._lay_out()
        self.show_field(view, writable=True)

    @property
    def id(self) -> str:
        """The field's id."""
        return self.view.field.id

    @property
    def fill(self) -> Fill:
        """In what sense it is filled."""
        return list(FILLS)[max(self.states.group.checkedId(), 0)]

    def show_field(self, view: FieldView, *, writable: bool) -> None:
        """Show a field; what somebody is writing into it stays."""
        self.view = view
        field = view.field
        needed = _REQUIRED.get(field.required, field.required.replace("_", " "))
        self.name.show_text(f"{field.label}{f'  ({needed})' if needed else ''}")
        self.citation.show_text(field.citation)
        wide = self.citation.fontMetrics().horizontalAdvance(field.citation) + 6
        self.citation.setFixedWidth(min(wide, _CITATION))
        set_tip(
            self.name, "\n".join(part for part in (field.help, field.when and f"When: {field.when}") if part)
        )
        for part in (self.text, self.expected):
            part.setReadOnly(not writable)
        self.tools.setEnabled(writable)
        self.choose_button.setEnabled(writable)
        if not self.dirty:
            self.put(view.filled or Filled(), by_hand=False)
        self._mark()

    def put(self, filled: Filled, *, by_hand: bool = True) -> None:
        """Put something into the field; `by_hand` makes it an edit to be saved."""
        self._filling = True
        self._base = filled
        self.states.group.button(list(FILLS).index(filled.fill)).setChecked(True)
        said = filled.reason if filled.fill in (Fill.NOT_APPLICABLE, Fill.UNKNOWN) else filled.value
        # What is kept is trimmed; whoever goes on writing behind a blank keeps their place.
        if self.text.toPlainText().strip() != visible(said).strip():
            self.text.setPlainText(visible(said))
        self.expected.setText(_typed(filled.expected, self._zone))
        self._filling = False
        self._sense()
        if by_hand:
            self._touch()

    def choose_state(self, number: int) -> None:
        """Say in what sense it is filled, 1 to 5; what was written stays, as words or as the reason."""
        button = self.states.group.button(number - 1)
        if button is not None and self.tools.isEnabled() and not button.isChecked():
            button.setChecked(True)
            self._sense()
            self._touch()
            (self.expected if self.fill is Fill.UNKNOWN else self.text).setFocus()

    def filled(self, now: datetime) -> Filled:
        """Return what stands in the field. Raises BadInput for a time that is none."""
        fill, typed = self.fill, self.text.toPlainText()
        reasoned = fill in (Fill.NOT_APPLICABLE, Fill.UNKNOWN)
        base = (
            self._base.reason if self._base.fill in (Fill.NOT_APPLICABLE, Fill.UNKNOWN) else self._base.value
        )
        said = base if typed == visible(base) else typed
        when = self.expected.text().strip() if fill is Fill.UNKNOWN else ""
        same = bool(base) and base in said
        return Filled(
            value="" if reasoned else said,
            fill=fill,
            expected=parse_near(when, now=now, zone=self._zone) if when else None,
            reason=said if reasoned else "",
            origin=self._base.origin if same and not reasoned else (),
        )

    def saved(self, kept: Filled, now: datetime) -> None:
        """Take note of what was kept; what was written meanwhile is still to be saved."""
        self._base = kept
        try:
            self.dirty = _reading(self.filled(now)) != _reading(kept)
        except BadInput:
            self.dirty = True
        self._mark()

    @property
    def blank(self) -> bool:
        """Whether it says nothing: not even that it is not known yet."""
        if not self.dirty:
            return self.view.empty
        return self.fill is not Fill.UNKNOWN and not self.text.toPlainText().strip()

    def show_current(self, *, current: bool) -> None:
        """Show the tools of the field the keyboard is in."""
        self.tools.setVisible(current)
        self.choose_button.setVisible(current)
        set_look(self, role="asked" if current else "plain")

    def check_time(self, now: datetime) -> str:
        """Return what is wrong with the time typed, empty if nothing is."""
        try:
            self.filled(now)
        except BadInput as error:
            return str(error)
        return ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Resize and watched is self.text:
            QTimer.singleShot(0, self, self._fit)  # narrower, the same words take more lines
        elif event.type() == QEvent.Type.FocusIn:
            self.entered.emit()
        elif _with_alt(event):  # the field would write the letter of Alt 4; ignored, it goes to the screen
            event.ignore()
            return True
        return False

    def _touch(self) -> None:
        if not self._filling:
            self.dirty = True
            self._mark()
            self.changed.emit()

    def _sense(self) -> None:
        unknown = self.fill is Fill.UNKNOWN
        self.expected.setVisible(unknown)
        optional = self.view.field.phase_ok
        later = "empty · Alt 4 where it follows later" if self.view.needed else "empty · may follow in phases"
        empty = later if optional else "empty"
        self.text.setPlaceholderText(_HINTS.get(self.fill, empty))
        self._fit()

    def _mark(self) -> None:
        dated = self.fill is Fill.UNKNOWN and bool(self.expected.text().strip())
        words = [_WORDS.get(self.fill, "") + (", expected by the time above" if dated else "")]
        words += ["not saved"] if self.dirty else ["changed since the last"] if self.view.changed else []
        words += ["may not be blank" if self.view.needed else "empty"] if self.blank else []
        self.state.show_text(" · ".join(word for word in words if word))
        self.state.set_tone(
            Tone.ORANGE if self.blank and self.view.needed else Tone.BLUE if self.dirty else None
        )
        origin = self._base.origin
        told = [_source(one) for one in origin]
        by = f"written by {self.view.by}" if self.view.by else ""
        said = f"from: {'; '.join(dict.fromkeys(told))}" if told else by
        self.origin.show_text("" if self.dirty else said)
        set_tip(self.origin, "\n".join(origin))

    def _fit(self) -> None:
        count = _lines(self.text)
        lines = min(max(count, _FEWEST), _MOST)
        self.text.setFixedHeight(lines * self.text.fontMetrics().lineSpacing() + _AROUND)
        more = count > _MOST
        policy = Qt.ScrollBarPolicy
        self.text.setVerticalScrollBarPolicy(policy.ScrollBarAsNeeded if more else policy.ScrollBarAlwaysOff)

    def _lay_out(self) -> None:
        self.setObjectName(f"field-{self.view.field.id}")
        self.text.setObjectName(f"text-{self.view.field.id}")
        self.text.setAccessibleName(self.view.field.label)
        self.text.setTabChangesFocus(True)
        self.text.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        self.text.textChanged.connect(self._touch)
        self.expected.setObjectName(f"expected-{self.view.field.id}")
        self.expected.setPlaceholderText("expected by: 2026-11-24 12:00")
        self.expected.setAccessibleName(f"{self.view.field.label}, expected by")
        self.expected.setMaxLength(60)
        self.expected.textChanged.connect(lambda _text: self._touch())
        self.states.group.idClicked.connect(lambda _id: self._clicked())
        self.choose_button.clicked.connect(lambda: self.choose.emit(self.id))
        self.choose_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        set_look(self.choose_button, role="quiet")
        for button in self.states.group.buttons():
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for part in (self.text, self.expected):
            part.installEventFilter(self)
        head, foot, tools = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self.tools)
        self.citation.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.citation.setAlignment(Qt.AlignmentFlag.AlignRight)
        head.addWidget(self.name, 1)
        head.addWidget(self.citation)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(2)
        line = QHBoxLayout()
        line.addWidget(self.states)
        line.addStretch(1)
        tools.addLayout(line)
        foot.addWidget(self.origin, 1)
        foot.addWidget(self.state)
        column = QVBoxLayout(self)
        column.setContentsMargins(PAD - 3, 6, PAD, 4)
        column.setSpacing(3)
        column.addLayout(head)
        column.addWidget(self.text)
        column.addWidget(self.expected)
        column.addWidget(self.tools)
        column.addLayout(foot)
        foot.addWidget(self.choose_button)
        self.show_current(current=False)

    def _clicked(self) -> None:
        self._sense()
        self._touch()
        QTimer.singleShot(0, self.text, self.text.setFocus)


def _source(origin: str) -> str:
    """Return where it is from, without by whom and when; a question stands whole."""
    question, end, _ = origin.partition("”")
    return question + end if end else origin.partition(",")[0].partition(" · ")[0]


def _typed(at: datetime | None, zone: str) -> str:
    return "" if at is None else f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _lines(text: QPlainTextEdit) -> int:
    """Return how many lines a text takes, counted until there are more than are shown."""
    block, count = text.document().begin(), 0
    while block.isValid() and count <= _MOST:
        text.document().documentLayout().blockBoundingRect(block)  # lays it out, which Qt does but in sight
        count += block.layout().lineCount()
        block = block.next()
    return count


def with_origin(filled: Filled, more: Filled) -> Filled:
    """Return a field with chosen entries put below what stands there."""
    value = "\n".join(part for part in (filled.value.strip(), more.value) if part)
    unsure = Fill.ESTIMATE if more.fill is Fill.ESTIMATE else filled.fill
    fill = unsure if filled.fill in (Fill.VALUE, Fill.ESTIMATE, Fill.OPINION) else more.fill
    return replace(more, value=value, fill=fill, origin=tuple(dict.fromkeys([*filled.origin, *more.origin])))


def _with_alt(event: QEvent) -> bool:
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
        return False
    return event.modifiers() == Qt.KeyboardModifier.AltModifier


def _reading(filled: Filled) -> tuple[object, ...]:
    return filled.value.strip(), filled.fill, filled.expected, filled.reason.strip()
