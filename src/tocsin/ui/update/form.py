"""The fields of a status update, how they lie in the sheet, and the line that asks for a reason."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from tocsin.model.update_copies import HTML, MARKDOWN, TEXT
from tocsin.ui.choices import Choices
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import ElidedLabel, Label, set_look, set_tip
from tocsin.ui.update.editor import UpdateEditor
from tocsin.ui.update.side import Side

_WIDTH, _SIDE, _HEIGHT = 1180, 380, 820
_AROUND = 140  # pixels above and below that stay in sight
ANYWAY, SNOOZE, WITHDRAW, CORRECT = "anyway", "snooze", "withdraw", "correct"
ASKS = {
    ANYWAY: "Why it is told anyway",
    SNOOZE: "Why the next update waits",
    WITHDRAW: "Why the record is withdrawn",
    CORRECT: "Why it is corrected",
}


class UpdateForm(Sheet):
    """What the sheet is made of; it knows nothing of what is done with it."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent, "Status update", width=_WIDTH)
        self.audiences = Choices(["…"])
        self.editor = UpdateEditor(desk.theme)
        self.side = Side(desk.theme, ZoneInfo(desk.store.zone))
        self.to, self.way, self.until, self.why = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.about, self.due, self.note = ElidedLabel("", "muted"), Label("", "small"), Label("", wrap=True)
        self.send, self.fresh = QPushButton("Record as told"), QPushButton("Take the fresh draft   Alt F")
        self.buttons = self._make_buttons()
        self.asked, self.asked_about = "", ""  # what the reason is for, and the entry it is about
        self._why_label = Label("", "small")
        self._top, self._titles = QHBoxLayout(), tuple[str, ...]()
        self._lay_out()

    def place(self) -> None:
        """Lie as high as the window lets it: a text is read better in one piece."""
        self.setMinimumHeight(min(_HEIGHT, max(360, self._over.height() - _AROUND)))
        super().place()

    def ask(self, what: str, about: str = "") -> None:
        """Ask for a reason, and for a snooze until when; nothing when `what` is empty."""
        self.asked, self.asked_about = what, about
        self.why.clear()
        self.until.setVisible(what == SNOOZE)
        for part in (self.why, self._why_label):
            part.setVisible(bool(what))
        self._why_label.show_text(ASKS.get(what, ""))
        self.say("")
        if what == SNOOZE:
            self.until.setText("20 min")
            self.until.setFocus()
            self.until.selectAll()
        elif what:
            self.why.setFocus()

    def say(self, text: str, tone: Tone = Tone.RED) -> None:
        """Say something in the sheet, a trouble unless a tone says otherwise; nothing when empty."""
        self.note.show_text(text)
        self.note.set_tone(tone)
        self.note.setVisible(bool(text))

    def shortcut(self, key: str, run: Callable[[], object]) -> None:
        """Let a key do something wherever in the sheet the keyboard is."""
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(run)

    def offer_audiences(self, titles: tuple[str, ...], chosen: int) -> bool:
        """Show the audiences there are, one of them chosen; return whether the buttons are new."""
        new = titles != self._titles
        if new:
            self._titles = titles
            old, self.audiences = self.audiences, Choices(titles)
            self._top.replaceWidget(old, self.audiences)
            old.hide()
            old.deleteLater()
        self.audiences.choose(titles[chosen])
        return new

    def _make_buttons(self) -> dict[str, QPushButton]:
        made = {
            TEXT: QPushButton("Copy text   Alt T"),
            MARKDOWN: QPushButton("Markdown   Alt M"),
            HTML: QPushButton("HTML   Alt H"),
            "pdf": QPushButton("PDF   Alt P"),
            "snooze": QPushButton("Snooze   Alt S"),
        }
        for name, button in made.items():
            button.setObjectName(f"update-{name}")
            button.setAutoDefault(False)
        return made

    def _lay_out(self) -> None:
        self.setObjectName("update-sheet")
        fields = (
            (self.to, "To", "whom it goes to"),
            (self.way, "By", "mail, call, page, post"),
            (self.until, "Until", "20 min, 15:30"),
            (self.why, "Reason", "in a few words"),
        )
        for field, name, hint in fields:
            field.setAccessibleName(name)
            field.setPlaceholderText(hint)
            field.setObjectName(f"update-{name.lower()}")
        self.until.setMaximumWidth(110)
        set_look(self.send, role="main")
        set_tip(self.send, "Ctrl Enter: to whom, when, by whom and by what way is kept; it cannot be undone")
        for button in (self.send, self.fresh):
            button.setAutoDefault(False)
        self._top.addWidget(self.audiences)
        self._top.addWidget(Label("Alt 1 … 9", "key"))
        self._top.addStretch(1)
        self._top.addWidget(self.due)
        left = QVBoxLayout()
        left.setSpacing(GAP - 2)
        left.addWidget(self.editor, 1)
        left.addLayout(
            _row(Label("To", "small"), self.to, Label("by", "small"), self.way, stretch=(0, 3, 0, 2))
        )
        left.addLayout(_row(self._why_label, self.until, self.why, stretch=(0, 0, 1)))
        body = QHBoxLayout()
        body.setSpacing(2 * GAP)
        body.addLayout(left, 1)
        self.side.setFixedWidth(_SIDE)
        body.addWidget(self.side)
        foot = QHBoxLayout()
        for button in self.buttons.values():
            foot.addWidget(button)
        foot.addWidget(self.fresh)
        foot.addStretch(1)
        foot.addWidget(Label("F8", "key"))
        foot.addWidget(Label("next place", "small"))
        foot.addWidget(Label("Ctrl Enter", "key"))
        foot.addWidget(self.send)
        self.body.addWidget(self.about)
        self.body.addLayout(self._top)
        self.body.addLayout(body, 1)
        self.body.addWidget(self.note)
        self.body.addLayout(foot)
        self.fresh.hide()


def _row(*parts: QWidget, stretch: tuple[int, ...]) -> QHBoxLayout:
    row = QHBoxLayout()
    for part, share in zip(parts, stretch, strict=True):
        row.addWidget(part, share)
    return row
