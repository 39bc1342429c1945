"""Above the decision: what was drawn, the error rate with its interval, how far the review is."""

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from tocsin.operations.spotcheck_report import Report
from tocsin.ui.palette import GAP
from tocsin.ui.spotcheck import words
from tocsin.ui.text import ElidedLabel, Label


class Head(QWidget):
    """Shows a report; `anew` is the button that draws another sample."""

    def __init__(self) -> None:
        super().__init__()
        self.about, self.counted = ElidedLabel("", "muted"), Label("")
        self.rate, self.interval = Label("–", "figure"), ElidedLabel("", "muted")
        self.bar, self.anew = QProgressBar(), QPushButton("Draw anew")
        self.bar.setTextVisible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(row(self.about, self.anew, stretch=0))
        layout.addLayout(row(Label("error rate"), self.rate, self.interval, self.counted, stretch=2))
        layout.addWidget(self.bar)

    def show_report(self, told: Report, system: str) -> None:
        """Show how a spot check of a system stands."""
        self.about.show_text(words.about(told, system))
        self.bar.setMaximum(told.drawn)
        self.bar.setValue(told.reviewed)
        self.counted.show_text(words.progress(told))
        self.rate.show_text(words.figure(told))
        self.interval.show_text(words.interval(told))


def row(*widgets: QWidget, stretch: int) -> QHBoxLayout:
    """Return widgets side by side, one of which takes the room that is left."""
    made = QHBoxLayout()
    made.setSpacing(GAP)
    for place, widget in enumerate(widgets):
        made.addWidget(widget, 1 if place == stretch else 0)
    return made
