"""The segments that became worse: findings with what each explains folded in, and all rows together below."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from tocsin.ui.desk import Desk
from tocsin.ui.palette import PAD, Tone
from tocsin.ui.panel import Panel
from tocsin.ui.signals.chances import chance
from tocsin.ui.signals.ledger import Cell, Column, Entry, Ledger
from tocsin.ui.signals.slow import Slow
from tocsin.ui.signals.under_way import UnderWay
from tocsin.ui.text import Label
from tocsin.ui.times import MINUS, number

if TYPE_CHECKING:
    from tocsin.detectors.segments import Scan, SegmentChange

_COLUMNS = (
    Column("segment", wide=True, least=150),
    Column("rows", right=True, figures=True, drop=2),
    Column("baseline", right=True, figures=True),
    Column("window", right=True, figures=True),
    Column("change, 95 %", right=True, figures=True),
    Column("p (FDR)", right=True, figures=True),
    Column("", drop=1),
)
_ALL = "all rows"
_FOLDED = 2  # rows of what a finding explains, until they are unfolded


class SegmentsPanel(Panel):
    """`pointed(SegmentChange)` as the cursor moves: its rate goes into the chart."""

    pointed = Signal(object)

    def __init__(self, desk: Desk, slow: Slow) -> None:
        super().__init__("Segments that became worse")
        self.rows = Ledger(
            desk.theme, _COLUMNS, "Segments that became worse: arrows put the rate in the chart"
        )
        self.rows.setObjectName("segments")
        self.said = Label("", "muted", wrap=True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        waiting = QVBoxLayout(page := QWidget())
        waiting.setContentsMargins(PAD, PAD, PAD, PAD)
        waiting.addWidget(self.said)
        self.room.addWidget(UnderWay(slow, "looking through the decisions"))
        # Laid into its panel first: a stack without a parent shows its first page as a window of its own.
        self._pages = QStackedLayout()
        self.room.addLayout(self._pages, 1)
        self._pages.addWidget(page)
        self._pages.addWidget(self.rows)
        self._found: Scan | None = None
        self._unfolded = False
        self.rows.pointed.connect(self._point)
        self.rows.chosen.connect(self._choose)
        self.setMinimumHeight(110)

    def show_scan(self, found: "Scan | None", words: str) -> None:
        """Show what was found; without anything, `words` say why."""
        self._pages.setCurrentIndex(0 if found is None else 1)
        self.said.show_text(words)
        if found is None:
            self.remark.show_text("")
            return
        fdr = number(100 * found.settings.fdr)
        count = len(found.findings)
        finding = "no finding" if not count else f"{count} finding{'s' if count > 1 else ''}"
        self.remark.show_text(f"{finding} of {number(found.tested)} tested, false discoveries ≤ {fdr} %")
        self._found = found
        self.rows.show_entries(list(_entries(found, self._unfolded)))

    def _point(self, one: "SegmentChange | None") -> None:
        if one is not None:
            self.pointed.emit(one)

    def _choose(self, one: "SegmentChange | None") -> None:
        """Unfold what the findings explain, or fold it again."""
        if self._found is not None and self._found.inside:
            self._unfolded = not self._unfolded
            self.rows.show_entries(list(_entries(self._found, self._unfolded)))


def _entries(found: "Scan", unfolded: bool) -> Sequence[Entry]:
    """Return the rows; of what a finding explains only the first few unless unfolded."""
    rows: list[Entry] = []
    for place, one in enumerate(found.findings):
        rows.append(_entry(one, _explained(one), Tone.RED))
        inside = [other for other in found.inside if other.under == place]
        said = "inside the first" if place == 0 else "inside the one above"
        shown = inside if unfolded or len(inside) <= _FOLDED + 1 else inside[:_FOLDED]
        rows += [_entry(other, said) for other in shown]
        if hidden := len(inside) - len(shown):
            rows.append(_more(hidden, place))
    steady = "became worse too" if found.overall.high < 0 and found.settings.worse == "lower" else "steady"
    rows.append(_entry(found.overall, steady))
    return rows


def _entry(one: "SegmentChange", said: str, tone: Tone | None = None) -> Entry:
    ink = "text" if tone is not None else "muted"
    return Entry(
        one.where,
        (
            Cell(name(one.where), "text", bold=tone is not None),
            Cell(number(one.rows[1]), ink),
            Cell(_percent(one.rate[0]), ink),
            Cell(_percent(one.rate[1]), ink),
            Cell(_change(one), ink),
            Cell("–" if one.inside else chance(one.q if one.q == one.q else one.p), ink),
            Cell(said, "red" if tone is not None else "muted", tone=tone),
        ),
        one,
        tone,
    )


def _more(hidden: int, place: int) -> Entry:
    said = Cell(f"{hidden} more inside it: Enter unfolds them", "muted")
    return Entry(("more", place), (said, *(Cell("") for _ in _COLUMNS[1:])), None)


def name(where: Sequence[tuple[str, str]]) -> str:
    """Return a segment in words: region = NE-07 and van = small."""
    return " and ".join(f"{column} = {value}" for column, value in where) or _ALL


def _explained(one: "SegmentChange") -> str:
    return f"explains {one.explains} other{'s' if one.explains > 1 else ''}" if one.explains else "found"


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f} %" if 0 <= rate <= 1 else number(rate)


def _change(one: "SegmentChange") -> str:
    """Return the change in points with half the width of its interval."""
    shares = all(0 <= rate <= 1 for rate in one.rate)
    scale, unit = (100, " pt") if shares else (1, "")
    half = (one.high - one.low) / 2 * scale
    change = f"{one.change * scale:+.2f}" if half < 0.1 and shares else f"{one.change * scale:+.1f}"
    around = f"{half:.2f}" if half < 0.1 and shares else f"{half:.1f}"
    return f"{change.replace('-', MINUS)} ± {around}{unit}"
