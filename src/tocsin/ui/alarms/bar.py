"""The bar that shows the gravest alarm nobody has heard, on whatever screen. It takes no key."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from tocsin.model.alarms import Alarm, Priority, Standing
from tocsin.ui.alarms.watch import Watch
from tocsin.ui.icons import Icon
from tocsin.ui.palette import BAR_HEIGHT, GAP, SHAPES, Tone
from tocsin.ui.text import ElidedLabel, Label, set_tip, visible
from tocsin.ui.theme import Theme

TONES = {Priority.URGENT: Tone.RED, Priority.WARNING: Tone.ORANGE, Priority.NOTICE: Tone.YELLOW}
_FLASH_MS = 400  # 1.25 flashes a second, well under the three of WCAG 2.3.1
_FLASHES = 8  # changes of the frame, then it stands still


class AlarmBar(QFrame):
    """Shows what the watch holds. `look_wanted(Alarm)` to see what one is about, `declare_wanted(alert ids)`
    to declare from a finding, `all_wanted` for the list.
    """

    look_wanted = Signal(object)
    declare_wanted = Signal(object)
    all_wanted = Signal()

    def __init__(self, theme: Theme, watch: Watch) -> None:
        super().__init__()
        self._theme, self._watch = theme, watch
        self._shown: list[Standing] = []
        self._changes = 0
        self.setObjectName("alarms")
        self.setFixedHeight(BAR_HEIGHT)
        self.icon = Icon(theme, SHAPES[Tone.RED], "red", 16)
        self.head, self.words = Label("", "large"), ElidedLabel("")
        self.look_button, self.declare_button = QPushButton("Look   Ctrl U"), QPushButton("Declare")
        self.heard_button = QPushButton("Acknowledge   Ctrl Shift A")
        self.all_button = QPushButton("All …   Ctrl Shift L")
        self._flash = QTimer(self)
        self._flash.setInterval(_FLASH_MS)
        self._flash.timeout.connect(self._change)
        self._lay_out()
        self._wire()
        self.hide()

    @property
    def alarm(self) -> Alarm | None:
        """The alarm shown, None when there is none."""
        return self._shown[0].alarm if self._shown else None

    def look(self) -> None:
        """See what the alarm is about; of many or of none, the list."""
        if self._watch.flood or self.alarm is None:
            self.all_wanted.emit()
        else:
            self.look_wanted.emit(self.alarm)

    def acknowledge(self) -> None:
        """Silence the alarm shown and no other."""
        if self._watch.flood:
            self.all_wanted.emit()
        elif self.alarm is not None:
            self._watch.acknowledge([self.alarm])

    def declare(self) -> None:
        """Declare from the finding shown."""
        alarm = self.alarm
        if alarm is not None and not alarm.incident:
            self._watch.acknowledge([alarm])
            self.declare_wanted.emit(alarm.about)

    def _show(self) -> None:
        self._shown = self._watch.unheard
        if not self._shown:
            self._flash.stop()
            self.hide()
            return
        one = self._shown[0]
        flood = self._watch.flood
        more = f"  +{len(self._shown) - 1}" if len(self._shown) > 1 else ""
        head = f"{len(self._shown)} alarms within ten minutes" if flood else f"{one.alarm.title}{more}"
        words = "Too many to take in one by one: Ctrl U lists them" if flood else told(one)
        self.head.show_text(head)
        self.words.show_text(words)
        set_tip(self.words, words)
        self.declare_button.setVisible(not flood and not one.alarm.incident)
        self.setAccessibleName(visible(f"Alarm. {head}. {words}"))
        self._dress()
        self.show()

    def flash(self) -> None:
        """Draw the eye for a few seconds."""
        self._changes = 0
        self._flash.start()

    def _change(self) -> None:
        self._changes += 1
        if self._changes >= _FLASHES:
            self._flash.stop()
        self._dress()

    def _dress(self) -> None:
        if not self._shown:
            return
        tone = TONES[self._shown[0].alarm.priority]
        palette = self._theme.palette
        width = 4 if self._flash.isActive() and self._changes % 2 == 0 else 1
        self.icon.show_tone(tone)
        self.setStyleSheet(
            f"QFrame#alarms {{ background: {palette.fill(tone)}; border: 0; "
            f"border-bottom: {width}px solid {palette.tone(tone)}; }}"
        )

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GAP + 6, 0, GAP + 6, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.icon)
        layout.addWidget(self.head)
        layout.addWidget(self.words, 1)
        for button in (self.look_button, self.declare_button, self.heard_button, self.all_button):
            # A click must not take the keys along: somebody is typing in another place.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAutoDefault(False)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def _wire(self) -> None:
        self.look_button.clicked.connect(self.look)
        self.declare_button.clicked.connect(self.declare)
        self.heard_button.clicked.connect(self.acknowledge)
        self.all_button.clicked.connect(self.all_wanted)
        self._watch.changed.connect(self._show)
        self._theme.changed.connect(self._dress)


def told(one: Standing) -> str:
    """Return what is said of an alarm below its title."""
    if one.by:
        return f"stands since {one.by} acknowledged it · {one.alarm.detail}"
    return one.alarm.detail
