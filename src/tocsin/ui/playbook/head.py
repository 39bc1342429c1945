"""The head of the playbook: which incident, which playbook, how far it is, and which page is shown."""

from datetime import date, datetime, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout

from tocsin.model.classification import CATEGORIES
from tocsin.operations.playbook import PlaybookView
from tocsin.ui.choices import Choices
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP, PAD, Tone
from tocsin.ui.text import ElidedLabel, Label, button_text, set_look, set_tip
from tocsin.ui.times import MONTHS

_STEPS, _EXAMPLES = "Steps", "Examples and fix"
_HEIGHT, _BAR_PX = 58, 180


_OLD = timedelta(days=366)  # what nobody went through since may no longer fit


class Head(QFrame):
    """`turned(examples)` when the other page is wanted, `mine_wanted` and `task_wanted` by their buttons."""

    turned = Signal(bool)
    mine_wanted = Signal()
    task_wanted = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        set_look(self, role="panel")
        self.setFixedHeight(_HEIGHT)
        self.title, self.about = ElidedLabel("", "large"), ElidedLabel("", "small")
        self.progress, self.bar = Label("", "muted"), QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(_BAR_PX)
        self.pages = Choices((_STEPS, _EXAMPLES))
        self.mine = QPushButton(button_text("Mine  M"))
        self.task = QPushButton(button_text("New task  N"))
        self.mine.setCheckable(True)
        named = (
            (self.mine, "playbook-mine", "Show only my steps   M"),
            (self.task, "playbook-task", "Add a task nobody planned for   N"),
        )
        for button, name, tip in named:
            button.setObjectName(name)
            set_tip(button, tip)
            button.setAccessibleName(tip)
        set_look(self.mine, role="choice")
        self._lay_out()
        self.pages.group.idClicked.connect(lambda id: self.turned.emit(id == 1))
        self.mine.clicked.connect(self.mine_wanted)
        self.task.clicked.connect(self.task_wanted)
        self.task.setVisible(not desk.store.read_only)

    def show_view(self, view: PlaybookView) -> None:
        """Show which playbook it is and how far it is."""
        known, progress = view.incident, view.progress
        self.title.show_text(f"{known.reference}  {view.title or 'What all playbooks share'}")
        category = CATEGORIES.get(known.text("category"), "")
        old = _is_old(view.reviewed, view.now)
        reviewed = f"playbook reviewed {_day(view.reviewed)}" if view.reviewed else ""
        reviewed += ", more than a year ago" if old else ""
        parts = (known.title, view.system, category or "no category", reviewed)
        self.about.show_text(" · ".join(filter(None, parts)))
        self.about.set_tone(Tone.ORANGE if old else None)
        running = sum(one.over for one in view.steps)
        late = f" · {running} over time" if running else ""
        self.progress.show_text(f"{progress.words}{late}")
        self.bar.setRange(0, max(progress.total, 1))
        self.bar.setValue(progress.done)
        self.bar.setAccessibleName(progress.words)

    def show_page(self, examples: bool) -> None:
        """Say which page is shown."""
        self.pages.choose(_EXAMPLES if examples else _STEPS)
        self.mine.setVisible(not examples)
        self.task.setVisible(not examples and not self._desk.store.read_only)

    def show_mine(self, mine: bool) -> None:
        """Say whether only one's own steps are shown."""
        self.mine.setChecked(mine)

    def _lay_out(self) -> None:
        said = QVBoxLayout()
        said.setSpacing(1)
        said.addWidget(self.title)
        said.addWidget(self.about)
        done = QVBoxLayout()
        done.setSpacing(4)
        done.addStretch()
        done.addWidget(self.progress)
        done.addWidget(self.bar)
        done.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(PAD, 6, PAD, 6)
        row.setSpacing(GAP)
        row.addLayout(said, 1)
        row.addLayout(done)
        row.addSpacing(GAP)
        row.addWidget(self.pages)
        row.addWidget(Label("X", "key"), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.mine)
        row.addWidget(self.task)


def _day(reviewed: str) -> str:
    """Return a day of a pack as the screens say days: 2 Nov 2026; what is none, as it is."""
    try:
        told = date.fromisoformat(reviewed)
    except ValueError:
        return reviewed
    return f"{told.day} {MONTHS[told.month - 1]} {told.year}"


def _is_old(reviewed: str, now: datetime) -> bool:
    try:
        return bool(reviewed) and now.date() - date.fromisoformat(reviewed) > _OLD
    except ValueError:
        return False
