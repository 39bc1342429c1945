"""Which duties apply? The open questions one after the other, by keys alone, and what each answer decides."""

from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from tocsin.errors import UserError
from tocsin.model.answers import question_of
from tocsin.model.regime import Answers
from tocsin.operations import answers, duties
from tocsin.operations.duties import DutiesView
from tocsin.ui.desk import Desk
from tocsin.ui.duties.asked import Asked, asked, counts, to_ask, toggled
from tocsin.ui.duties.law_words import SCOPES
from tocsin.ui.duties.question_page import QuestionPage
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import GAP, SMALL, Tone
from tocsin.ui.rows import RowPainter, Rows
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import Label
from tocsin.ui.theme import sans

Key = Qt.Key
_WIDTH, _LIST_WIDTH, _HEIGHT, _HEAD, _ROW = 1120, 440, 520, 26, 42
_KEYS = (
    "Tab the next question, Shift Tab the one before, Y N or the key shown answers, Del takes an answer back"
)
_NONE = "There is nothing to ask: no rules are in force, or none of them asks anything."
_NO_INCIDENT = "No incident in hand. Ctrl K finds one, Ctrl D declares one: duties follow from what happened."
_ENTER = (Key.Key_Return, Key.Key_Enter)


class QuestionPainter(RowPainter):
    """Draws a question: its words, its answer or what hangs on it; the first of a scope under a heading."""

    def height(self, fact: Asked, width: int) -> int:
        return _ROW + (_HEAD if fact.heads else 0)

    def draw(self, painter: QPainter, rect: QRect, fact: Asked) -> None:
        top = rect.top()
        if fact.heads:
            head = QRect(rect.left() + GAP, top, rect.width() - 2 * GAP, _HEAD)
            self.text(painter, head, SCOPES[fact.question.scope].upper(), sans(SMALL), "muted")
            top += _HEAD
        done = fact.answer is not None
        tone = Tone.GREEN if done else Tone.ORANGE if fact.decides else Tone.GREY
        mark = QRectF(rect.left() + GAP, top + 7, 13, 13)
        name = "check" if done else "circle" if not fact.decides else "triangle"
        paint_icon(painter, name, self.theme.palette.tone(tone), mark)
        line = QRect(rect.left() + GAP + 23, top + 4, rect.width() - 2 * GAP - 23, 18)
        self.text(painter, line, fact.question.text, sans(), "muted" if done else "text")
        below = f"{fact.said} · {fact.answer.by}" if fact.answer is not None else fact.hangs
        self.text(painter, line.translated(0, 17), below, sans(SMALL), "muted")


