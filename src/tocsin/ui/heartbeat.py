"""One beat a second for everything that counts down, and the news that somebody set the clock."""

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from tocsin.now import Clock, JumpWatch


class Heartbeat(QObject):
    """Rings `tick(now)` at each full second of the clock handed in, and at once when the window comes back.

    `jumped(timedelta)` comes before the tick that shows the new time, when the wall clock was set by hand.
    """

    tick = Signal(object)
    jumped = Signal(object)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._watch = JumpWatch(clock)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.beat)
        self._beating = False
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._woken)

    def start(self) -> None:
        """Begin to beat."""
        self._beating = True
        self.beat()

    def stop(self) -> None:
        """Fall silent."""
        self._beating = False
        self._timer.stop()

    def beat(self) -> None:
        """Tell the time now, and wait for the next full second."""
        by = self._watch.check()
        now = self._clock.now()
        if self._beating:
            # A hundredth past the second: a timer that fires early must not show the same second twice.
            self._timer.start(1010 - now.microsecond // 1000)
        if by is not None:
            self.jumped.emit(by)
        self.tick.emit(now)

    def _woken(self, state: Qt.ApplicationState) -> None:
        if self._beating and state == Qt.ApplicationState.ApplicationActive:
            self.beat()
