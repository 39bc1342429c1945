"""The deadline calculator: any stage of any regime, without an incident; the answer comes while one types."""

import re
from datetime import date
from functools import partial
from zoneinfo import available_timezones

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from tocsin.errors import BadInput, UserError
from tocsin.model import deadline
from tocsin.model.deadline import Due, Given
from tocsin.model.regime import Regime, Rules, Stage
from tocsin.operations.times import parse_near
from tocsin.ui.desk import Desk
from tocsin.ui.duties import reading
from tocsin.ui.duties.finding import FindList
from tocsin.ui.duties.law_words import fact_title, stage_lines, sureness
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import Label, set_look
from tocsin.ui.times import countdown

_WIDTH, _LIST_WIDTH, _LIST_HEIGHT, _ABOUT_HEIGHT = 1120, 470, 470, 66
_PAUSE_MS = 120  # while somebody types, only what stands for this long is worked out
_MOST_FACTS = 6
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}$")
_WHEN = "2026-11-20 09:00, or a day: 2026-11-20"


class CalculatorSheet(Sheet):
    """Type to find a stage, Up and Down choose, Tab goes to the facts it counts from."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window, "Deadline calculator", width=_WIDTH)
        self._desk = desk
        self._typed: dict[str, str] = {}  # moments by fact: awareness stays while one looks at other stages
        self._asked: tuple[str, ...] = ()  # the facts whose lines are shown
        self.rules: Rules | None = None
        self.due: Due | None = None
        self.stages = FindList(desk.theme, "Find a stage: GDPR, DORA initial, 24 h …", "calculator")
        self.name, self.about = Label("", "large", wrap=True), Label("", "small", wrap=True)
        self.facts = [(Label("", "muted"), QLineEdit()) for _ in range(_MOST_FACTS)]
        self.zone, self.state, self.holidays, self.entity = (QLineEdit() for _ in range(4))
        self.plan, self.left = Label("", "figure"), Label("", "muted")
        self.outer, self.rule, self.why = Label("", wrap=True), Label("", "small"), Label("", wrap=True)
        self.note = Label("", wrap=True)
        self._form = QFormLayout()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE_MS)
        self._soon.timeout.connect(self.count)
        self._lay_out()
        self._wire()

    def open(self, duty: str = "") -> None:
        """Open on a stage by its id, else where it was left."""
        self.present(self.stages.line)
        self.stages.line.selectAll()
        if self.rules is None:
            self._say("Reading the rules …")
        job = self._desk.read(partial(reading.rules, self._desk.store), partial(self._learn, duty))
        job.refused.connect(lambda error: self._say(str(error), Tone.RED))

    def count(self) -> None:
        """Work the deadline out; it is pure and takes no time worth a thread."""
        if self.rules is None or not self._duty:
            return
        try:
            self._show(self._worked(self.rules))
        except UserError as error:
            missing = not any(self._typed.get(fact) for fact in self._asked)
            said = f"Say when it was: {', or '.join(self._titles()).lower()}." if missing else str(error)
            self._clear(said, None if missing else Tone.RED)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.focusNextPrevChild(True)
        else:
            super().keyPressEvent(event)

    @property
    def _duty(self) -> str:
        return self.stages.chosen.key if self.stages.chosen else ""

    def _learn(self, duty: str, rules: Rules) -> None:
        self.rules = rules
        self.stages.show_lines(stage_lines(rules))
        if duty:
            self.stages.select(duty)
        self._show_stage()

    def _show_stage(self) -> None:
        found = self.rules.stage(self._duty) if self.rules is not None and self._duty else None
        if self.rules is None or found is None:
            self._ask(())
            self.name.show_text("")
            self.about.show_text("")
            self._clear("" if self.rules is None else "Choose a stage at the left.")
            return
        regime, stage = found
        self.name.show_text(stage.name)
        self.about.show_text(_about(regime, stage))
        self._ask(deadline.needed(self.rules, self._duty)[:_MOST_FACTS])
        self.zone.setPlaceholderText(f"{regime.zone or self._desk.store.zone}, where its days end")
        self.count()

    def _ask(self, facts: tuple[str, ...]) -> None:
        """Show a line for each fact the stage may count from, with what was typed for it before."""
        self._asked = facts
        for place, (label, line) in enumerate(self.facts):
            self._form.setRowVisible(line, place < len(facts))
            if place < len(facts) and self.rules is not None:
                title = fact_title(self.rules, facts[place])
                label.show_text(title)
                line.setAccessibleName(title)
                if line.text() != self._typed.get(facts[place], ""):
                    line.setText(self._typed.get(facts[place], ""))

    def _titles(self) -> list[str]:
        return [label.text() for label, _ in self.facts[: len(self._asked)]]

    def _worked(self, rules: Rules) -> Due:
        """Return the deadline of what is typed. Raises BadInput."""
        regime = rules.regime(self._duty.partition("/")[0])
        zone = self.zone.text().strip() or (regime.zone if regime else "") or self._desk.store.zone
        if zone not in available_timezones():
            raise BadInput("there is no such time zone.", where=zone[:60], hint="Such as Europe/Paris.")
        given = {fact: self._moment(text, zone) for fact in self._asked if (text := self._typed.get(fact))}
        return deadline.due(
            rules, self._duty, given, zone=zone, holidays=_days(self.holidays.text()),
            entity=self.entity.text().strip(), state=self.state.text().strip().upper(),
        )  # fmt: skip

    def _moment(self, text: str, zone: str) -> Given:
        if not _DAY.match(text):
            return parse_near(text, now=self._desk.store.now(), zone=zone)
        return _day(text)

    def _show(self, due: Due) -> None:
        self.due = due
        if due.plan_to is not None:
            self.plan.show_text(reading.to_the_second(due.plan_to))
            self.left.show_text(f"{countdown(due.plan_to - self._desk.store.now())} from now: plan to this.")
        else:
            house = f"house target {reading.to_the_second(due.house)}" if due.house is not None else ""
            self.plan.show_text("No number in the law")
            self.left.show_text(house or "It counts up from then.")
        outer = due.legal_outer
        self.outer.show_text(f"At the latest {reading.to_the_second(outer)}" if outer is not None else "")
        self.why.show_text(due.why)
        self.rule.show_text(f"Counted by the rule “{due.rule.replace('_', ' ')}”")
        self._say("")

    def _clear(self, said: str, tone: Tone | None = None) -> None:
        self.due = None
        for label in (self.plan, self.left, self.outer, self.rule, self.why):
            label.show_text("")
        self._say(said, tone)

    def _say(self, text: str, tone: Tone | None = None) -> None:
        self.note.show_text(text)
        self.note.set_tone(tone)
        self.note.setVisible(bool(text))
        for label in (self.plan, self.left, self.outer, self.rule, self.why):
            label.setVisible(bool(label.text()))
        QTimer.singleShot(0, self, self._placed)

    def _take(self, place: int, text: str) -> None:
        if place < len(self._asked):
            self._typed[self._asked[place]] = text.strip()
        self._soon.start()

    def _wire(self) -> None:
        self.stages.picked.connect(self._show_stage)
        for place, (_, line) in enumerate(self.facts):
            line.textEdited.connect(partial(self._take, place))
        for field in (self.zone, self.state, self.holidays, self.entity):
            field.textChanged.connect(lambda _text: self._soon.start())

    def _lay_out(self) -> None:
        self.setObjectName("calculator-sheet")
        self.stages.setFixedWidth(_LIST_WIDTH)
        self.stages.setMinimumHeight(_LIST_HEIGHT)
        self.about.setMinimumHeight(_ABOUT_HEIGHT)
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop)
        zones = QCompleter(sorted(available_timezones()), self)
        zones.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        zones.setFilterMode(Qt.MatchFlag.MatchContains)
        self.zone.setCompleter(zones)
        rows = [(f"fact-{place}", label, line, _WHEN) for place, (label, line) in enumerate(self.facts)]
        rows += [
            ("zone", Label("Time zone", "muted"), self.zone, ""),
            ("state", Label("Member state", "muted"), self.state, "DE, where its holidays count"),
            ("holidays", Label("Further holidays", "muted"), self.holidays, "2026-12-24 2026-12-31"),
            ("entity", Label("Entity", "muted"), self.entity, "investment firm, not designated"),
        ]
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setHorizontalSpacing(GAP)
        for name, label, field, hint in rows:
            field.setObjectName(f"calculator-{name}")
            field.setPlaceholderText(hint)
            field.setMaxLength(400)
            field.setAccessibleName(label.text())
            self._form.addRow(label, field)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addWidget(self.name)
        right.addWidget(self.about)
        right.addLayout(self._form)
        right.addSpacing(GAP)
        for part in (self.plan, self.left, self.outer, self.why, self.rule, self.note):
            right.addWidget(part)
        right.addStretch(1)
        set_look(self.outer, tone=Tone.YELLOW.value)
        columns = QHBoxLayout()
        columns.setSpacing(2 * GAP)
        columns.addWidget(self.stages)
        columns.addLayout(right, 1)
        self.body.addLayout(columns, 1)


def _about(regime: Regime, stage: Stage) -> str:
    law = f"{regime.title} · {stage.citation}"
    sure = f"How sure: {sureness(regime, stage)} · as of {regime.as_of}"
    return "\n".join(part for part in (law, stage.standard, stage.when, sure) if part)


def _days(text: str) -> list[date]:
    return [_day(word) for word in text.replace(",", " ").split()]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput("this is not a day.", where=text[:60], hint="Write it as 2026-12-25.") from error
