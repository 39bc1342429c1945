"""Builds every part of the console once, by hand, and closes them in the reverse order."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from tocsin.errors import UserError
from tocsin.model.alarms import Alarm
from tocsin.model.journal import ClockJumped, Entry
from tocsin.now import Clock
from tocsin.operations import operators, stores
from tocsin.operations.operators import account
from tocsin.store.folder import Store, is_store
from tocsin.ui.alarms.alarms import Alarms
from tocsin.ui.bars import Bars
from tocsin.ui.bell import Bell
from tocsin.ui.command import offered
from tocsin.ui.desk import Desk
from tocsin.ui.detecting import Detecting
from tocsin.ui.escalating import Escalating
from tocsin.ui.finder import Choice
from tocsin.ui.heartbeat import Heartbeat
from tocsin.ui.jobs import Collector, Jobs
from tocsin.ui.sheets import Sheets
from tocsin.ui.sources.running import Running
from tocsin.ui.sources.strongbox import Strongbox
from tocsin.ui.theme import Theme
from tocsin.ui.times import span
from tocsin.ui.wall.screen import WallScreen
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
        self._add_screens()
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

    def _add_screens(self) -> None:
        desk, window = self.desk, self.window
        self.wall = WallScreen(desk)
        window.add_screen("wall", "Wall", "wall", self.wall, "Ctrl+1")
        window.add_screen("command", "Command", "command", self._make_command, "Ctrl+2")
        window.add_screen("timeline", "Timeline", "timeline", self._make_timeline, "Ctrl+3")
        window.add_screen("report", "Report", "report", self._make_report, "Ctrl+4")
        window.add_screen("signals", "Signals", "signals", self._make_signals, "Ctrl+5")
        window.add_screen("sources", "Sources", "setup", self._make_sources, "Ctrl+6")
        window.add_screen("people", "On call", "person", self._make_people, "Ctrl+0")
        window.add_screen("matrix", "Matrix", "matrix", self._make_matrix, "Ctrl+7")
        window.add_screen("playbook", "Playbook", "playbook", self._make_playbook, "Ctrl+8")
        window.add_screen("contain", "Contain", "contain", self._make_contain, "Ctrl+9")

    def _make_command(self) -> QWidget:
        from tocsin.ui.command.screen import CommandScreen

        screen = CommandScreen(self.desk)
        screen.contain_wanted.connect(partial(self.window.show_screen, "contain"))
        screen.step_wanted.connect(self._open_step)
        screen.verify_wanted.connect(self._open_fix)
        screen.deployment_wanted.connect(lambda: self.sheets.deployment.open())
        screen.serving_wanted.connect(lambda: self.sheets.serving.open_at(None))
        screen.update_wanted.connect(lambda audience: self.sheets.update.open(audience))
        screen.handover_wanted.connect(lambda: self.sheets.handover.open())
        screen.triage_wanted.connect(lambda incident: self.sheets.triage.open(incident))
        screen.call_wanted.connect(lambda incident: self.sheets.calling.open(incident))
        return screen

    def _open_step(self, step: str) -> None:
        from tocsin.ui.playbook.screen import PlaybookScreen

        screen = self.window.show_screen("playbook")
        if isinstance(screen, PlaybookScreen):
            screen.open_step(step)

    def _open_fix(self) -> None:
        from tocsin.ui.playbook.screen import PlaybookScreen

        screen = self.window.show_screen("playbook")
        if isinstance(screen, PlaybookScreen):
            screen.turn(examples=True)

    def _make_playbook(self) -> QWidget:
        from tocsin.ui.playbook.screen import PlaybookScreen

        screen = PlaybookScreen(self.desk)
        screen.triage_wanted.connect(lambda incident: self.sheets.triage.open(incident))
        return screen

    def _make_timeline(self) -> QWidget:
        from tocsin.ui.timeline.editor import TimelineScreen

        screen = TimelineScreen(self.desk)
        screen.bring_wanted.connect(lambda incident: self.sheets.importing.open_for_timeline(incident))
        screen.deployment_wanted.connect(lambda: self.sheets.deployment.open())
        screen.deployment_opened.connect(lambda id: self.sheets.deployment.open_recorded(id))
        screen.serving_wanted.connect(lambda moment: self.sheets.serving.open_at(moment))
        return screen

    def _make_report(self) -> QWidget:
        from tocsin.ui.report.screen import ReportScreen

        return ReportScreen(self.desk)

    def _make_signals(self) -> QWidget:
        from tocsin.ui.signals.screen import SignalsScreen

        screen = SignalsScreen(self.desk)
        screen.declare_wanted.connect(lambda *about: self.sheets.declare.open_for(*about))
        screen.deployment_opened.connect(lambda id: self.sheets.deployment.open_recorded(id))
        screen.review_wanted.connect(lambda system: self.sheets.spotcheck.open(system))
        return screen

    def _make_matrix(self) -> QWidget:
        from tocsin.ui.matrix.screen import MatrixScreen

        screen = MatrixScreen(self.desk)
        screen.opened.connect(self._open_incident)
        return screen

    def _make_sources(self) -> QWidget:
        from tocsin.ui.sources.screen import SourcesScreen

        return SourcesScreen(self.desk, self.sources, self.window)

    def _make_contain(self) -> QWidget:
        from tocsin.ui.contain.screen import ContainScreen

        screen = ContainScreen(self.desk)
        screen.pull_wanted.connect(lambda option: self.sheets.pull.open(option))
        screen.option_wanted.connect(lambda option: self.sheets.option.open(option))
        return screen

    def _make_people(self) -> QWidget:
        from tocsin.ui.people.screen import PeopleScreen

        return PeopleScreen(self.desk, self.sources.strongbox, self.window)

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
        window.add_action("Export the incident report", self._export, "Ctrl+P", "report")
        window.add_action("Look at what is urgent", self.alarms.bar.look, "Ctrl+U", "wall")
        window.add_action("Acknowledge the alarm", self.alarms.bar.acknowledge, "Ctrl+Shift+A", "check")
        window.add_action("All alarms", self.alarms.show_all, "Ctrl+Shift+L", "clock")
        window.add_action("Mute alarm sounds, or sound again", self.alarms.toggle_mute, "Ctrl+Shift+M", "")
        offered.offer(window)
        window.add_action("Look for departures now", self.detecting.now, "", "signals")
        window.add_action("Verify the journal", self.bars.verify, "", "check")
        window.add_action("Examples of the fault, and verify the fix", self._open_fix, "", "playbook")
        window.add_action("Leave", window.close, "Ctrl+Q", "close")
        window.add_finds(self.bars.watched)
        window.add_finds(self._systems)
        window.add_finds(self.bars.others, last=True)

    def _wire(self) -> None:
        window, desk, bell = self.window, self.desk, self.bell
        window.declare_wanted.connect(lambda: self.sheets.declare.open())
        window.line_wanted.connect(self._log_line)
        window.dropped.connect(self._dropped)
        window.closing.connect(self.close)
        self.sheets.declared.connect(self._open_incident)
        self.sheets.imported.connect(self.detecting.now)
        self.wall.opened.connect(self._open_incident)
        self.bars.opened.connect(self._open_incident)
        self.wall.declare_wanted.connect(lambda *about: self.sheets.declare.open_for(*about))
        self.alarms.look_wanted.connect(self._see_alarm)
        self.alarms.declare_wanted.connect(lambda alerts: self.sheets.declare.open_for(alerts))
        self.wall.report_opened.connect(lambda *report: self.sheets.observe.open_report(*report))
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

    def _systems(self) -> Iterable[Choice]:
        """Yield every system the wall shows, to be looked into."""
        for row in self.wall.view.rows if self.wall.view is not None else ():
            look = partial(self._look_into, row.system.id)
            yield Choice(f"Investigate {row.system.name}", look, icon="signals")

    def _look_into(self, system: str) -> None:
        from tocsin.ui.signals.screen import SignalsScreen

        screen = self.window.show_screen("signals")
        if isinstance(screen, SignalsScreen):
            screen.look_into(system)

    def _open_incident(self, id: str) -> None:
        """Take an incident in hand and show its command screen."""
        self.desk.choose_incident(id)
        self.window.show_screen("command")

    def _see_alarm(self, alarm: Alarm) -> None:
        """Show what an alarm is about: its incident, or the finding on the wall."""
        if alarm.incident:
            self._open_incident(alarm.incident)
        else:
            self.window.show_screen("wall")

    def _dropped(self, path: str) -> None:
        """Take a file let go over the window: evidence while something is being reported, else an import."""
        if self.sheets.reporting:
            self.sheets.observe.choose([Path(path)])
        else:
            self.sheets.importing.open_with(Path(path))

    def _log_line(self) -> None:
        from tocsin.ui.command.screen import CommandScreen

        screen = self.window.show_screen("command")
        if isinstance(screen, CommandScreen):
            screen.focus_log()

    def _export(self) -> None:
        from tocsin.ui.report.screen import ReportScreen

        screen = self.window.show_screen("report")
        if isinstance(screen, ReportScreen):
            screen.export()

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
