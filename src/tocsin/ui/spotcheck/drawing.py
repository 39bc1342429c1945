"""Draw a sample to review: of which system, how many, and by which columns."""

import re
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from tocsin.errors import BadInput, UserError
from tocsin.model.journal import Entry
from tocsin.model.judgement import SpotCheckDrawn
from tocsin.model.operator import System
from tocsin.operations import decisions, spotcheck, systems
from tocsin.ui.desk import Desk
from tocsin.ui.palette import Tone
from tocsin.ui.system_field import SystemField
from tocsin.ui.text import Label, set_look

_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
_SAYS = "A random sample, drawn by a stored seed. Verdicts on it estimate the error rate of all decisions."


class DrawForm(QWidget):
    """`drawn(id)` after the commit."""

    drawn = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._id = ""
        self._busy = False
        self.system = SystemField(desk.theme, "Whose decisions")
        self.many, self.by = QLineEdit("1 %"), QLineEdit()
        self.note, self.columns = Label("", "small", wrap=True), Label("", "small", wrap=True)
        self.button = QPushButton("Draw   Enter")
        self._lay_out()
        self.button.clicked.connect(self.draw)
        self.system.entered.connect(self.draw)
        self.system.currentTextChanged.connect(self._look_at)
        for field in (self.many, self.by):
            field.returnPressed.connect(self.draw)

    def prepare(self, system: str) -> None:
        """Offer the systems there are, and one of them."""
        self._id = self._desk.store.new_id()
        self._say("")
        self._desk.read(partial(systems.names, self._desk.store), partial(self._offer, system))

    def draw(self) -> None:
        """Draw what was asked for."""
        if self._busy or self._desk.store.read_only:
            return
        try:
            share, size = share_or_size(self.many.text())
        except BadInput as error:
            self._say(str(error))
            return
        by = tuple(name for name in (part.strip() for part in self.by.text().split(",")) if name)
        name = " ".join(self.system.currentText().split())
        self._busy = True
        self._say("Drawing …", None)
        call = partial(spotcheck.sampled, self._desk.store, name, share=share, size=size, by=by)
        # Read off the lane of what people type: a long log takes a moment.
        job = self._desk.read(call, self._keep)
        job.refused.connect(self._refused)
        job.ended.connect(self._ended)

    def _keep(self, body: SpotCheckDrawn) -> None:
        store, author = self._desk.store, self._desk.author
        said = f"{len(body.drawn)} decisions drawn"
        job = self._desk.write(
            partial(spotcheck.keep, store, author, body, id=self._id), self._kept, said=said
        )
        job.refused.connect(self._refused)

    def _kept(self, entry: Entry) -> None:
        self._say("")
        self.drawn.emit(entry.id)

    def _offer(self, system: str, known: list[System]) -> None:
        names = {one.id: one.name for one in known}
        chosen = names.get(system, system) or (known[0].name if len(known) == 1 else "")
        self.system.show_systems(known, chosen)

    def _look_at(self, name: str) -> None:
        self.columns.show_text("")
        if name.strip() and not self.system.is_new:
            store = self._desk.store
            self._desk.read(partial(decisions.columns_of, store, name), partial(self._show_columns, name))

    def _show_columns(self, name: str, columns: tuple[str, ...]) -> None:
        if name == self.system.currentText():
            told = ", ".join(columns) if columns else "no decision log yet"
            self.columns.show_text(f"Columns: {told}")

    def _refused(self, error: UserError) -> None:
        self._say(str(error))

    def _ended(self) -> None:
        self._busy = False

    def _say(self, text: str, tone: Tone | None = Tone.RED) -> None:
        self.note.set_tone(tone)
        self.note.show_text(text)

    def _lay_out(self) -> None:
        self.many.setPlaceholderText("1 %, or a number")
        self.by.setPlaceholderText("columns, as region, channel; each value is drawn from")
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, row in (("System", self.system), ("How many", self.many), ("By", self.by)):
            row.setAccessibleName(name)
            form.addRow(Label(name), row)
        form.addRow(Label(""), self.columns)
        set_look(self.button, role="main")
        self.button.setEnabled(not self._desk.store.read_only)
        buttons = QHBoxLayout()
        buttons.addWidget(self.note, 1)
        buttons.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(Label(_SAYS, "muted", wrap=True))
        layout.addLayout(form)
        layout.addLayout(buttons)
        layout.addStretch(1)


def share_or_size(text: str) -> tuple[float | None, int | None]:
    """Return the share or the number that was typed: 1 %, 0.01 or 300. Raises BadInput."""
    typed = text.replace(" ", "")
    if _THOUSANDS.fullmatch(typed):
        typed = typed.replace(",", "")
    typed = typed.replace(",", ".")
    try:
        if typed.endswith("%"):
            return float(typed[:-1]) / 100, None
        if "." in typed:
            return float(typed), None
        return None, int(typed)
    except ValueError as error:
        raise BadInput("this is no number.", where=text, hint="Write 1 % or 300.") from error
