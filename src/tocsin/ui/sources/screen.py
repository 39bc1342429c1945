"""The screen of live sources: how each of them goes, and all about the one in hand."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from tocsin.errors import UserError
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource
from tocsin.operations import listening, rounds, sources
from tocsin.store.folder import Store
from tocsin.ui.command.ask import Ask
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP, PAD, Tone
from tocsin.ui.panel import Panel
from tocsin.ui.rows import Rows
from tocsin.ui.sources import words
from tocsin.ui.sources.details import Details
from tocsin.ui.sources.form import SourceSheet
from tocsin.ui.sources.rows import Heads, SourcePainter
from tocsin.ui.sources.running import Running
from tocsin.ui.sources.sheets import TokenSheet, UnlockSheet
from tocsin.ui.sources.strongbox import Locked, Strongbox
from tocsin.ui.sources.words import Shown
from tocsin.ui.text import Label, button_text, set_look, set_tip

_NONE = (
    "No live source yet.\n\nA source is a server that is asked again and again (Prometheus, Alertmanager, "
    "MLflow), a folder whose files are imported, or an address where other tools deliver."
)
_MESSAGE_PX = 560
_READ_ONLY = "This store can only be read: its sources are not asked."


class SourcesScreen(QWidget):
    """N adds a source; the other keys of the details act on the one under the cursor."""

    def __init__(self, desk: Desk, running: Running, over: QWidget, parent: QWidget | None = None) -> None:
        """`over` is the window that sheets lie over."""
        super().__init__(parent)
        self._desk, self._running = desk, running
        self._painter = SourcePainter(desk.theme)
        self.rows = Rows(self._painter, "Live sources", keys_mean_cursor=True)
        self.rows.setObjectName("sources")
        self.details = Details(desk.theme, ZoneInfo(desk.store.zone))
        self.message = Label("Reading …", "muted", wrap=True)
        self.add_first = QPushButton(button_text("Add a source   N"))
        self.unlock_now = QPushButton(button_text("Unlock secrets   U"))
        self._lay_out()
        self.ask = Ask(self)
        self.form = SourceSheet(desk, running, over)
        self.unlock = UnlockSheet(desk, running.strongbox, over)
        self.token = TokenSheet(over)
        self._after_unlock: list[Callable[[], None]] = []
        self._wire()
        if running.known is not None:
            self._show(running.known)
        running.watch()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key, plain = event.key(), event.modifiers() == Qt.KeyboardModifier.NoModifier
        letters = {"S": "S", "E": "E", "T": "T", "K": "K"}
        if plain and event.text().upper() == "N":
            self.add()
        elif plain and event.text().upper() == "U":
            self.ask_unlock()
        elif plain and event.text().upper() in letters:
            self.do(letters[event.text().upper()])
        elif plain and key == Qt.Key.Key_Delete:
            self.do("Del")
        elif key == Qt.Key.Key_Escape and self.ask.isVisible():
            self.ask.dismiss()
        else:
            super().keyPressEvent(event)

    def add(self) -> None:
        """Offer the form for another source."""
        if self._may_write():
            self.form.add()

    def do(self, key: str) -> None:
        """Do one of the deeds of the details with the source in hand."""
        shown: Shown | None = self.rows.selected
        if shown is None:
            return
        if key == "T":
            self._try(shown)
        elif self._may_write():
            deeds = {"S": self._ask_now, "E": self.form.edit, "K": self._new_token, "Del": self._remove}
            deeds[key](shown)

    def ask_unlock(self) -> None:
        """Ask for the passphrase of the file of secrets, when one of the sources waits for it."""
        if self.unlock_now.isVisible():
            self.unlock.ask(new=False)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self._running.refresh()
        self.rows.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.details.setFixedWidth(min(max(round(self.width() * 0.3), 380), 520))
        if self.ask.isVisible():
            self.ask.place()

    def _show(self, known: list[Shown]) -> None:
        now = self._desk.store.now()
        self._painter.now = now
        self.rows.show_rows((one.source.name, words.aloud(one, now), one) for one in known)
        locked = any("locked" in one.state.error and "secrets" in one.state.error for one in known)
        self.unlock_now.setVisible(locked)
        failing = len(words.failing(known))
        count = f"{len(known)} {'source' if len(known) == 1 else 'sources'}" if known else ""
        read_only = f"{count} · not asked, the store can only be read"
        told = f"{count}, {failing} failing" if failing else count
        self._panel.remark.show_text(read_only if known and self._desk.store.read_only else told)
        self._panel.remark.set_tone(Tone.ORANGE if failing else None)
        self.message.show_text(_READ_ONLY if self._desk.store.read_only else _NONE)
        self.add_first.setVisible(not self._desk.store.read_only)
        self._stack.setCurrentIndex(1 if known else 0)
        self._show_details()

    def _failed(self, error: UserError) -> None:
        if not self.rows.facts:
            self.message.show_text(str(error))
            self._stack.setCurrentIndex(0)
        else:
            self._desk.tell(str(error), trouble=True)

    def _show_details(self) -> None:
        self.details.show_source(self.rows.selected, self._desk.store.now())

    def _tick(self, now: datetime) -> None:
        if self.isVisible():
            self._painter.now = now
            self.rows.repaint_rows()
            self.details.show_time(now)

    def _may_write(self) -> bool:
        if self._desk.store.read_only:
            self._desk.tell(_READ_ONLY, trouble=True)
        return not self._desk.store.read_only

    def _ask_now(self, shown: Shown) -> None:
        self._running.ask_now(shown.source.name)
        self._desk.tell(f"{shown.source.name} is asked now")

    def _try(self, shown: Shown) -> None:
        name = shown.source.name
        self._desk.tell(f"{name}: asking …")
        self._running.attempt(
            shown.source, None, lambda said, well: self._desk.tell(f"{name}: {said}", trouble=not well)
        )

    def _new_token(self, shown: Shown) -> None:
        if shown.source.importer != sources.WEBHOOK:
            return
        desk, source = self._desk, shown.source
        call = partial(_fresh_token, desk.store, source, self._running.strongbox)
        job = desk.write(call, lambda token: self._show_token(source, token), said="A new token is made")
        job.refused.connect(lambda error: self._refused(error, partial(self._new_token, shown)))

    def _show_token(self, source: LiveSource, token: str) -> None:
        self._running.begin_anew(source.name)
        self.token.show_token(source, token)

    def _remove(self, shown: Shown) -> None:
        desk, name = self._desk, shown.source.name

        def take(_answers: dict[str, str]) -> None:
            call = partial(_removed, desk.store, desk.author, shown.source, self._running.strongbox)
            job = desk.write(call, lambda _done: self.ask.done(), said=f"{name} is asked no more")
            job.refused.connect(lambda error: self.ask.refuse(str(error)))

        self.ask.ask(f"Ask {name} no more? What it sent stays.", [], "Remove", take)

    def _refused(self, error: UserError, again: Callable[[], None]) -> None:
        if isinstance(error, Locked):
            self._after_unlock = [again]
            self.unlock.ask(new=error.new)

    def _saved(self, source: LiveSource, token: str) -> None:
        self._running.refresh()
        if token:
            self.token.show_token(source, token)

    def _unlocked(self) -> None:
        self._running.ask_now()
        again, self._after_unlock = self._after_unlock, []
        for call in again:
            call()

    def _wire(self) -> None:
        desk, running = self._desk, self._running
        running.changed.connect(self._show)
        running.failed.connect(self._failed)
        desk.heartbeat.tick.connect(self._tick)
        self.rows.selectionModel().currentChanged.connect(lambda *_: self._show_details())
        self.rows.chosen.connect(lambda _shown: self.do("E"))
        self.details.wanted.connect(self.do)
        self.add_first.clicked.connect(self.add)
        self.add_more.clicked.connect(self.add)
        self.unlock_now.clicked.connect(self.ask_unlock)
        self.form.saved.connect(self._saved)
        self.form.locked.connect(lambda error: self._refused(error, self.form.save))
        self.unlock.unlocked.connect(self._unlocked)
        self.ask.closed.connect(self.rows.setFocus)

    def _lay_out(self) -> None:
        self._panel = Panel("Live sources")
        self.add_more = QPushButton(button_text("Add   N"))
        self.add_more.setAccessibleName("Add a source")
        self.add_more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_look(self.add_more, role="quiet")
        set_tip(self.add_more, "Add a source   N")
        for button in (self.unlock_now, self.add_more):
            self._panel.head.addWidget(button)
        self.unlock_now.setVisible(False)
        set_look(self.unlock_now, role="main")
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setFixedWidth(_MESSAGE_PX)
        empty = QWidget()
        column = QVBoxLayout(empty)
        column.setContentsMargins(PAD, PAD, PAD, PAD)
        column.addStretch(1)
        middle = (
            QHBoxLayout()
        )  # its height is reckoned for the width it gets; an aligned one for all there is
        middle.addStretch(1)
        middle.addWidget(self.message)
        middle.addStretch(1)
        column.addLayout(middle)
        column.addSpacing(GAP)
        column.addWidget(self.add_first, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        self.add_first.hide()
        listed = QWidget()
        below = QVBoxLayout(listed)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(Heads(self._desk.theme))
        below.addWidget(self.rows, 1)
        inside = QWidget()
        self._stack = QStackedLayout(inside)
        self._stack.addWidget(empty)
        self._stack.addWidget(listed)
        self._panel.room.addWidget(inside, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.setSpacing(GAP)
        layout.addWidget(self._panel, 1)
        layout.addWidget(self.details)


def _fresh_token(store: Store, source: LiveSource, strongbox: Strongbox) -> str:
    token = listening.new_token(store)
    strongbox.put(listening.token_name(source), token)
    return token


def _removed(store: Store, author: Author, source: LiveSource, strongbox: Strongbox) -> None:
    """Ask a source no more, and forget its secrets where they can be reached."""
    sources.remove(store, author, source.name)
    with suppress(UserError):
        for name in rounds.secret_names(source):
            strongbox.put(name, "")