class QuestionsSheet(Sheet):
    """The order stays while it lies open: what an answer brings up comes below, so no key meets another."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window, "Which duties apply?", width=_WIDTH)
        self._desk = desk
        self._order: list[str] = []
        self._wanted = ""
        self._reading = self._stale = False
        self._waiting: set[str] = set()  # questions whose answer is being written
        self.view: DutiesView | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.about, self.count = Label("", "muted", wrap=True), Label("", "mono")
        self.rows = Rows(QuestionPainter(desk.theme), "Questions", keys_mean_cursor=True)
        self.page = QuestionPage(ZoneInfo(desk.store.zone))
        self.note, self.keys = Label("", wrap=True), Label(_KEYS, "small", wrap=True)
        self.note.set_tone(Tone.RED)
        self._lay_out()
        self._wire()

    def open(self, question: str = "") -> None:
        """Open on a question by its id, else on the first that is open."""
        self._order, self._wanted = [], question
        self.view = None
        self._say("")
        self.about.show_text("Reading …")
        self.rows.show_rows([])
        self.page.setVisible(False)
        self.present(self)
        self._read()

    @property
    def current(self) -> Asked | None:
        """The question under the cursor."""
        found: Asked | None = self.rows.selected
        return found

    def go(self, by: int) -> None:
        """Move to the next or the one before."""
        if self.rows.facts:
            row = (max(self.rows.currentIndex().row(), 0) + by) % len(self.rows.facts)
            self.rows.setCurrentIndex(self.rows.model().index(row, 0))

    def give(self, id: str) -> None:
        """Take an answer: of a question with several, choose it or let it go until Enter."""
        one = self.current
        if one is None or self._desk.store.read_only:
            return
        if one.question.answers is Answers.MANY:
            self.page.chosen = toggled(self.page.chosen, id)
            self.page.mark()
        else:
            self._write(one, (id,))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key, one = event.key(), self.current
        if key == Key.Key_F3 and self.page.isVisible():
            self.page.note.setFocus()
        elif key in _ENTER:
            self._enter(one)
        elif key in (Key.Key_Down, Key.Key_Up):
            self.go(1 if key == Key.Key_Down else -1)
        elif key in (Key.Key_Delete, Key.Key_Backspace) and one is not None and one.answer is not None:
            self._write(one, ())
        elif option := self._option(event.text().lower()):
            self.give(option)
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        """Tab goes from question to question."""
        self.go(1 if forward else -1)
        return True

    def _option(self, key: str) -> str:
        one = self.current
        options = one.options if one is not None and key and not one.typed else ()
        return next((option.id for option in options if option.key == key), "")

    def _enter(self, one: Asked | None) -> None:
        if one is None or self._desk.store.read_only:
            return
        if one.typed and self.page.line.text().strip():
            self._write(one, (self.page.line.text().strip(),))
        elif one.question.answers is Answers.MANY and self.page.chosen:
            self._write(one, tuple(self.page.chosen))
        elif one.answer is not None and self.page.note.text() != one.answer.note:
            self._write(one, one.answer.values)
        else:
            self.go(1)

    def _write(self, one: Asked, values: tuple[str, ...]) -> None:
        """Write an answer and go on to the next open question at once: the store need not be waited for."""
        if self._desk.store.read_only:
            return
        desk, id = self._desk, one.question.id
        self._say("")
        call = partial(
            answers.answer, desk.store, desk.author, id, values, incident=desk.incident,
            note=self.page.note.text().strip() if values else "", id=desk.store.new_id(),
        )  # fmt: skip
        self._waiting.add(id)
        job = desk.write(call, said="Answered" if values else "Answer taken back")
        job.refused.connect(partial(self._refused, id))
        job.ended.connect(lambda: self._waiting.discard(id))
        if values:
            self._on(id)

    def _on(self, id: str) -> None:
        """Go to the next question without an answer, after this one, else from the top."""
        facts: list[Asked] = self.rows.facts
        at = next((row for row, one in enumerate(facts) if one.question.id == id), 0)
        for one in [*facts[at + 1 :], *facts[:at]]:
            if one.answer is None and one.question.id not in self._waiting:
                self.rows.select(one.question.id)
                return

    def _refused(self, id: str, error: UserError) -> None:
        self._say(str(error))
        self.rows.select(id)

    def _read(self) -> None:
        if not self._desk.incident:
            self.about.show_text(_NO_INCIDENT)
            return
        if self._reading:
            self._stale = True
            return
        self._reading, self._stale = True, False
        job = self._desk.read(partial(duties.look, self._desk.store, self._desk.incident), self._show)
        job.refused.connect(lambda error: self._say(str(error)))
        job.ended.connect(self._ended)

    def _ended(self) -> None:
        self._reading = False
        if self._stale:
            self._read()

    def _show(self, view: DutiesView) -> None:
        if view.incident.id != self._desk.incident:
            return  # another one was chosen meanwhile, and is read next
        first, self.view = self.view is None, view
        rows = self._asked(view)
        self.rows.show_rows((one.question.id, _words(one), one) for one in rows)
        writable = not self._desk.store.read_only
        self.about.show_text(_about(view, bool(rows), writable))
        self.count.show_text(counts(row.duty for row in view.rows))
        if first and rows:
            waiting = [one for one in rows if one.answer is None]
            open_ = next((one for one in waiting if one.decides), (waiting or rows)[0])
            self.rows.select(self._wanted or open_.question.id)
        self._show_current()
        QTimer.singleShot(0, self, self._placed)

    def _asked(self, view: DutiesView) -> tuple[Asked, ...]:
        """Return the questions in the order they were first shown in; new ones come at the end of a scope."""
        known = to_ask(view.rules, view.questions, view.answers)
        for id in self._order:
            if id not in known and (one := question_of(view.rules, id)) is not None:
                known[id] = one  # no duty hangs on it any more
        self._order += [id for id in known if id not in self._order]
        ordered = [known[id] for id in self._order if id in known]
        return asked(ordered, (row.duty for row in view.rows), view.deciding, view.answers)

    def _show_current(self) -> None:
        one = self.current
        self.page.setVisible(one is not None)
        if one is None:
            return
        self.page.show_question(one, self._desk.store.now(), not self._desk.store.read_only)
        if self.isVisible():
            self._focus(one)

    def _focus(self, one: Asked) -> None:
        """Let the keys go where they are wanted: into the line where the answer is typed."""
        at = self._over.window().focusWidget()
        if one.typed and not isinstance(at, QLineEdit):
            self.page.line.setFocus()
        elif not one.typed and at is not self.page.note:
            self.setFocus()

    def _say(self, text: str) -> None:
        self.note.show_text(text)
        self.note.setVisible(bool(text))
        self._placed()

    def _refresh(self) -> None:
        if self.isVisible():
            self._read()

    def _moved(self) -> None:
        self.setFocus()
        self._show_current()

    def _wire(self) -> None:
        self.rows.selectionModel().currentChanged.connect(lambda *_: self._moved())
        self.page.given.connect(self.give)
        self._desk.bell.journal_changed.connect(self._refresh)

    def _lay_out(self) -> None:
        self.setObjectName("questions-sheet")
        self.rows.setFixedWidth(_LIST_WIDTH)
        self.rows.setMinimumHeight(_HEIGHT)
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setObjectName("questions")
        columns, foot = QHBoxLayout(), QHBoxLayout()
        columns.setSpacing(2 * GAP)
        columns.addWidget(self.rows)
        columns.addWidget(self.page, 1)
        foot.addWidget(self.keys, 1)
        foot.addWidget(self.count)
        self.body.addWidget(self.about)
        self.body.addLayout(columns, 1)
        self.body.addWidget(self.note)
        self.body.addLayout(foot)
        self.note.hide()


def _about(view: DutiesView, any_: bool, writable: bool) -> str:
    if not any_:
        return _NONE
    about = f"{view.incident.reference}  {view.incident.title}"
    return about if writable else f"{about} · this store can only be read here"


def _words(one: Asked) -> str:
    return f"{SCOPES[one.question.scope]}: {one.question.text}, {one.said or one.hangs}"
