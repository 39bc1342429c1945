"""The inputs of a system, window against baseline: every column ranked by how much it changed, and drawn."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tocsin.ui.desk import Desk
from tocsin.ui.palette import PAD, Tone
from tocsin.ui.signals.chances import chance
from tocsin.ui.signals.histograms import Histograms
from tocsin.ui.signals.ledger import Cell, Column, Entry, Ledger
from tocsin.ui.text import Label
from tocsin.ui.times import number

_AIR = 8  # pixels between them
_LEAST = 2  # rows in sight, however low the window

if TYPE_CHECKING:
    from tocsin.operations.compare import Comparison, Feature

_COLUMNS = (
    Column("feature", wide=True, least=90),
    Column("PSI", right=True, figures=True),
    Column("KS", right=True, figures=True, drop=1),
    Column("p (FDR)", right=True, figures=True),
)


class InputsPart(QWidget):
    """A table, and below it the drawing of the feature under the cursor."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.features = Ledger(desk.theme, _COLUMNS, "Inputs, the most changed first: arrows draw each")
        self.features.setObjectName("compared-inputs")
        self.drawing = Histograms(desk.theme)
        self.said = Label("", "small", wrap=True)
        self.said.setContentsMargins(PAD, 0, PAD, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.said)
        layout.addWidget(self.features, 20)
        layout.addWidget(self.drawing, 10)
        layout.addStretch(1)
        self.features.pointed.connect(self._draw)
        self.show_comparison(None, "")

    def show_comparison(self, found: "Comparison | None", words: str) -> None:
        """Show what was compared; without anything, `words` say why."""
        features = found.features if found is not None else ()
        self.features.show_entries([_entry(one) for one in features])
        self.features.setVisible(bool(features))
        self._fit()
        self.said.setVisible(not features)
        self.said.show_text(words)
        if features:
            one = self.features.selected
            self._draw(one if one is not None else features[0])
        else:
            self.drawing.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show as many whole rows as there is room for above the drawing."""
        count, room = len(self.features.rows.facts), self.height() - self.drawing.minimumHeight() - _AIR
        rows = next((n for n in range(count, _LEAST, -1) if self.features.height_of(n) <= room), _LEAST)
        # At most so high, not fixed: what is fixed could never be made lower again where all of it scrolls.
        self.features.setMinimumHeight(self.features.height_of(min(_LEAST, count)))
        self.features.setMaximumHeight(self.features.height_of(min(rows, count)))

    def _draw(self, one: "Feature") -> None:
        names = [label if isinstance(label, str) else number(label) for label in one.edges_or_labels]
        self.drawing.show_shares(one.name, names, one.before, one.after, _told(one))


def _entry(one: "Feature") -> Entry:
    tone = Tone.RED if one.changed else None
    quiet = "text" if one.changed else "muted"
    statistic = one.ks if one.ks is not None else None
    return Entry(
        one.name,
        (
            Cell(one.name, "text", bold=one.changed, tone=tone),
            Cell(f"{one.psi:.3f}", quiet),
            Cell("–" if statistic is None else f"{statistic:.3f}", quiet),
            Cell(chance(one.q), quiet),
        ),
        one,
    )


def _told(one: "Feature") -> str:
    """Return in words what else there is to know: missing values, new words, another kind."""
    before, after = one.missing
    parts: Sequence[str] = [
        f"column {one.schema}" if one.schema else "",
        f"missing {number(100 * before)} → {number(100 * after)} %" if max(before, after) > 0 else "",
        f"{number(100 * one.new)} % new words" if one.new > 0 else "",
        one.role,
    ]
    return ", ".join(filter(None, parts))
