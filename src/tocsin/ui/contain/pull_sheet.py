"""Pull a way to contain, from anywhere: choose it, read how, say why where a rule stands against it."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from tocsin.errors import UserError
from tocsin.model.journal import Entry
from tocsin.operations import containment, containment_view
from tocsin.operations.containment_view import ContainView, Offered
from tocsin.operations.strips import Learnt
from tocsin.ui.contain import words
from tocsin.ui.contain.options_panel import OptionPainter
from tocsin.ui.desk import Desk
from tocsin.ui.palette import Tone
from tocsin.ui.rows import Rows
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import Label, button_text, set_look, visible

_ROWS_HEIGHT, _HOW_HEIGHT = 208, 132
_NO_INCIDENT = "No incident in hand: what is pulled belongs to one. Ctrl K finds one, Ctrl D declares one."
_NONE = "No way to contain this system is registered. Register one, or write down what you do with L."


class PullSheet(Sheet):
    """Up and Down choose, Enter pulls, Escape closes. `pulled(entry id)` after the commit.

    `register_wanted()` when there is nothing to pull.
    """

    pulled = Signal(str)
    register_wanted = Signal()

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window, "Contain: pull …", width=720)
        self._desk = desk
        self._id = ""
        self._saving = False
        self._wanted = ""
        self.view: ContainView | None = None
        self._painter = OptionPainter(desk.theme)
        self.rows = Rows(self._painter, "Ways to contain", keys_mean_cursor=True)
        self.how = QPlainTextEdit()
        self.about, self.note = Label("", "muted", wrap=True), Label("", wrap=True)
        self.why_now, self.why_you = QLineEdit(), QLineEdit()
        self.first, self.who = Label("", "small", wrap=True), Label("", "small", wrap=True)
        self.pull_button, self.register_button = QPushButton("Pull   Enter"), QPushButton("Register a way")
        self._lay_out()
        self._wire()

    def open(self, option: str = "") -> None:
        """Open on an option of the incident in hand, by id, or on the first one."""
        self._wanted, self._id = option, self._desk.store.new_id()
        for field in (self.why_now, self.why_you):
            field.clear()
        self._say("")
        self.present(self.rows)
        # What was read of another incident must not be pulled by an Enter that comes before the answer.
        self._show(None)
        if not self._desk.incident:
            return
        self.about.show_text("Reading …")
        call = partial(
            containment_view.look, self._desk.store, self._desk.incident, self._desk.author.name, Learnt()
        )
        self._desk.read(call, self._show)

    def pull(self) -> None:
        """Pull what the cursor is on."""
        one: Offered | None = self.rows.selected
        view = self.view
        if one is None or view is None or self._saving or self._desk.store.read_only:
            return
        missing = next((field for field in (self.why_now, self.why_you)
                        if field.isVisible() and not field.text().strip()), None)  # fmt: skip
        if missing is not None:
            self._say("Say why, or let one of those who may do it." if missing is self.why_you
                      else "Say why it cannot wait for the evidence, or preserve it first.")  # fmt: skip
            missing.setFocus()
            return
        self._saving = True
        store, author = self._desk.store, self._desk.author
        call = partial(
            containment.pull, store, author, view.incident.id, one.option.id, override=self.why_now.text(),
            exception=self.why_you.text(), id=self._id,
        )  # fmt: skip
        job = self._desk.write(call, self._pulled, said=f"Pulled: {visible(one.option.name)}")
        job.refused.connect(self._refused)
        job.ended.connect(self._ended)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif self.register_button.hasFocus():
            self.register_button.click()
        else:
            self.pull()

    def _show(self, view: ContainView | None) -> None:
        self.view = view
        options = view.options if view else ()
        self._painter.now = view.now if view else None
        self.rows.show_rows((one.option.id, one.option.name, one) for one in options)
        self.rows.select(self._wanted or (options[0].option.id if options else ""))
        about = f"{view.incident.reference} {view.incident.title}" if view else _NO_INCIDENT
        self.about.show_text(about if options or not view else f"{about}\n{_NONE}")
        for part in (self.how, self.pull_button):
            part.setVisible(bool(options))
        self.rows.setVisible(bool(options) or view is None)
        self.register_button.setVisible(view is not None and not options)
        self.pull_button.setEnabled(not self._desk.store.read_only)
        if view is not None and not options:
            self.register_button.setFocus()
        self._show_selected()

    def _show_selected(self) -> None:
        one: Offered | None = self.rows.selected
        if one is not None:
            self.how.setPlainText(visible(words.details(one)))
        offline = one is not None and bool(one.open)
        beyond = one is not None and not one.may
        for field, label, shown in ((self.why_now, self.first, offline), (self.why_you, self.who, beyond)):
            field.setVisible(shown)
            label.setVisible(shown)
        if offline and one is not None:
            count = "1 step that preserves" if len(one.open) == 1 else f"{len(one.open)} steps that preserve"
            be = "is" if len(one.open) == 1 else "are"
            self.first.show_text(
                f"It takes something offline, and {count} evidence {be} open. "
                "That comes first, or say why it cannot wait:"
            )
        if beyond and one is not None:
            self.who.show_text(f"It may be pulled by {', '.join(one.option.who)}. Say why you do:")
        QTimer.singleShot(0, self, self._placed)

    def _pulled(self, entry: Entry) -> None:
        self.dismiss()
        self.pulled.emit(entry.id)

    def _refused(self, error: UserError) -> None:
        self._say(str(error))

    def _ended(self) -> None:
        self._saving = False

    def _say(self, text: str) -> None:
        self.note.show_text(text)
        self.note.set_tone(Tone.RED if text else None)
        self.note.setVisible(bool(text))
        self._placed()

    def _wire(self) -> None:
        self.rows.selectionModel().currentChanged.connect(lambda *_: self._show_selected())
        self.rows.chosen.connect(lambda _one: self.pull())
        self.pull_button.clicked.connect(self.pull)
        self.register_button.clicked.connect(self._wants_to_register)

    def _wants_to_register(self) -> None:
        self.dismiss()
        self.register_wanted.emit()

    def _lay_out(self) -> None:
        self.setObjectName("pull-sheet")
        self.rows.setFixedHeight(_ROWS_HEIGHT)
        self.rows.setObjectName("pull-options")
        self.how.setReadOnly(True)
        self.how.setFixedHeight(_HOW_HEIGHT)
        self.how.setTabChangesFocus(True)
        self.how.setAccessibleName("How it is pulled")
        for field, name, hint in (
            (self.why_now, "pull-override", "why it cannot wait for the evidence"),
            (self.why_you, "pull-exception", "why you, who are not among those who may"),
        ):
            field.setObjectName(name)
            field.setPlaceholderText(hint)
            field.setAccessibleName(hint)
            field.setMaxLength(2000)
        for label in (self.first, self.who):
            label.set_tone(Tone.ORANGE)
        set_look(self.pull_button, role="main")
        set_look(self.register_button, role="main")
        self.register_button.setText(button_text("Register a way to contain"))
        buttons = QHBoxLayout()
        buttons.addWidget(Label("A timer runs from the pull, and its effect is to be confirmed.", "small"))
        buttons.addStretch()
        buttons.addWidget(self.register_button)
        buttons.addWidget(self.pull_button)
        parts = (self.about, self.rows, self.how, self.first, self.why_now, self.who, self.why_you, self.note)
        for part in parts:
            self.body.addWidget(part)
        self.body.addLayout(buttons)
