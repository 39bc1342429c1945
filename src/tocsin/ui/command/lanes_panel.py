"""The lanes within the command screen: entries are moved here, and edited on the timeline screen."""

from tocsin.ui.desk import Desk
from tocsin.ui.palette import PAD
from tocsin.ui.panel import Panel
from tocsin.ui.timeline.feed import Feed
from tocsin.ui.timeline.lanes import LanesView


class LanesPanel(Panel):
    """The lanes of the incident in hand, kept at what the store holds."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("Timeline")
        self.view = LanesView(desk)
        self._feed = Feed(desk, self.view)
        self._feed.read.connect(self.view.show_view)
        self._feed.emptied.connect(lambda: self.view.show_view(None))
        self.remark.show_text("drag an entry to correct its time")
        self.room.setContentsMargins(PAD, 4, 4, 6)
        self.room.addWidget(self.view, 1)
