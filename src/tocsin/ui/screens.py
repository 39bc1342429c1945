"""The screens of the console, each made when it is first shown, and the ways from one to another."""

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from tocsin.model.alarms import Alarm
from tocsin.ui.desk import Desk
from tocsin.ui.finder import Choice
from tocsin.ui.sheets import Sheets
from tocsin.ui.sources.running import Running
from tocsin.ui.wall.screen import WallScreen
from tocsin.ui.window import Window


class Screens(QObject):
    """Adds them to the window. The wall is there from the start, as it is what the console opens on."""

    def __init__(self, desk: Desk, window: Window, sheets: Sheets, sources: Running) -> None:
        super().__init__(window)
        self._desk, self._window, self._sheets, self._sources = desk, window, sheets, sources
        self.wall = WallScreen(desk)
        self.wall.opened.connect(self.open_incident)
        self.wall.declare_wanted.connect(lambda *about: sheets.declare.open_for(*about))
        self.wall.report_opened.connect(lambda *report: sheets.observe.open_report(*report))
        self._add_screens()

    def _add_screens(self) -> None:
        window = self._window
        window.add_screen("wall", "Wall", "wall", self.wall, "Ctrl+1")
        window.add_screen("command", "Command", "command", self._make_command, "Ctrl+2")
        window.add_screen("timeline", "Timeline", "timeline", self._make_timeline, "Ctrl+3")
        window.add_screen("report", "Report", "report", self._make_report, "Ctrl+4")
        window.add_screen("signals", "Signals", "signals", self._make_signals, "Ctrl+5")
        window.add_screen("sources", "Sources", "setup", self._make_sources, "Ctrl+6")
        window.add_screen("matrix", "Matrix", "matrix", self._make_matrix, "Ctrl+7")
        window.add_screen("playbook", "Playbook", "playbook", self._make_playbook, "Ctrl+8")
        window.add_screen("contain", "Contain", "contain", self._make_contain, "Ctrl+9")
        window.add_screen("duties", "Duties", "duties", self._make_duties, "Ctrl+G")
        window.add_screen("people", "On call", "person", self._make_people, "Ctrl+0")

    def _make_command(self) -> QWidget:
        from tocsin.ui.command.screen import CommandScreen

        screen = CommandScreen(self._desk)
        screen.contain_wanted.connect(partial(self._window.show_screen, "contain"))
        screen.step_wanted.connect(self.open_step)
        screen.verify_wanted.connect(self.open_fix)
        screen.deployment_wanted.connect(lambda: self._sheets.deployment.open())
        screen.serving_wanted.connect(lambda: self._sheets.serving.open_at(None))
        screen.update_wanted.connect(lambda audience: self._sheets.update.open(audience))
        screen.handover_wanted.connect(lambda: self._sheets.handover.open())
        screen.triage_wanted.connect(lambda incident: self._sheets.triage.open(incident))
        screen.call_wanted.connect(lambda incident: self._sheets.calling.open(incident))
        screen.duty_wanted.connect(self.open_duty)
        screen.question_wanted.connect(lambda question: self._sheets.questions.open(question))
        return screen

    def open_duty(self, duty: str) -> None:
        """Show a duty of the incident in hand."""
        from tocsin.ui.duties.screen import DutiesScreen

        screen = self._window.show_screen("duties")
        if isinstance(screen, DutiesScreen):
            screen.open_duty(duty)

    def open_step(self, step: str) -> None:
        from tocsin.ui.playbook.screen import PlaybookScreen

        screen = self._window.show_screen("playbook")
        if isinstance(screen, PlaybookScreen):
            screen.open_step(step)

    def open_fix(self) -> None:
        from tocsin.ui.playbook.screen import PlaybookScreen

        screen = self._window.show_screen("playbook")
        if isinstance(screen, PlaybookScreen):
            screen.turn(examples=True)

    def _make_playbook(self) -> QWidget:
        from tocsin.ui.playbook.screen import PlaybookScreen

        screen = PlaybookScreen(self._desk)
        screen.triage_wanted.connect(lambda incident: self._sheets.triage.open(incident))
        return screen

    def _make_timeline(self) -> QWidget:
        from tocsin.ui.timeline.editor import TimelineScreen

        screen = TimelineScreen(self._desk)
        screen.bring_wanted.connect(lambda incident: self._sheets.importing.open_for_timeline(incident))
        screen.deployment_wanted.connect(lambda: self._sheets.deployment.open())
        screen.deployment_opened.connect(lambda id: self._sheets.deployment.open_recorded(id))
        screen.serving_wanted.connect(lambda moment: self._sheets.serving.open_at(moment))
        return screen

    def _make_report(self) -> QWidget:
        from tocsin.ui.report.screen import ReportScreen

        return ReportScreen(self._desk)

    def _make_signals(self) -> QWidget:
        from tocsin.ui.signals.screen import SignalsScreen

        screen = SignalsScreen(self._desk)
        screen.declare_wanted.connect(lambda *about: self._sheets.declare.open_for(*about))
        screen.deployment_opened.connect(lambda id: self._sheets.deployment.open_recorded(id))
        screen.review_wanted.connect(lambda system: self._sheets.spotcheck.open(system))
        return screen

    def _make_matrix(self) -> QWidget:
        from tocsin.ui.matrix.screen import MatrixScreen

        screen = MatrixScreen(self._desk)
        screen.opened.connect(self.open_incident)
        return screen

    def _make_sources(self) -> QWidget:
        from tocsin.ui.sources.screen import SourcesScreen

        return SourcesScreen(self._desk, self._sources, self._window)

    def _make_contain(self) -> QWidget:
        from tocsin.ui.contain.screen import ContainScreen

        screen = ContainScreen(self._desk)
        screen.pull_wanted.connect(lambda option: self._sheets.pull.open(option))
        screen.option_wanted.connect(lambda option: self._sheets.option.open(option))
        return screen

    def _make_duties(self) -> QWidget:
        from tocsin.ui.duties.screen import DutiesScreen

        screen, sheets = DutiesScreen(self._desk), self._sheets
        screen.questions_wanted.connect(lambda question: sheets.questions.open(question))
        screen.calculator_wanted.connect(lambda duty: sheets.calculator.open(duty))
        screen.regimes_wanted.connect(lambda regime: sheets.regimes.open(regime))
        screen.documents_wanted.connect(lambda duty: sheets.documents.open(duty))
        screen.letters_wanted.connect(lambda duty: sheets.letters.open(duty))
        screen.choose_wanted.connect(lambda *about: sheets.choose.open(*about))
        screen.files_wanted.connect(lambda *files: sheets.choose.open_files(*files))
        sheets.chosen.connect(screen.take)
        return screen

    def _make_people(self) -> QWidget:
        from tocsin.ui.people.screen import PeopleScreen

        screen = PeopleScreen(self._desk, self._sources.strongbox, self._window)
        self._window.closing.connect(screen.deeds.stop)
        return screen

    def systems(self) -> Iterable[Choice]:
        """Yield every system the wall shows, to be looked into."""
        for row in self.wall.view.rows if self.wall.view is not None else ():
            look = partial(self.look_into, row.system.id)
            yield Choice(f"Investigate {row.system.name}", look, icon="signals")

    def look_into(self, system: str) -> None:
        from tocsin.ui.signals.screen import SignalsScreen

        screen = self._window.show_screen("signals")
        if isinstance(screen, SignalsScreen):
            screen.look_into(system)

    def open_incident(self, id: str) -> None:
        """Take an incident in hand and show its command screen."""
        self._desk.choose_incident(id)
        self._window.show_screen("command")

    def see_alarm(self, alarm: Alarm) -> None:
        """Show what an alarm is about: its incident, or the finding on the wall."""
        if alarm.incident:
            self.open_incident(alarm.incident)
        else:
            self._window.show_screen("wall")

    def log_line(self) -> None:
        from tocsin.ui.command.screen import CommandScreen

        screen = self._window.show_screen("command")
        if isinstance(screen, CommandScreen):
            screen.focus_log()

    def export(self) -> None:
        """Export what is in sight: the notice on the screen of duties, else the report of the incident."""
        from tocsin.ui.report.screen import ReportScreen

        if self._window.front == "duties":
            from tocsin.ui.duties.screen import DutiesScreen

            if isinstance(duties := self._window.show_screen("duties"), DutiesScreen):
                duties.export()
                return

        screen = self._window.show_screen("report")
        if isinstance(screen, ReportScreen):
            screen.export()
