"""What there is to know of the source in hand, and what can be done with it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QGridLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from tocsin.ui.icons import Icon
from tocsin.ui.palette import PAD, Tone
from tocsin.ui.panel import Panel
from tocsin.ui.sources import words
from tocsin.ui.sources.words import Shown
from tocsin.ui.text import Label, button_text, set_look, set_tip
from tocsin.ui.theme import Theme
from tocsin.ui.times import span, stamp

_FACTS = (
    "Kind",
    "Place",
    "System",
    "Asked every",
    "Last success",
    "Newest record",
    "Rows stored",
    "Next try",
)
DEEDS = (
    ("S", "Ask now", "Let the next round begin at once"),
    ("E", "Edit", "Set the source anew"),
    ("T", "Try", "Ask what answers there; nothing is stored"),
    ("K", "New token", "Make a new token for senders; the old one ends"),
    ("Del", "Remove", "Ask the source no more; what it sent stays"),
)


class Details(Panel):
    """The source under the cursor. `wanted(key)` with a key of DEEDS."""

    wanted = Signal(str)

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__("Source")
        self._zone = zone
        self.shown: Shown | None = None
        self._icon = Icon(theme, "circle", "muted", 14)
        self.word, self.name = Label(""), Label("", "large", wrap=True)
        self.error, self.openly = Label("", wrap=True), Label("not encrypted")
        self.facts = {name: Label("", wrap=True) for name in _FACTS}
        self.settings = Label("", "small", wrap=True)
        self.buttons = {key: _button(key, text, tip) for key, text, tip in DEEDS}
        for key, button in self.buttons.items():
            button.clicked.connect(lambda _checked=False, key=key: self.wanted.emit(key))
        self._lay_out()
        self.show_source(None, None)

    def show_source(self, shown: Shown | None, now: datetime | None) -> None:
        """Show a source, or that none is in hand."""
        self.shown = shown
        self._inside.setVisible(shown is not None)
        for key, button in self.buttons.items():
            hook = shown is not None and shown.source.importer == "webhook"
            button.setVisible(shown is not None and (key != "K" or hook) and not (hook and key == "S"))
        if shown is None or now is None:
            return
        source = shown.source
        self.name.show_text(source.name)
        self.facts["Kind"].show_text(words.kind(source.importer))
        self.facts["Place"].show_text(source.place)
        self.facts["System"].show_text(shown.system)
        self.facts["Asked every"].show_text(span(timedelta(seconds=source.every_s)))
        self.openly.setVisible(words.openly(source))
        self.settings.show_text("\n".join(_setting(*pair) for pair in sorted(source.settings.items())))
        self.show_time(now)

    def show_time(self, now: datetime) -> None:
        """Carry on what counts up and down."""
        if self.shown is None:
            return
        state = self.shown.state
        word, tone = words.status(self.shown, now)
        self._icon.show_tone(tone)
        many = f", {state.failures} times in a row" if state.failures > 1 else ""
        self.word.show_text(word + many)
        self.word.set_tone(None if tone in (Tone.GREEN, Tone.GREY) else tone)
        self.error.show_text(words.trouble(state))
        self.error.set_tone(Tone.ORANGE)
        self.error.setVisible(bool(state.error))
        last, newest = state.last_success, state.newest
        when = f", {stamp(last, self._zone)}" if last else ""
        self.facts["Last success"].show_text(words.ago(last, now) + when)
        lag = f"{words.lag(state, now)} old, {stamp(newest, self._zone)}" if newest else "none yet"
        self.facts["Newest record"].show_text(lag)
        self.facts["Rows stored"].show_text(words.rows(state))
        self.facts["Next try"].show_text(words.next_try(self.shown, now))

    def _lay_out(self) -> None:
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(PAD, 10, PAD, 10)
        column.setSpacing(8)
        column.addWidget(self.name)
        row = QGridLayout()
        row.setColumnStretch(2, 1)
        row.addWidget(self._icon, 0, 0)
        row.addWidget(self.word, 0, 1)
        row.addWidget(self.openly, 0, 3)
        self.openly.set_tone(Tone.YELLOW)
        set_tip(
            self.openly, "What is sent can be read and changed on its way; https, or this machine, is safe"
        )
        column.addLayout(row)
        self.error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.error)
        form = QFormLayout()
        form.setContentsMargins(0, 4, 0, 0)
        form.setHorizontalSpacing(14)
        for name, label in self.facts.items():
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(Label(name, "muted"), label)
        column.addLayout(form)
        column.addWidget(self.settings)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._inside)
        self.room.addWidget(scroll, 1)
        below = QGridLayout()
        below.setContentsMargins(PAD, 6, PAD, 10)
        below.setSpacing(6)
        for place, button in enumerate(self.buttons.values()):
            below.addWidget(button, place // 3, place % 3)
        self.room.addLayout(below)


def _setting(name: str, value: str) -> str:
    return f"{name.replace('_', ' ')}: {value}"


def _button(key: str, text: str, tip: str) -> QPushButton:
    button = QPushButton(button_text(f"{text}   {key}"))
    button.setObjectName(f"source-{key.lower()}")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(text)
    set_look(button, role="quiet" if key == "Del" else "")
    set_tip(button, f"{tip}   {key}")
    return button
