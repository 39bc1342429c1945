"""The sheets of the console, each made when it is first wanted: what they bring would delay the start."""

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tocsin.ui.desk import Desk
from tocsin.ui.window import Window

if TYPE_CHECKING:
    from tocsin.ui.calling import CallingSheet
    from tocsin.ui.contain.option_sheet import OptionSheet
    from tocsin.ui.contain.pull_sheet import PullSheet
    from tocsin.ui.declare import DeclareSheet
    from tocsin.ui.deployment import DeploymentSheet
    from tocsin.ui.duties.calculator import CalculatorSheet
    from tocsin.ui.duties.choose_sheet import ChooseSheet
    from tocsin.ui.duties.documents_sheet import DocumentsSheet
    from tocsin.ui.duties.letters_sheet import LettersSheet
    from tocsin.ui.duties.questions_sheet import QuestionsSheet
    from tocsin.ui.duties.regimes_sheet import RegimesSheet
    from tocsin.ui.handover.sheet import HandoverSheet
    from tocsin.ui.importing import ImportSheet
    from tocsin.ui.observe import ObserveSheet
    from tocsin.ui.policy import PolicySheet
    from tocsin.ui.serving import ServingSheet
    from tocsin.ui.spotcheck.sheet import SpotCheckSheet
    from tocsin.ui.triage.sheet import TriageSheet
    from tocsin.ui.update.sheet import UpdateSheet


class Sheets(QObject):
    """What lies over the window to be filled in; each is made when it is first asked for.

    `declared(id)` tells of an incident, `imported()` of a file that came in.
    """

    declared = Signal(str)
    imported = Signal()
    send_wanted = Signal(str)  # the messages of this incident's step once more
    people_wanted = Signal()  # to add a number
    chosen = Signal(str, object)  # entries of the timeline for a field of a notice: field, Filled

    def __init__(self, desk: Desk, window: Window) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window

    @property
    def reporting(self) -> bool:
        """Whether somebody is just reporting an observation."""
        return "observe" in vars(self) and self.observe.isVisible()

    @cached_property
    def declare(self) -> "DeclareSheet":
        """The sheet that declares an incident."""
        from tocsin.ui.declare import DeclareSheet

        sheet = DeclareSheet(self._desk, self._window)
        sheet.declared.connect(self.declared)
        return sheet

    @cached_property
    def calling(self) -> "CallingSheet":
        """The sheet that says whom to call now."""
        from tocsin.ui.calling import CallingSheet

        sheet = CallingSheet(self._desk, self._window)
        sheet.send_wanted.connect(self.send_wanted)
        sheet.people_wanted.connect(self.people_wanted)
        return sheet

    @cached_property
    def importing(self) -> "ImportSheet":
        """The sheet that imports a file."""
        from tocsin.ui.importing import ImportSheet

        sheet = ImportSheet(self._desk, self._window)
        sheet.imported.connect(lambda _report: self.imported.emit())
        return sheet

    @cached_property
    def deployment(self) -> "DeploymentSheet":
        """The sheet that records a deployment."""
        from tocsin.ui.deployment import DeploymentSheet

        return DeploymentSheet(self._desk, self._window)

    @cached_property
    def handover(self) -> "HandoverSheet":
        """The sheet that hands a role over."""
        from tocsin.ui.handover.sheet import HandoverSheet

        return HandoverSheet(self._desk, self._window)

    @cached_property
    def serving(self) -> "ServingSheet":
        """The sheet that answers what was serving."""
        from tocsin.ui.serving import ServingSheet

        sheet = ServingSheet(self._desk, self._window)
        sheet.record_wanted.connect(self.deployment.open)
        return sheet

    @cached_property
    def pull(self) -> "PullSheet":
        """The sheet that pulls a way to contain."""
        from tocsin.ui.contain.pull_sheet import PullSheet

        sheet = PullSheet(self._desk, self._window)
        sheet.register_wanted.connect(lambda: self.option.open())
        return sheet

    @cached_property
    def option(self) -> "OptionSheet":
        """The sheet that registers a way to contain."""
        from tocsin.ui.contain.option_sheet import OptionSheet

        return OptionSheet(self._desk, self._window)

    @cached_property
    def policy(self) -> "PolicySheet":
        """The sheet of the policy packs."""
        from tocsin.ui.policy import PolicySheet

        return PolicySheet(self._desk, self._window)

    @cached_property
    def observe(self) -> "ObserveSheet":
        """The sheet that takes a report of what somebody noticed."""
        from tocsin.ui.observe import ObserveSheet

        return ObserveSheet(self._desk, self._window)

    @cached_property
    def triage(self) -> "TriageSheet":
        """The sheet that asks the questions of triage."""
        from tocsin.ui.triage.sheet import TriageSheet

        return TriageSheet(self._desk, self._window)

    @cached_property
    def spotcheck(self) -> "SpotCheckSheet":
        """The sheet that reviews a random sample of decisions."""
        from tocsin.ui.spotcheck.sheet import SpotCheckSheet

        return SpotCheckSheet(self._desk, self._window)

    @cached_property
    def update(self) -> "UpdateSheet":
        """The sheet that drafts a status update and records it as told."""
        from tocsin.ui.update.sheet import UpdateSheet

        return UpdateSheet(self._desk, self._window)

    @cached_property
    def questions(self) -> "QuestionsSheet":
        """The sheet that asks which duties apply."""
        from tocsin.ui.duties.questions_sheet import QuestionsSheet

        return QuestionsSheet(self._desk, self._window)

    @cached_property
    def calculator(self) -> "CalculatorSheet":
        """The sheet that works out a deadline without an incident."""
        from tocsin.ui.duties.calculator import CalculatorSheet

        return CalculatorSheet(self._desk, self._window)

    @cached_property
    def regimes(self) -> "RegimesSheet":
        """The sheet of all regimes."""
        from tocsin.ui.duties.regimes_sheet import RegimesSheet

        sheet = RegimesSheet(self._desk, self._window)
        sheet.calculate.connect(lambda duty: self.calculator.open(duty))
        return sheet

    @cached_property
    def documents(self) -> "DocumentsSheet":
        """The sheet that exports documents."""
        from tocsin.ui.duties.documents_sheet import DocumentsSheet

        return DocumentsSheet(self._desk, self._window)

    @cached_property
    def letters(self) -> "LettersSheet":
        """The sheet that makes letters to persons."""
        from tocsin.ui.duties.letters_sheet import LettersSheet

        return LettersSheet(self._desk, self._window)

    @cached_property
    def choose(self) -> "ChooseSheet":
        """The sheet that chooses entries of the timeline for a field of a notice."""
        from tocsin.ui.duties.choose_sheet import ChooseSheet

        sheet = ChooseSheet(self._desk, self._window)
        sheet.taken.connect(self.chosen)
        return sheet
