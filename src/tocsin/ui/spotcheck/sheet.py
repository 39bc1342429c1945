"""Review a spot check: one decision at a time, a key a verdict, the error rate live beside it."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tocsin.errors import UserError
from tocsin.model.spotcheck import RIGHT, UNSURE, WRONG, Verdict
from tocsin.operations import spotcheck
from tocsin.operations.spotcheck import Case
from tocsin.ui.desk import Desk
from tocsin.ui.icons import icon
from tocsin.ui.palette import GAP, SHAPES, Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.spotcheck.case import CaseView
from tocsin.ui.spotcheck.drawing import DrawForm
from tocsin.ui.spotcheck.head import Head, row
from tocsin.ui.spotcheck.looking import Looked, choose, look
from tocsin.ui.text import ElidedLabel, Label, set_look, visible

Key = Qt.Key
_AHEAD = 20  # cases read at once
_KEPT = 200  # cases held
_WIDE, _HIGH, _NARROW = 1080, 860, 620
_VERDICTS = {Key.Key_1: RIGHT, Key.Key_2: WRONG, Key.Key_3: UNSURE}
_STEPS = {Key.Key_J: 1, Key.Key_Right: 1, Key.Key_K: -1, Key.Key_Left: -1}
_SCROLLS = {Key.Key_Down: 0.15, Key.Key_Up: -0.15, Key.Key_PageDown: 0.9, Key.Key_Space: 0.9,
            Key.Key_PageUp: -0.9, Key.Key_Home: -1e6, Key.Key_End: 1e6}  # fmt: skip
_SHAPE = 12
_TONES = {RIGHT: Tone.GREEN, WRONG: Tone.RED, UNSURE: Tone.YELLOW}


class SpotCheckSheet(Sheet):
    """J and K move, 1 2 3 judge and go on, N takes a note, Escape closes. `judged` after each commit."""

    judged = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent, "Review a spot check", width=_WIDE)
        self._desk = desk
        self._looked: Looked | None = None
        self._draw = ""
        self._at = -1
        self._asked = self._told = 0  # readings of how the draw stands: asked for, and shown
        self._cases: dict[str, Case] = {}
        self._said: dict[str, str] = {}  # verdicts under way: decision to what was pressed
        self._shown_at: datetime | None = None
        self.form, self.view = DrawForm(desk), CaseView()
        self.head = Head()
        self.place_shown, self.others = Label("", "mono"), ElidedLabel("", "small")
        self.note, self.trouble = QLineEdit(), Label("", "small", wrap=True)
        self.trouble.set_tone(Tone.RED)
        self.verdicts = {said: QPushButton(f"{n}   {said.capitalize()}") for n, said in enumerate(_TONES, 1)}
        self.back, self.next = QPushButton("K   Back"), QPushButton("J   Next")
        self.page = QWidget()
        self._lay_out()
        self._wire()

    @property
    def ids(self) -> tuple[str, ...]:
        """The decisions of the draw in hand, in the order of review."""
        return self._looked.report.check.drawn.drawn if self._looked else ()

    def open(self, system: str = "", draw: str = "") -> None:
        """Open on a draw, else the newest of a system (any, if none is named) that has decisions waiting."""
        self._say("")
        self.present(self)
        self._desk.read(partial(choose, self._desk.store, system, draw), partial(self._begin, system))

    def judge(self, verdict: str) -> None:
        """Record a verdict on the decision shown and go on to the next that waits."""
        looked, decision = self._looked, self.view.decision
        if looked is None or not decision or self._desk.store.read_only:
            return
        store, author, note = self._desk.store, self._desk.author, self.note.text()
        took = None if self._shown_at is None else (store.now() - self._shown_at).total_seconds()
        self._said[decision] = verdict
        call = partial(
            spotcheck.record, store, author, self._draw, decision, verdict, note,
            seconds=took, id=store.new_id(),
        )  # fmt: skip
        job = self._desk.write(call, lambda _entry: self.judged.emit(decision), said=f"Judged {verdict}")
        job.refused.connect(partial(self._refused, decision))
        job.ended.connect(self._look)
        self._say("")
        self._go_on()

    def step(self, by: int) -> None:
        """Show the next decision, or the one before."""
        if self._looked is not None:
            self._go_to(min(max(self._at + by, 0), len(self.ids) - 1))

    def place(self) -> None:
        """Take most of the window: a decision may be long."""
        drawing = not self.form.isHidden()
        self._width = _NARROW if drawing else _WIDE
        if drawing:
            super().place()
            return
        over = self._over.rect()
        width, height = min(_WIDE, over.width() - 4 * GAP), min(_HIGH, over.height() - 8 * GAP)
        self.setGeometry((over.width() - width) // 2, (over.height() - height) // 2, width, height)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key = Key(event.key())
        if not self.form.isHidden():
            super().keyPressEvent(event)
        elif self.note.hasFocus():
            self._note_key(event)
        elif key in _VERDICTS:
            self.judge(_VERDICTS[key])
        elif key in _STEPS:
            self.step(_STEPS[key])
        elif key in _SCROLLS:
            self.view.turn(_SCROLLS[key])
        elif key == Key.Key_N:
            self.note.setFocus()
        else:
            super().keyPressEvent(event)

    def _note_key(self, event: QKeyEvent) -> None:
        """Enter keeps the note: with the verdict there is, or for the one to come. Escape leaves it."""
        if event.key() not in (Key.Key_Return, Key.Key_Enter, Key.Key_Escape):
            super().keyPressEvent(event)
            return
        self.setFocus()
        own = self._own(self._decision())
        if event.key() != Key.Key_Escape and own:
            self.judge(own)

    def _begin(self, system: str, found: str) -> None:
        if not found:
            self._show_form(system)
            return
        if found != self._draw:
            self._draw, self._looked, self._at = found, None, -1
            self._cases.clear()
            self._said.clear()
            self.view.clear()
        self._turn_to(self.page)
        self.setFocus()
        self._look()

    def _show_form(self, system: str) -> None:
        self._turn_to(self.form)
        self.form.prepare(system)
        self.form.system.setFocus()

    def _turn_to(self, page: QWidget) -> None:
        for one in (self.page, self.form):
            one.setVisible(one is page)
        self.place()

    def _look(self) -> None:
        if self._draw and self.isVisible():
            self._asked += 1
            self._desk.read(partial(look, self._desk.store, self._draw), partial(self._show, self._asked))

    def _show(self, asked: int, looked: Looked) -> None:
        if looked.report.check.id != self._draw or asked < self._told:
            return
        self._told = asked
        self._looked, told = looked, looked.report
        for decision, said in list(self._said.items()):
            if (own := self._recorded(decision)) is not None and own.verdict == said:
                del self._said[decision]
        self.head.show_report(told, looked.system)
        if self._at < 0:
            waiting = told.check.waiting() or told.check.waiting(self._desk.author.name)
            self._go_to(self.ids.index(waiting[0]) if waiting else 0)
        else:
            self._show_verdict()

    def _go_on(self) -> None:
        """Go to the next decision nobody has judged, else to the next there is."""
        if self._looked is None:
            return
        check = self._looked.report.check
        drawn, count = self.ids, len(self.ids)
        waiting = set(check.waiting()) - set(self._said)
        ahead = (at % count for at in range(self._at + 1, self._at + count))
        self._go_to(next((at for at in ahead if drawn[at] in waiting), min(self._at + 1, count - 1)))

    def _go_to(self, at: int) -> None:
        moved, self._at = at != self._at, at
        if (case := self._cases.get(self._decision())) is None:
            self.view.clear()
            self._fetch()
        elif moved or self.view.decision != case.decision:
            self._show_case(case)
        if moved:
            self._show_note()
            if self._decision(at + 1) not in self._cases:
                self._fetch()
        self._show_verdict()

    def _show_note(self) -> None:
        own = self._recorded(self._decision())
        self.note.setText(visible(own.note) if own else "")

    def _fetch(self) -> None:
        """Read the decision at hand and some that come, unless they are here."""
        assert self._looked is not None
        check = self._looked.report.check
        some = check.drawn.drawn[max(self._at - 2, 0) : self._at + _AHEAD]
        wanted = [one for one in some if one not in self._cases]
        if wanted:
            self._desk.read(partial(spotcheck.cases, self._desk.store, check, wanted), self._keep)

    def _keep(self, cases: Iterable[Case]) -> None:
        self._cases.update((case.decision, case) for case in cases)
        for old in list(self._cases)[:-_KEPT]:
            del self._cases[old]
        case = self._cases.get(self._decision())
        if case is not None and self.view.decision != case.decision:
            self._show_case(case)

    def _show_case(self, case: Case) -> None:
        assert self._looked is not None
        self.view.show_case(case, self._looked.first, self._desk.store.zone)
        self._shown_at = self._desk.store.now()

    def _show_verdict(self) -> None:
        """Show which verdict of one's own stands; of others only that there are some: they judge apart."""
        assert self._looked is not None
        check, decision = self._looked.report.check, self._decision()
        own = self._own(decision)
        for said, button in self.verdicts.items():
            set_look(button, role="main" if said == own else "")
        self.place_shown.show_text(f"{self._at + 1} / {len(self.ids)}")
        others = [name for name in check.verdicts.get(decision, {}) if name != self._desk.author.name]
        stratum = check.drawn.strata[self._at] if check.drawn.by else ""
        parts = [decision, stratum, f"judged by {', '.join(others)} too" if others else ""]
        self.others.show_text(" · ".join(part for part in parts if part))

    def _decision(self, at: int | None = None) -> str:
        place = self._at if at is None else at
        return self.ids[place] if 0 <= place < len(self.ids) else ""

    def _own(self, decision: str) -> str:
        recorded = self._recorded(decision)
        return self._said.get(decision) or (recorded.verdict if recorded else "")

    def _recorded(self, decision: str) -> Verdict | None:
        check = self._looked.report.check if self._looked else None
        return check.verdicts.get(decision, {}).get(self._desk.author.name) if check else None

    def _refused(self, decision: str, error: UserError) -> None:
        """Go back to the decision whose verdict was not saved, and say why."""
        self._said.pop(decision, None)
        if decision in self.ids:
            self._go_to(self.ids.index(decision))
        self._say(f"Not saved: {error}")

    def _changed_hands(self) -> None:
        if self._looked is not None:
            self._said.clear()
            self._show_note()
            self._show_verdict()

    def _say(self, text: str) -> None:
        self.trouble.show_text(text)
        self.trouble.setVisible(bool(text))

    def _redress(self) -> None:
        for said, button in self.verdicts.items():
            tone = _TONES[said]
            button.setIcon(icon(SHAPES[tone], self._desk.theme.palette.tone(tone), _SHAPE))

    def _wire(self) -> None:
        self._desk.theme.changed.connect(self._redress)
        for said, button in self.verdicts.items():
            button.clicked.connect(partial(self.judge, said))
        self.back.clicked.connect(partial(self.step, -1))
        self.next.clicked.connect(partial(self.step, 1))
        self.head.anew.clicked.connect(lambda: self._show_form(self._looked.system if self._looked else ""))
        self.form.drawn.connect(partial(self._begin, ""))
        self._desk.bell.journal_changed.connect(self._look)
        self._desk.operator_changed.connect(self._changed_hands)

    def _lay_out(self) -> None:
        self.setObjectName("spotcheck-sheet")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.note.setPlaceholderText("N   a note, if need be")
        self.note.setAccessibleName("Note")
        self.note.setMaxLength(4_000)
        for button in (*self.verdicts.values(), self.back, self.next, self.head.anew):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setEnabled(not self._desk.store.read_only or button in (self.back, self.next))
        for said, button in self.verdicts.items():
            button.setObjectName(f"spotcheck-{said}")
            button.setIconSize(QSize(_SHAPE, _SHAPE))
            button.setAccessibleName(said)
        self._redress()
        layout = QVBoxLayout(self.page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.head)
        layout.addWidget(self.view, 1)
        layout.addLayout(row(self.others, self.place_shown, stretch=0))
        layout.addWidget(self.trouble)
        layout.addLayout(row(*self.verdicts.values(), self.note, self.back, self.next, stretch=3))
        self.form.hide()
        self.body.addWidget(self.page, 1)
        self.body.addWidget(self.form)
