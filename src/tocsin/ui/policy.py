"""The policy sheet: which pack is in force, what another would change, use it, apply it, take it along."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tocsin.errors import UserError
from tocsin.model.journal import Entry
from tocsin.model.severity import Scheme
from tocsin.operations import packs, policies, policies_applied
from tocsin.operations.packs import Pack, PacksView
from tocsin.operations.policies_applied import Change
from tocsin.policy.load import Examined
from tocsin.ui import policy_lines
from tocsin.ui.desk import Desk
from tocsin.ui.lines import LinePainter
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.rows import Rows
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import Label, button_text, set_look

_WIDTH, _PACKS_WIDTH, _ROWS_HEIGHT = 1000, 330, 268
_NONE = "No clock of an open incident would change."
_SAME = "This pack is in force. Incidents declared from now on freeze it."
_WITHIN = Qt.ShortcutContext.WidgetWithChildrenShortcut
_ROOM_MS = 120  # while somebody goes through the list, only where they stay is worked out


class PolicySheet(Sheet):
    """Up and Down choose a pack, Enter uses it for new incidents, Ctrl Enter applies it to that in hand."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window, "Policy", width=_WIDTH)
        self._desk = desk
        self._asked, self._saving = 0, False
        self._ids = ("", "")  # of the entry that uses a pack and of the one that applies it
        self._own: list[Pack] = []  # out of folders, not in the journal yet
        self.view: PacksView | None = None
        self.changes: tuple[Change, ...] = ()
        self.packs = Rows(LinePainter(desk.theme, margin=GAP), "Policy packs", keys_mean_cursor=True)
        self.rows = Rows(LinePainter(desk.theme, margin=GAP), "What would change")
        self.ruling, self.about = Label("", "muted", wrap=True), Label("", "small", wrap=True)
        self.head, self.note = Label("", "small", wrap=True), Label("", wrap=True)
        self.reason, self.level = QLineEdit(), QComboBox()
        self.level_label = Label("Its level there")
        self.use_button, self.apply_button = QPushButton(), QPushButton()
        self.folder_button, self.along_button = QPushButton(), QPushButton()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_ROOM_MS)
        self._soon.timeout.connect(self._ask)
        self._lay_out()
        self._wire()

    def open(self) -> None:
        """Open on the pack in force, and what rules the incident in hand."""
        self._ids = (self._desk.store.new_id(), self._desk.store.new_id())
        self._say("")
        self.present(self.packs)
        self._read()

    def use(self) -> None:
        """Let the chosen pack rule incidents declared from now on; the first Enter asks why."""
        pack = self._usable()
        if pack is None:
            return
        if pack.in_force:
            self._say(_SAME, Tone.BLUE)
            return
        if not self.reason.hasFocus() and not self.reason.text().strip():
            self._say("Say why, if there is a reason to keep; Enter uses the pack.", Tone.BLUE)
            self.reason.setFocus()
            return
        desk = self._desk
        call = partial(
            policies.choose, desk.store, desk.author, pack.scheme, self.reason.text(), id=self._ids[0]
        )
        self._write(call, f"{policies.words(pack.scheme)} is in force")

    def apply(self) -> None:
        """Let the chosen pack rule the incident in hand; only its commander may, and says why."""
        pack, incident = self._usable(), self.view.incident if self.view else None
        if pack is None or incident is None:
            self._say("Choose an incident with Ctrl K first." if incident is None else "")
            return
        if not self.reason.text().strip():
            self._say(f"Say why other rules are to count for {incident.reference}.")
            self.reason.setFocus()
            return
        desk, level = self._desk, str(self.level.currentText()) if self.level.isVisible() else ""
        call = partial(
            policies_applied.apply, desk.store, desk.author, incident.id, pack.scheme, self.reason.text(),
            level=level, id=self._ids[1],
        )  # fmt: skip
        self._write(call, f"{incident.reference} counts by {policies.words(pack.scheme)}")

    def take_folder(self, folder: Path) -> None:
        """Show a pack out of a folder, or everything that is wrong with it."""
        self._desk.read(partial(packs.check, str(folder)), self._checked)

    def take_along(self, folder: Path) -> None:
        """Write the chosen pack into a new folder."""
        pack: Pack | None = self._selected()
        if pack is not None:
            call = partial(packs.new, folder, pack.scheme)
            job = self._desk.read(
                call, lambda made: self._say(f"{policies.words(made)} is in {folder}.", Tone.GREEN)
            )
            job.refused.connect(self._refused)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        buttons = (self.use_button, self.apply_button, self.folder_button, self.along_button)
        pressed = next((one for one in buttons if one.hasFocus()), self.use_button)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            pressed.click() if pressed is not self.use_button else self.use()
        elif event.key() == Qt.Key.Key_O:
            self.folder_button.click()
        elif event.key() == Qt.Key.Key_T:
            self.along_button.click()
        else:
            super().keyPressEvent(event)

    def _selected(self) -> Pack | None:
        line = self.packs.selected
        return line.fact if line is not None else None

    def _usable(self) -> Pack | None:
        if self._saving or self._desk.store.read_only:
            return None
        return self._selected()

    def _read(self) -> None:
        job = self._desk.read(partial(packs.look, self._desk.store, self._desk.incident), self._show)
        job.refused.connect(self._refused)

    def _show(self, view: PacksView) -> None:
        first = self.view is None
        self.view = view
        known = {policy_lines.key(pack) for pack in view.packs}
        self._own = [one for one in self._own if all(one.scheme != pack.scheme for pack in view.packs)]
        every = [*view.packs, *(one for one in self._own if policy_lines.key(one) not in known)]
        self.packs.show_rows((line.key, line.words, line) for line in policy_lines.pack_lines(every))
        if first and every:
            self.packs.select(policy_lines.key(every[0]))
        self.ruling.show_text(policy_lines.ruling(view))
        name = f"Apply to {view.incident.reference}   Ctrl Enter" if view.incident else "Apply   Ctrl Enter"
        self.apply_button.setText(button_text(name))
        self.apply_button.setEnabled(not self._desk.store.read_only)
        self.apply_button.setVisible(view.incident is not None)
        if self._desk.store.read_only:
            self._say(
                "This store is open for reading only: packs can be looked at and taken along.", Tone.YELLOW
            )
        self._chosen()

    def _chosen(self) -> None:
        pack, view = self._selected(), self.view
        if pack is None or view is None:
            return
        self.use_button.setEnabled(not (pack.in_force or self._desk.store.read_only))
        self.about.show_text(policy_lines.about(pack, ZoneInfo(self._desk.store.zone), view.now))
        self._offer_levels(pack.scheme, view)
        self.head.show_text("Working out what would change …")
        self._soon.start()

    def _offer_levels(self, scheme: Scheme, view: PacksView) -> None:
        """Ask for a level where the incident in hand has one that the pack does not know."""
        one, before = view.incident, view.scheme
        asked = one is not None and before is not None and scheme.level(one.severity) is None
        for part in (self.level, self.level_label):
            part.setVisible(asked)
        if asked and one is not None and before is not None:
            self.level.clear()
            self.level.addItems([level.id for level in scheme.levels])
            self.level.setCurrentText(policies_applied.suggested_level(one, before, scheme))

    def _ask(self) -> None:
        pack = self._selected()
        if pack is None or not self.isVisible():
            return
        self._asked += 1
        call = partial(policies_applied.preview, self._desk.store, pack.scheme)
        job = self._desk.read(call, partial(self._previewed, self._asked))
        job.refused.connect(self._refused)

    def _previewed(self, number: int, changes: Sequence[Change]) -> None:
        if number != self._asked or self.view is None:
            return
        self.changes = tuple(changes)
        zone = ZoneInfo(self._desk.store.zone)
        lines = policy_lines.change_lines(changes, zone, self.view.now)
        self.rows.show_rows((line.key, line.words, line) for line in lines)
        told, pack = policy_lines.counted(changes), self._selected()
        self.head.show_text(told if changes else _SAME if pack is not None and pack.in_force else _NONE)
        self.rows.setVisible(bool(changes))
        self._placed()

    def _checked(self, found: Examined) -> None:
        if found.scheme is None or found.problems:
            self._asked += 1
            self._soon.stop()
            lines = policy_lines.problem_lines(found)
            self.rows.show_rows((line.key, line.words, line) for line in lines)
            self.rows.setVisible(True)
            self.about.show_text(f"{found.where.parent.name} cannot be used as it is:")
            self.head.show_text("")
            self._say("")
            return
        pack = Pack(found.scheme)
        if self.view is not None:
            self._own.append(pack)
            self._show(self.view)
            there = [line for line in self.packs.facts if line.fact.scheme == found.scheme]
            self.packs.select(there[0].key if there else policy_lines.key(pack))
            self.packs.setFocus()

    def _write(self, call: "partial[Entry]", said: str) -> None:
        self._saving = True
        job = self._desk.write(call, self._written, said=said)
        job.refused.connect(self._refused)
        job.ended.connect(lambda: setattr(self, "_saving", False))

    def _written(self, _entry: Entry) -> None:
        self._ids = (self._desk.store.new_id(), self._desk.store.new_id())
        self.reason.clear()
        self._say("")
        self.packs.setFocus()
        self._read()

    def _refused(self, error: UserError) -> None:
        self._say(str(error))

    def _say(self, text: str, tone: Tone = Tone.RED) -> None:
        self.note.show_text(text)
        self.note.set_tone(tone if text else None)
        self.note.setVisible(bool(text))
        self._placed()

    def _placed(self) -> None:
        if self.isVisible():
            QTimer.singleShot(0, self, self.place)

    def _wants_folder(self) -> None:
        if chosen := QFileDialog.getExistingDirectory(self, "The folder of a policy pack"):
            self.take_folder(Path(chosen))

    def _wants_along(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "A new folder for the pack", "my-team")
        if chosen:
            self.take_along(Path(chosen))

    def _again(self) -> None:
        if self.isVisible():
            self._read()

    def _wire(self) -> None:
        self.packs.selectionModel().currentChanged.connect(lambda *_: self._chosen())
        self.packs.chosen.connect(lambda _line: self.use())
        self.use_button.clicked.connect(self.use)
        self.apply_button.clicked.connect(self.apply)
        self.folder_button.clicked.connect(self._wants_folder)
        self.along_button.clicked.connect(self._wants_along)
        self._desk.bell.journal_changed.connect(self._again)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.apply, context=_WITHIN)

    def _lay_out(self) -> None:
        self.setObjectName("policy-sheet")
        self.packs.setFixedSize(_PACKS_WIDTH, _ROWS_HEIGHT)
        self.reason.setObjectName("policy-reason")
        self.reason.setPlaceholderText("why the rules change, in a line; it is kept with your name")
        self.reason.setAccessibleName("Why")
        self.reason.setMaxLength(500)
        self.level.setAccessibleName("The incident's level in the pack")
        right = QVBoxLayout()
        right.setSpacing(GAP // 2)
        for part in (self.about, self.head):
            right.addWidget(part)
        right.addWidget(self.rows, 1)
        right.addStretch()
        both = QHBoxLayout()
        both.setSpacing(2 * GAP)
        both.addWidget(self.packs, 0, Qt.AlignmentFlag.AlignTop)
        both.addLayout(right, 1)
        why = QHBoxLayout()
        for label, field in ((Label("Why"), self.reason), (self.level_label, self.level)):
            why.addWidget(label)
            why.addWidget(field, 1 if field is self.reason else 0)
        self.body.addWidget(self.ruling)
        self.body.addLayout(both)
        self.body.addLayout(why)
        self.body.addWidget(self.note)
        self.body.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        self.folder_button.setText(button_text("From a folder …   O"))
        self.along_button.setText(button_text("Take along …   T"))
        self.use_button.setText(button_text("Use for new incidents   Enter"))
        set_look(self.use_button, role="main")
        for button in (self.folder_button, self.along_button, self.apply_button):
            set_look(button, role="plain")
        foot = QHBoxLayout()
        for button in (self.folder_button, self.along_button, self.apply_button, self.use_button):
            foot.addWidget(button)
        foot.insertStretch(2)
        return foot
