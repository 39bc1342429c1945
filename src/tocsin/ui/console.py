"""Builds every part of the console once, by hand, and closes them in the reverse order."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from tocsin.errors import UserError
from tocsin.model.journal import ClockJumped, Entry
from tocsin.now import Clock
from tocsin.operations import operators, stores
from tocsin.operations.operators import account
from tocsin.store.folder import Store, is_store
from tocsin.ui import offered
from tocsin.ui.alarms.alarms import Alarms
from tocsin.ui.bars import Bars
from tocsin.ui.bell import Bell
from tocsin.ui.desk import Desk
from tocsin.ui.detecting import Detecting
from tocsin.ui.escalating import Escalating
from tocsin.ui.heartbeat import Heartbeat
from tocsin.ui.jobs import Collector, Jobs
from tocsin.ui.screens import Screens
from tocsin.ui.sheets import Sheets
from tocsin.ui.sources.running import Running
from tocsin.ui.sources.strongbox import Strongbox
from tocsin.ui.theme import Theme
from tocsin.ui.times import span
from tocsin.ui.window import Window

if TYPE_CHECKING:
    from tocsin.ui.drill.drilling import Drilling

_CHECK_AFTER_MS = 1000  # verification and the daily backup wait until the window is there
_BACKUP_EVERY_MS = 3_600_000  # how often a console that stays open asks whether the daily backup is due


class App(QObject):
    """The console on one store. `start` shows it, `close` ends it; the store is closed with it."""

    def __init__(
        self, application: QApplication, store: Store, *, theme: str = "system", secrets: Path | None = None
    ) -> None:
        """`secrets` is a file for the secrets of sources, in place of the system's keyring."""
        super().__init__()
        self.store = store
        self.collector = Collector()
        self.jobs = Jobs()
        self.bell = Bell(store)
        self.heartbeat = Heartbeat(store.clock)
        self.theme = Theme(application, theme)
        self.desk = Desk(store, self.jobs, self.bell, self.heartbeat, self.theme)
        self.sources = Running(self.desk, Strongbox(secrets))
        self.window = Window(self.desk)
        self.bars = Bars(self.desk, self.window.footer)
        self.alarms = Alarms(self.desk, self.window)
        self.drilling = self._drill()
        self._closed = False
        self.detecting = Detecting(self.desk, self.window.footer)
        self.escalating = Escalating(self.desk, self.window.footer, self.sources.strongbox)
        self.sheets = Sheets(self.desk, self.window)
        self._backup_due = QTimer(self)
        self._backup_due.setInterval(_BACKUP_EVERY_MS)
        self._backup_due.timeout.connect(self.back_up)
        self.screens = Screens(self.desk, self.window, self.sheets, self.sources)
        self.wall = self.screens.wall
        self._add_actions()
        self._wire()

    def start(self) -> None:
        """Show the window and begin to listen, to tick and to check."""
        self.window.show_screen("wall")
        self.window.show()
        self.bell.start()
        self.heartbeat.start()
        self.collector.start()
        self._backup_due.start()
        QTimer.singleShot(0, self, self._first_look)

    def close(self) -> None:
        """Silence the bell, stop the timers, finish what was asked for, close the store; twice is once."""
        if self._closed:
            return
        self._closed = True
        self.sources.stop()
        self.escalating.stop()
        self.bell.silence()
        self.heartbeat.stop()
        self.detecting.stop()
        self.alarms.stop()
        self._backup_due.stop()
        self.jobs.close()
        self.collector.stop()
        self.store.close()

    def _drill(self) -> "Drilling | None":
        """Mark the store of a drill and run it; None on a store of real incidents."""
        name = stores.drill_of(self.store)
        if not name:
            return None
        from tocsin.operations import drill
        from tocsin.ui.drill.bar import DrillBar
        from tocsin.ui.drill.drilling import Drilling

        try:
            return Drilling(self.desk, self.window, drill.of(self.store))
        except UserError as error:  # its script is gone; a drill it is all the same
            self.window.add_bar(DrillBar(self.theme, name))
            self.store.warnings.append(f"The drill cannot go on: {error}")
            return None

    def back_up(self) -> None:
        """Make the daily backup if it is due, on the lane where nothing that is typed waits."""
        if not self.store.read_only and not self._closed:
            job = self.jobs.bulk(partial(stores.back_up_if_due, self.store))
            job.refused.connect(self._not_backed_up)
            job.start()

    def _not_backed_up(self, error: UserError) -> None:
        self.desk.tell(f"The daily backup failed: {error}", trouble=True)

    def _add_actions(self) -> None:
        window = self.window
        window.add_action("Whom to call", lambda: self.sheets.calling.open(), "Ctrl+Shift+C", "person")
        window.add_action("Triage the incident", lambda: self.sheets.triage.open(), "Ctrl+T", "check")
        window.add_action("Report an observation", lambda: self.sheets.observe.open(), "Ctrl+O", "log")
        window.add_action("Import a file", lambda: self.sheets.importing.open(), "Ctrl+I", "import")
        window.add_action(
            "Record a deployment", lambda: self.sheets.deployment.open(), "Ctrl+Shift+D", "timeline"
        )
        window.add_action(
            "What was serving at …", lambda: self.sheets.serving.open(), "Ctrl+Shift+V", "clock"
        )
        window.add_action(
            "Review a spot check", lambda: self.sheets.spotcheck.open(), "Ctrl+Shift+K", "check"
        )
        window.add_action("Pull a way to contain", lambda: self.sheets.pull.open(), "Ctrl+Shift+P", "contain")
        window.add_action("Register a way to contain", lambda: self.sheets.option.open(), "", "contain")
        window.add_action("Send a status update", lambda: self.sheets.update.open(), "Ctrl+Shift+U", "log")
        window.add_action("Hand a role over", lambda: self.sheets.handover.open(), "Ctrl+Shift+H", "person")
        window.add_action("Policy packs", lambda: self.sheets.policy.open(), "Ctrl+Shift+Y", "setup")
        window.add_action(
            "Which duties apply? Questions", lambda: self.sheets.questions.open(), "Ctrl+J", "duties"
        )
        window.add_action(
            "Calculate a deadline", lambda: self.sheets.calculator.open(), "Ctrl+Shift+G", "clock"
        )
        window.add_action("Regimes: the law as data", lambda: self.sheets.regimes.open(), "", "duties")
        window.add_action("Export documents", lambda: self.sheets.documents.open(), "Ctrl+Shift+E", "report")
        window.add_action("Letters to persons", lambda: self.sheets.letters.open(), "Ctrl+Shift+B", "log")
        window.add_action(
            "Export the incident report, or the notice in sight", self.screens.export, "Ctrl+P", "report"
        )
        window.add_action("Look at what is urgent", self.alarms.bar.look, "Ctrl+U", "wall")
        window.add_action("Declare from the alarm", self.alarms.bar.declare, "", "declare")
        window.add_action("Acknowledge the alarm", self.alarms.bar.acknowledge, "Ctrl+Shift+A", "check")
        window.add_action("All alarms", self.alarms.show_all, "Ctrl+Shift+L", "clock")
        window.add_action("Mute alarm sounds, or sound again", self.alarms.toggle_mute, "Ctrl+Shift+M", "")
        offered.offer(window)
        window.add_action("Look for departures now", self.detecting.now, "", "signals")
        window.add_action("Verify the journal", self.bars.verify, "", "check")
        window.add_action("Examples of the fault, and verify the fix", self.screens.open_fix, "", "playbook")
        window.add_action("Leave", window.close, "Ctrl+Q", "close")
        window.add_finds(self.bars.watched)
        window.add_finds(self.screens.systems)
        window.add_finds(self.bars.others, last=True)

    def _wire(self) -> None:
        window, desk, bell = self.window, self.desk, self.bell
        window.declare_wanted.connect(lambda: self.sheets.declare.open())
        window.line_wanted.connect(self.screens.log_line)
        window.dropped.connect(self._dropped)
        window.closing.connect(self.close)
        self.sheets.declared.connect(self.screens.open_incident)
        self.sheets.imported.connect(self.detecting.now)
        self.bars.opened.connect(self.screens.open_incident)
        self.alarms.look_wanted.connect(self.screens.see_alarm)
        self.alarms.declare_wanted.connect(lambda alerts: self.sheets.declare.open_for(alerts))
        bell.signals_changed.connect(self.detecting.soon)
        bell.journal_changed.connect(self.bars.look)
        bell.failed.connect(lambda error: desk.tell(str(error), trouble=True))
        self.heartbeat.jumped.connect(self._jumped)
        self.heartbeat.tick.connect(lambda _now: self.bars.show_next())
        self.sources.changed.connect(self.bars.show_sources)
        window.footer.sources_wanted.connect(partial(window.show_screen, "sources"))
        window.footer.call_wanted.connect(lambda: self.sheets.calling.open())
        self.sheets.send_wanted.connect(self.escalating.send_again)
        self.sheets.people_wanted.connect(partial(window.show_screen, "people"))

    def _first_look(self) -> None:
        for warning in self.store.warnings:
            self.desk.tell(warning, trouble=True)
        if not self.desk.operator:
            self.window.choose_operator()
        self.bars.look()
        self.alarms.watch()
        if self.drilling is not None:
            self.drilling.begin()
        self.escalating.watch()
        # What takes longer waits until the screens have read.
        self.detecting.soon()
        QTimer.singleShot(_CHECK_AFTER_MS, self, self._ask_sources)
        QTimer.singleShot(_CHECK_AFTER_MS, self, self._check)
        QTimer.singleShot(_CHECK_AFTER_MS, self, self.back_up)

    def _dropped(self, path: str) -> None:
        """Take a file let go over the window: evidence while something is being reported, else an import."""
        if self.sheets.reporting:
            self.sheets.observe.choose([Path(path)])
        else:
            self.sheets.importing.open_with(Path(path))

    def _ask_sources(self) -> None:
        if not self._closed:
            self.sources.start()

    def _check(self) -> None:
        if not self._closed:
            self.bars.verify()

    def _jumped(self, by: timedelta) -> None:
        """Record that the clock was set, and say so: every countdown now counts by the new time."""
        seconds = by.total_seconds()
        direction = "forward" if seconds > 0 else "back"
        self.desk.tell(
            f"This machine's clock was set {direction} by {span(abs(by))}; countdowns follow it.",
            trouble=True,
        )
        if not self.store.read_only:
            self.jobs.command(partial(_record_jump, self.store, seconds)).start()


def _record_jump(store: Store, seconds: float) -> Entry:
    with store.write() as write:
        return write.add(account(), ClockJumped(seconds))


def open_console(path: Path, clock: Clock, *, operator: str = "", theme: str = "system") -> int:
    """Open the console on a store, which is made at first use, and return when it was closed."""
    application = application_()
    if not is_store(path):
        operator = _first_start(application, path, clock, theme)
        if not operator:
            return 0
    app = App(application, stores.open_or_create(path, clock=clock, create=False), theme=theme)
    if operator:
        app.desk.choose_operator(operators.author(app.store, operator).name)
    app.start()
    app.window.showMaximized()
    try:
        return int(application.exec())
    finally:
        app.close()


def _first_start(application: QApplication, path: Path, clock: Clock, theme: str) -> str:
    from tocsin.ui.welcome import ask_for_store

    dressed = Theme(application, theme)
    try:
        return ask_for_store(path, clock)
    finally:
        dressed.deleteLater()


def application_() -> QApplication:
    """Return the Qt application, made if need be."""
    known = QApplication.instance()
    if isinstance(known, QApplication):
        return known
    made = QApplication(["tocsin"])
    made.setApplicationName("tocsin")
    made.setApplicationDisplayName("Tocsin")
    return made
