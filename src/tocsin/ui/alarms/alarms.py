"""Alarms in the console: the watch, the bar, the sounds, the tray and the list, wired once."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSystemTrayIcon

from tocsin.model.alarms import Alarm, Priority
from tocsin.operations import alarms
from tocsin.operations.operators import account
from tocsin.ui.alarms.bar import TONES, AlarmBar
from tocsin.ui.alarms.watch import Watch
from tocsin.ui.desk import Desk
from tocsin.ui.icons import icon
from tocsin.ui.palette import SHAPES
from tocsin.ui.window import Window

if TYPE_CHECKING:
    from tocsin.ui.alarms.sheet import AlarmSheet
    from tocsin.ui.alarms.sound import Player

_SHOWN_MS = 10_000  # how long the tray shows a message


class Alarms(QObject):
    """Rings, flashes and tells the tray. `look_wanted(Alarm)` and `declare_wanted(alert ids)` as of the bar.

    What could not be sounded or shown is written down, once for each alarm.
    """

    look_wanted = Signal(object)
    declare_wanted = Signal(object)

    def __init__(self, desk: Desk, window: Window) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        self.watching = Watch(desk)
        self.bar = AlarmBar(desk.theme, self.watching)
        window.add_bar(self.bar)
        self.muted = False
        self._player: Player | None = None
        self._sheet: AlarmSheet | None = None
        self._tray: QSystemTrayIcon | None = None
        self._failed: set[str] = set()
        self._last: Alarm | None = None
        self.watching.rang.connect(self._rang)
        self.bar.look_wanted.connect(self.look_wanted)
        self.bar.declare_wanted.connect(self.declare_wanted)
        self.bar.all_wanted.connect(self.show_all)

    def watch(self) -> None:
        """Begin."""
        self.watching.watch()

    def stop(self) -> None:
        """Fall silent."""
        if self._player is not None:
            self._player.close()
        if self._tray is not None:
            self._tray.hide()

    @property
    def player(self) -> "Player":
        """What plays the sounds, made when the first is to be heard."""
        if self._player is None:
            from tocsin.ui.alarms.sound import Player

            self._player = Player()
            self._player.failed.connect(self._not_sounded)
        return self._player

    def show_all(self) -> None:
        """Show the list of all alarms, with their sounds to try."""
        if self._sheet is None:
            from tocsin.ui.alarms.sheet import AlarmSheet

            self._sheet = AlarmSheet(self._desk, self._window, self.watching)
            self._sheet.look_wanted.connect(self.look_wanted)
            self._sheet.mute_wanted.connect(self.toggle_mute)
            self._sheet.sound_wanted.connect(self.try_sound)
            self._sheet.show_muted(self.muted)
        self._sheet.open()

    def mute(self, muted: bool) -> None:
        """Play no sounds until told otherwise or the console is closed; the footer says so all the time."""
        self.muted = muted
        self._window.footer.show_muted(muted)
        if self._sheet is not None:
            self._sheet.show_muted(muted)
        self._desk.tell("Alarm sounds are muted" if muted else "Alarm sounds are on", trouble=muted)

    def toggle_mute(self) -> None:
        """Mute, or sound again."""
        self.mute(not self.muted)

    def try_sound(self, priority: Priority) -> None:
        """Play a sound so that people know it, also while muted."""
        if self.player.play(priority):
            self._last = None

    def _rang(self, alarm: Alarm, loud: bool) -> None:
        self.bar.flash()
        if not self.muted and self.player.play(alarm.priority, loud=loud):
            self._last = alarm
        if not self._window.isActiveWindow():
            self._tell_tray(alarm)

    def _tell_tray(self, alarm: Alarm) -> None:
        if not QSystemTrayIcon.isSystemTrayAvailable() or not QSystemTrayIcon.supportsMessages():
            if self._window.isMinimized():
                self._unheard(alarm, "could not be shown: the window is minimised and there is no tray")
            return
        tone = TONES[alarm.priority]
        picture = icon(SHAPES[tone], self._desk.theme.palette.tone(tone))
        if self._tray is None:
            self._tray = QSystemTrayIcon(picture, self)
            self._tray.messageClicked.connect(self._window.activateWindow)
        self._tray.setIcon(picture)
        self._tray.show()
        self._tray.showMessage(alarm.title, alarm.detail, picture, _SHOWN_MS)

    def _not_sounded(self, _priority: int, why: str) -> None:
        if self._last is None:
            self._desk.tell(f"The sound could not be played: {why}.", trouble=True)
            return
        self._unheard(self._last, f"could not be sounded: {why}")

    def _unheard(self, alarm: Alarm, what: str) -> None:
        """Write it down once for each alarm; say so only the first time, or each would cover the last."""
        if alarm.id in self._failed:
            return
        if not self._failed:
            self._desk.tell(f"An alarm {what}.", trouble=True)
        self._failed.add(alarm.id)
        if not self._desk.store.read_only:
            job = self._desk.jobs.command(partial(alarms.unheard, self._desk.store, account(), alarm, what))
            job.start()
