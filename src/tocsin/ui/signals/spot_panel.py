"""The human spot check of a system in hand: its error rate with the interval, what is left, review now."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from tocsin.operations.spotcheck_report import Report
from tocsin.ui.palette import PAD
from tocsin.ui.panel import Panel
from tocsin.ui.text import ElidedLabel, Label, set_look
from tocsin.ui.times import number

_NONE = "People judging decisions drawn at random tell what no metric can: how often it is wrong."
_NO_LOG = "People judge decisions drawn from a decision log. Ctrl I imports one."


class SpotPanel(Panel):
    """`review_wanted()`: draw decisions, or judge those drawn."""

    review_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Human spot check")
        self.rate, self.interval = Label("", "large"), ElidedLabel("", "muted")
        self.left = Label("", "small", wrap=True)
        self.button = QPushButton("Review now   V")
        self.button.setObjectName("review-now")
        set_look(self.button, role="main")
        self.button.clicked.connect(self.review_wanted)
        first = QHBoxLayout()
        first.setSpacing(10)
        first.addWidget(self.rate)
        first.addWidget(self.interval, 1)
        last = QHBoxLayout()
        last.setSpacing(10)
        last.addWidget(self.button)
        last.addWidget(self.left, 1)
        self.room.setContentsMargins(PAD, 5, PAD, 7)
        self.room.setSpacing(5)
        self.room.addLayout(first)
        self.room.addLayout(last)
        self.show_report(None, logged=False)

    def show_report(self, report: Report | None, *, logged: bool) -> None:
        """Show the newest spot check; `logged` tells whether there are decisions to draw from."""
        self.button.setEnabled(logged or report is not None)
        for part in (self.rate, self.interval):
            part.setVisible(report is not None)
        if report is None:
            self.remark.show_text("")
            self.left.show_text(_NONE if logged else _NO_LOG)
            self.button.setText("Draw   V")
            return
        drawn = report.check.drawn
        share = number(100 * report.drawn / max(drawn.population, 1))
        self.remark.show_text(f"{share} % sample · seed {drawn.seed} kept")
        if report.errors is None:
            self.rate.show_text("not judged yet")
            self.interval.show_text("")
        else:
            one = report.errors
            self.rate.show_text(f"error rate {number(100 * one.rate)} %")
            bounds = f"{number(100 * one.low)} – {number(100 * one.high)} %"
            percent = number(100 * report.confidence)
            self.interval.show_text(f"{percent} %: {bounds}")
        self.left.show_text(_left(report))
        self.button.setText("Review now   V" if report.left else "Look at it   V")


def _left(report: Report) -> str:
    parts = [f"{report.left} left in the queue" if report.left else "all judged"]
    parts += [f"{report.wrong} of {report.reviewed} wrong"] if report.reviewed else []
    parts += [f"{report.disputed} disputed"] if report.disputed else []
    parts += [f"{report.unsure} unsure"] if report.unsure else []
    return " · ".join(parts)
