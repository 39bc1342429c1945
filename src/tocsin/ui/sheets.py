"""The sheets of the console, each made when it is first wanted: what they bring would delay the start."""

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from tocsin.ui.desk import Desk
from tocsin.ui.detecting import Detecting
from tocsin.ui.window import Window

if TYPE_CHECKING:
    from tocsin.ui.declare import DeclareSheet
    from tocsin.ui.deployment import DeploymentSheet
    from tocsin.ui.importing import ImportSheet
    from tocsin.ui.observe import ObserveSheet
    from tocsin.ui.serving import ServingSheet
    from tocsin.ui.spotcheck.sheet import SpotCheckSheet


class Sheets(QObject):
    """What lies over the window to be filled in. The console sets the parts that are named here."""

    desk: Desk
    window: Window
    detecting: Detecting

    def open_incident(self, id: str) -> None:
        """Take an incident in hand and show it."""
        raise NotImplementedError

    @cached_property
    def declare(self) -> "DeclareSheet":
        """The sheet that declares an incident."""
        from tocsin.ui.declare import DeclareSheet

        sheet = DeclareSheet(self.desk, self.window)
        sheet.declared.connect(self.open_incident)
        return sheet

    @cached_property
    def importing(self) -> "ImportSheet":
        """The sheet that imports a file."""
        from tocsin.ui.importing import ImportSheet

        sheet = ImportSheet(self.desk, self.window)
        sheet.imported.connect(lambda _report: self.detecting.now())
        return sheet

    @cached_property
    def deployment(self) -> "DeploymentSheet":
        """The sheet that records a deployment."""
        from tocsin.ui.deployment import DeploymentSheet

        return DeploymentSheet(self.desk, self.window)

    @cached_property
    def serving(self) -> "ServingSheet":
        """The sheet that answers what was serving."""
        from tocsin.ui.serving import ServingSheet

        sheet = ServingSheet(self.desk, self.window)
        sheet.record_wanted.connect(self.deployment.open)
        return sheet

    @cached_property
    def observe(self) -> "ObserveSheet":
        """The sheet that takes a report of what somebody noticed."""
        from tocsin.ui.observe import ObserveSheet

        return ObserveSheet(self.desk, self.window)

    @cached_property
    def spotcheck(self) -> "SpotCheckSheet":
        """The sheet that reviews a random sample of decisions."""
        from tocsin.ui.spotcheck.sheet import SpotCheckSheet

        return SpotCheckSheet(self.desk, self.window)
