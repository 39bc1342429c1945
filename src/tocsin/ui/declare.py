"""Declare: a sheet over the window with two fields, a title and a system, and the severity to be had."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from tocsin.errors import UserError
from tocsin.model.incident import Incident
from tocsin.operations import incidents, systems
from tocsin.operations.declaring import Preparation, prepare
from tocsin.ui.desk import Desk
from tocsin.ui.levels import LevelRow
from tocsin.ui.palette import Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.system_field import SystemField
from tocsin.ui.text import ElidedLabel, Label, set_look, visible
from tocsin.ui.times import number

_WIDTH = 600
_LONGEST_TITLE = 200


@dataclass
class Draft:
    """What somebody has typed so far. The id is made with it, so that declaring twice declares once."""

    id: str
    alerts: tuple[str, ...] = ()
    observation: str = ""
    system_id: str = ""
    title: str = ""
    system: str = ""
    level: str = ""
    level_chosen: bool = False


class DeclareSheet(Sheet):
    """The sheet to declare with. `declared(id)` comes after the commit, when the new incident is in hand."""

    declared = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent, "Declare an incident", width=_WIDTH)
        self._desk = desk
        self._drafts: dict[tuple[str, ...], Draft] = {}
        self._draft: Draft | None = None
        self._known: Preparation | None = None
        self._writing = False
        self.setObjectName("declare-sheet")
        self.title, self.system = QLineEdit(), SystemField(desk.theme, "Which system it happens to")
        self.levels = LevelRow(desk.theme)
        self.button = QPushButton("Declare")
        self._title_note, self._system_note = Label("", "small"), Label("", "small")
        self._from, self._who = ElidedLabel("", "muted"), ElidedLabel("", "small")
        self._dress()
        self._lay_out()
        self._wire()

    def open(self) -> None:
        """Open on a declaration from nothing."""
        self.open_for("", "")

    def open_for(self, alerts: str | Sequence[str], system: str = "", observation: str = "") -> None:
        """Open on a declaration from alerts or a report, or about a system; by id, each may be empty."""
        self._keep()
        ids = tuple(filter(None, (alerts,) if isinstance(alerts, str) else alerts))
        key = (*ids, system, observation)
        if key not in self._drafts:
            self._drafts[key] = Draft(self._desk.store.new_id(), ids, observation, system)
        draft = self._draft = self._drafts[key]
        self._open(draft)
        call = partial(prepare, self._desk.store, ids, system, observation)
        job = self._desk.read(call, partial(self._begin, draft))
        job.refused.connect(lambda _error: self.dismiss())

    def dismiss(self) -> None:
        """Close and keep what was typed."""
        self._keep()
        super().dismiss()

    def declare(self) -> None:
        """Declare, unless a field is wrong; then say so at the field."""
        if self._writing or self._draft is None:
            return
        title, system = self.title.text(), self.system.currentText()
        if not self._checked(title, system):
            return
        self._keep()
        draft, author, store = self._draft, self._desk.author, self._desk.store
        self._writing = True
        self.button.setEnabled(False)
        job = self._desk.write(
            partial(
                incidents.declare,
                store,
                author,
                title=title,
                system=system,
                severity=draft.level or None,
                alert_ids=draft.alerts,
                observation_ids=(draft.observation,) if draft.observation else (),
                id=draft.id,
            ),
            partial(self._declared, draft),
            said="Declared",
        )
        job.refused.connect(self._refused)
        job.ended.connect(self._write_ended)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.text().isdigit() and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.levels.take(int(event.text()))
        else:
            super().keyPressEvent(event)

    def _open(self, draft: Draft) -> None:
        """Show the sheet at once: what is typed must not wait for the store."""
        known = self._known.systems if self._known else ()
        self.title.setText(draft.title)
        self.system.show_systems(known, draft.system)
        self._from.show_text("")
        self._from.setVisible(bool(draft.alerts or draft.observation))
        for note in (self._title_note, self._system_note):
            _note(note, "")
        who = f"{self._desk.operator} becomes commander." if self._desk.operator else ""
        self._who.show_text("This store can only be read here." if self._desk.store.read_only else who)
        self.button.setEnabled(not self._desk.store.read_only)
        self.present(self.title)
        self._show_levels()
        self._resize()
        self._select_title()

    def _begin(self, draft: Draft, known: Preparation) -> None:
        """Add what was prepared; what somebody has typed meanwhile stays."""
        if draft is not self._draft or not self.isVisible():
            return
        self._known = known
        self.system.show_systems(known.systems, self.system.currentText() or known.system)
        if known.alert is not None:
            more = f" and {known.more} more alerts" if known.more else ""
            self._from.show_text(f"{known.alert.severity}{more}: {known.alert.message}")
            if not self.title.text():
                metric = visible(known.alert.about.replace("_", " "))
                value = known.alert.value
                self.title.setText(metric if value is None else f"{metric} at {number(value)}")
                self._select_title()
        if known.observation is not None:
            self._from.show_text(_reported(known))
            if not self.title.text():
                self.title.setText(_first_line(known.observation.text))
                self._select_title()
        if not draft.level_chosen:
            draft.level = known.level
        self._show_levels()
        self._hint_at_system()

    def _select_title(self) -> None:
        """Select all of the title, its beginning in sight."""
        self.title.end(False)
        self.title.home(True)

    def _keep(self) -> None:
        """Keep what stands in the fields; only while they are this draft's."""
        if self._draft is not None and self.isVisible():
            self._draft.title, self._draft.system = self.title.text(), self.system.currentText()

    def _checked(self, title: str, system: str) -> bool:
        """Say at the fields what is wrong with them; return whether nothing is."""
        no_title = _wrong(
            partial(incidents.checked_title, title), "Say what is wrong, in a few words.", title
        )
        no_system = _wrong(partial(systems.checked_name, system), "Name the system it happens to.", system)
        _note(self._title_note, no_title, wrong=True)
        if no_system:
            _note(self._system_note, no_system, wrong=True)
        if no_title or no_system:
            (self.title if no_title else self.system).setFocus()
            return False
        if not self._desk.operator:
            self._who.show_text("Who is at the desk? F2 asks.")
        return bool(self._desk.operator)

    def _declared(self, draft: Draft, incident: Incident) -> None:
        self._drafts = {key: other for key, other in self._drafts.items() if other is not draft}
        if self._draft is draft:
            self._draft = None
            self.hide()
        self._desk.tell(
            f"{incident.reference} declared as {incident.severity}; {incident.commander} commands"
        )
        self._desk.choose_incident(incident.id)
        self.declared.emit(incident.id)

    def _refused(self, error: UserError) -> None:
        _note(self._system_note, str(error), wrong=True)

    def _write_ended(self) -> None:
        self._writing = False
        self.button.setEnabled(True)

    def _show_levels(self) -> None:
        if self._draft is not None and self._draft.level and self._known is not None:
            why = "your choice" if self._draft.level_chosen else self._known.why
            self.levels.show_levels(self._known.scheme.levels, self._draft.level, why)
            self._resize()

    def _level_taken(self, level: str) -> None:
        if self._draft is not None:
            self._draft.level, self._draft.level_chosen = level, True
            self._show_levels()

    def _hint_at_system(self) -> None:
        new = "A new system: it will be added to those watched." if self.system.is_new else ""
        _note(self._system_note, new)

    def _resize(self) -> None:
        if self.isVisible():
            self.place()
            QTimer.singleShot(0, self, self.place)  # once more, when the words have their lines

    def _dress(self) -> None:
        self.title.setObjectName("declare-title")
        self.title.setAccessibleName("Title")
        self.title.setPlaceholderText("What is wrong, in a few words")
        self.title.setMaxLength(_LONGEST_TITLE)
        self.system.setObjectName("declare-system")
        self.button.setObjectName("declare-button")
        set_look(self.button, role="declare")

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self._who, 1)
        foot.addWidget(Label("Esc", "key"))
        foot.addWidget(Label("keeps what is typed", "small"))
        foot.addWidget(Label("Ctrl Enter", "key"))
        foot.addWidget(self.button)
        layout = self.body
        layout.addWidget(self._from)
        layout.addSpacing(6)
        for name, field, note in (
            ("Title", self.title, self._title_note),
            ("System", self.system, self._system_note),
        ):
            layout.addWidget(Label(name, "small"))
            layout.addWidget(field)
            layout.addWidget(note)
        layout.addSpacing(4)
        layout.addWidget(Label("Severity", "small"))
        layout.addWidget(self.levels)
        layout.addSpacing(8)
        layout.addLayout(foot)

    def _wire(self) -> None:
        self.title.returnPressed.connect(self._entered_title)
        self.system.entered.connect(self.declare)
        self.system.currentTextChanged.connect(lambda _text: self._hint_at_system())
        self.button.clicked.connect(self.declare)
        self.levels.taken.connect(self._level_taken)
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            self._shortcut(key, self.declare)
        for place in range(1, 10):
            self._shortcut(f"Alt+{place}", partial(self.levels.take, place))

    def _shortcut(self, key: str, run: object) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(run)

    def _entered_title(self) -> None:
        if self.system.currentText().strip():
            self.declare()
        else:
            self.system.setFocus()


def _reported(known: Preparation) -> str:
    """Return what a report says, how it reached us, and what is attached to it."""
    assert known.observation is not None
    seen, files = known.observation, known.evidence
    parts = [
        seen.channel,
        seen.noticed_by,
        f"{files} file{'s' if files > 1 else ''} attached" if files else "",
    ]
    return f"{', '.join(part for part in parts if part)}: {seen.text}"


def _first_line(text: str) -> str:
    line = " ".join(visible(text).split())
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1]}…"


def _note(label: Label, text: str, *, wrong: bool = False) -> None:
    label.show_text(text)
    label.set_tone(Tone.RED if wrong else None)


def _wrong(check: Callable[[], object], empty: str, typed: str) -> str:
    """Return what a check finds wrong with what was typed, in words; empty when nothing is."""
    if not typed.strip():
        return empty
    try:
        check()
    except UserError as error:
        return str(error)
    return ""
