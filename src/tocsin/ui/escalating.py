"""Escalation while the console is open: whose call is due, in the footer, and what goes out by itself."""

import logging
import threading
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from tocsin.errors import UserError
from tocsin.importers.http_errors import Stopped
from tocsin.model.ladder import Standing, State
from tocsin.operations import escalation
from tocsin.operations.escalation import EscalationView
from tocsin.operations.operators import account
from tocsin.ui.desk import Desk
from tocsin.ui.footer import Footer
from tocsin.ui.times import countdown

if TYPE_CHECKING:
    from tocsin.model.journal import Entry
    from tocsin.operations.sending import Sender
    from tocsin.ui.sources.strongbox import Strongbox

_MOST_TOLD = 8  # escalations in the tip
_AFTER_MS = 200  # a burst of commits is read once
_LOCKED_S = 15.0  # how often it is looked whether somebody has unlocked the secrets
_LEAVE_S = 1.5  # how long the end of the program waits for what is being sent
_log = logging.getLogger(__name__)


class Escalating(QObject):
    """Watches the escalations of all open incidents. `changed(list[EscalationView])`, those that call first.

    Sending is done in a thread of its own, begun when a channel is there and somebody has to be found.
    """

    changed = Signal(object)
    _told = Signal(str, bool)

    def __init__(self, desk: Desk, footer: Footer, strongbox: "Strongbox") -> None:
        super().__init__()
        self._desk, self._footer, self._strongbox = desk, footer, strongbox
        self.views: list[EscalationView] = []
        self._moments: list[datetime] = []  # when a step of any of them begins
        self._reading = self._again = self._closed = False
        self._stop, self._wake = threading.Event(), threading.Event()
        self._asked: list[str] = []  # incidents whose messages a person wants sent once more
        self._thread: threading.Thread | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_AFTER_MS)
        self._soon.timeout.connect(self.look)
        self._told.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def watch(self) -> None:
        """Look now, and whenever something is committed or a step begins."""
        self._desk.bell.journal_changed.connect(self._soon.start)
        self._desk.heartbeat.tick.connect(self._tick)
        self.look()

    def look(self) -> None:
        """Read the escalations anew."""
        self._again = self._reading
        if self._reading or self._closed:
            return
        self._reading = True
        job = self._desk.jobs.read(partial(escalation.open_ones, self._desk.store))
        job.succeeded.connect(self._looked)
        job.refused.connect(lambda error: self._desk.tell(str(error), trouble=True))
        job.ended.connect(self._ended)
        job.start()

    def send_again(self, incident: str) -> None:
        """Let the messages of an incident's present step go out once more."""
        self._asked.append(incident)
        self._desk.tell("Sending once more …")
        self._begin()

    def stop(self) -> None:
        """Begin no more, and end what is under way as soon as a server lets go."""
        self._closed = True
        self._soon.stop()
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_LEAVE_S)

    def _looked(self, views: list[EscalationView]) -> None:
        self.views = views
        rungs = [(rung, view) for view in views if view.standing.stands for rung in view.standing.rungs]
        # Those past are left out, or every tick would read everything again.
        self._moments = sorted(rung.ends for rung, view in rungs if rung.ends > view.now)
        self.changed.emit(views)
        self._show(self._desk.store.now())
        if any(view.standing.stands and view.arranged.channels for view in views):
            self._begin()

    def _ended(self) -> None:
        self._reading = False
        if self._again and not self._closed:
            self.look()

    def _tick(self, now: datetime) -> None:
        if self._moments and now >= self._moments[0]:
            self._moments = [moment for moment in self._moments if moment > now]
            self.look()
        self._show(now)

    def _show(self, now: datetime) -> None:
        """Say in the footer whom to call, for the escalation whose next step begins soonest."""
        found = [view for view in self.views if view.standing.stands]
        if not found:
            self._footer.show_call("", "")
            return
        view, more = found[0], f" and {len(found) - 1} more" if len(found) > 1 else ""
        text = f"{view.incident.reference}{more}: {in_words(view.standing, now)}"
        self._footer.show_call(text, "\n".join(line(one, now) for one in found[:_MOST_TOLD]))

    def _begin(self) -> None:
        if self._desk.store.read_only or self._closed:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="escalation", daemon=True)
            self._thread.start()
        self._wake.set()

    def _run(self) -> None:
        # Loaded here: what sends is heavy, and most consoles never need it.
        from tocsin.operations.sending import Sender

        sender = Sender(self._desk.store, account(), self._strongbox.get, self._stop)
        while not self._stop.is_set():
            self._wake.wait(_LOCKED_S if sender.waiting else None)
            self._wake.clear()
            try:
                self._send(sender)
            except UserError as error:
                self._say(f"Escalation: {error}", True)
            except Stopped:
                return
            except Exception:  # noqa: BLE001 - whatever broke, the next step is sent all the same
                if not self._stop.is_set():  # else the store was closed under it
                    _log.exception("sending broke")
                self._say("A fault of the program while sending; it was logged.", True)

    def _say(self, text: str, trouble: bool) -> None:
        if not self._stop.is_set():
            self._told.emit(text, trouble)

    def _send(self, sender: "Sender") -> None:
        if self._stop.is_set():
            return
        entries: list[Entry] = []
        while self._asked:
            entries += sender.send_again(self._asked.pop(0))
        entries += sender.send_due()
        failed = [one for one in entries if getattr(one.body, "outcome", "") != "sent"]
        if failed:
            body = failed[-1].body
            why = getattr(body, "detail", "")
            self._say(f"Not sent by {getattr(body, 'channel', '')}: {why}", True)
        elif sender.waiting:
            self._say(f"Not sent yet: {sender.waiting}", True)
        elif entries:
            self._say(f"{len(entries)} {'message' if len(entries) == 1 else 'messages'} sent", False)

    def _tell(self, text: str, trouble: bool) -> None:
        self._desk.tell(text, trouble=trouble)


def in_words(standing: Standing, now: datetime) -> str:
    """Return whom to call and how long there is time, in a few words."""
    call = standing.now
    if standing.state is State.EXHAUSTED:
        return "nobody took over"
    left = f" · {countdown(standing.next_at - now)}" if standing.next_at is not None else ""
    if call is None:
        return f"{', '.join(standing.answered) or 'somebody'} answered, who takes over?{left}"
    return f"call {call.callee.person or call.callee.target}{left}"


def line(view: EscalationView, now: datetime) -> str:
    """Return an escalation in a line for a tip."""
    step = f" · {view.standing.step.title}" if view.standing.step else ""
    return f"{view.incident.reference} {view.incident.severity}{step}: {in_words(view.standing, now)}"
