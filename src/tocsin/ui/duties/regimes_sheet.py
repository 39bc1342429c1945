"""All regimes there are: what they ask, their state in law, how sure it is, and where it was read."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QWidget

from tocsin.errors import UserError
from tocsin.model.regime import Regime, Rules
from tocsin.ui.desk import Desk
from tocsin.ui.duties import reading
from tocsin.ui.duties.finding import FindList
from tocsin.ui.duties.law_words import regime_lines, regime_text, rules_line
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import Label, visible

_WIDTH, _LIST_WIDTH, _HEIGHT = 1120, 470, 500


class RegimesSheet(Sheet):
    """Type to find a regime, Up and Down choose. `calculate(duty)` when its first stage is to be counted."""

    calculate = Signal(str)

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window, "Regimes", width=_WIDTH)
        self._desk = desk
        self.rules: Rules | None = None
        self.regimes = FindList(desk.theme, "Find a regime: EU, credit, 72 h …", "regimes")
        self.text = QPlainTextEdit()
        self.foot, self.note = Label("", "small", wrap=True), Label("", wrap=True)
        self.count_button = QPushButton("Calculate a deadline   Enter")
        self._lay_out()
        self.regimes.picked.connect(self._show)
        self.count_button.clicked.connect(self._calculate)

    def open(self, regime: str = "") -> None:
        """Open on a regime by its id, else where it was left."""
        self.present(self.regimes.line)
        self.regimes.line.selectAll()
        if self.rules is None:
            self._say("Reading the rules …")
        job = self._desk.read(partial(reading.rules, self._desk.store), partial(self._learn, regime))
        job.refused.connect(self._refused)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._calculate()
        else:
            super().keyPressEvent(event)

    def _learn(self, regime: str, rules: Rules) -> None:
        self.rules = rules
        self.foot.show_text(f"{rules_line(rules)}\n{rules.disclaimer}".strip())
        self._say("" if rules.regimes else "There are no regimes in these rules.")
        QTimer.singleShot(0, self, self._placed)  # the foot may take more lines than before
        self.regimes.show_lines(regime_lines(rules))
        if regime:
            self.regimes.select(regime)
        self._show()

    def _show(self) -> None:
        chosen = self.regimes.chosen
        one = chosen.fact if chosen else None
        text = visible(regime_text(one)) if isinstance(one, Regime) else ""
        if text != self.text.toPlainText():
            self.text.setPlainText(text)
        self.count_button.setEnabled(isinstance(one, Regime) and bool(one.stages))

    def _calculate(self) -> None:
        one = self.regimes.chosen.fact if self.regimes.chosen else None
        if isinstance(one, Regime) and one.stages:
            self.dismiss()
            self.calculate.emit(f"{one.id}/{one.stages[0].id}")

    def _refused(self, error: UserError) -> None:
        self._say(str(error), Tone.RED)

    def _say(self, text: str, tone: Tone | None = None) -> None:
        self.note.show_text(text)
        self.note.set_tone(tone)
        self.note.setVisible(bool(text))
        self._placed()

    def _lay_out(self) -> None:
        self.setObjectName("regimes-sheet")
        self.regimes.setFixedWidth(_LIST_WIDTH)
        self.regimes.setMinimumHeight(_HEIGHT)
        self.text.setReadOnly(True)
        self.text.setAccessibleName("The regime")
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setTabChangesFocus(True)
        columns, foot = QHBoxLayout(), QHBoxLayout()
        columns.setSpacing(2 * GAP)
        columns.addWidget(self.regimes)
        columns.addWidget(self.text, 1)
        foot.addStretch(1)
        foot.addWidget(self.count_button)
        self.body.addWidget(self.note)
        self.body.addLayout(columns, 1)
        self.body.addWidget(self.foot)
        self.body.addLayout(foot)
