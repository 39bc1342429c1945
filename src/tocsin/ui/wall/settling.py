"""Asking until when a candidate sleeps, or why it is accepted, and writing it as an entry to undo."""

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from tocsin.model.journal import Entry
from tocsin.operations import incidents, queue
from tocsin.operations.queue import Waiting
from tocsin.operations.times import parse_until
from tocsin.ui.command.ask import Answers, Ask, Blank
from tocsin.ui.desk import Desk
from tocsin.ui.times import short_stamp

UNTIL = ("1 h", "4 h", "tomorrow 09:00")
_WHY_SNOOZE = "why it can wait, such as: retraining runs until tonight"
_WHY_ACCEPT = "why this is meant to stay"


class Settling:
    """Asks over the screen, about one candidate at a time. The id is made with the question."""

    def __init__(self, desk: Desk, ask: Ask) -> None:
        self._desk, self._ask = desk, ask

    def snooze(self, one: Waiting) -> None:
        """Ask until when and why, then let it sleep."""
        blanks = [
            Blank("reason", "Reason", hint=_WHY_SNOOZE),
            Blank("until", "Until", UNTIL[1], presets=UNTIL),
        ]
        title = f"Snooze {one.system} · {one.candidate.name}"
        self._ask.ask(title, blanks, "Snooze", partial(self._snooze, one, self._desk.store.new_id()))

    def accept(self, one: Waiting) -> None:
        """Ask why, then accept it as the new normal."""
        since = short_stamp(
            queue.normal_since(one.candidate.alerts), ZoneInfo(self._desk.store.zone), self._desk.store.now()
        )
        title = f"Accept as the new normal: {one.system} · {one.candidate.name}"
        blanks = [Blank("reason", "Reason", hint=f"{_WHY_ACCEPT}; normal since {since}")]
        self._ask.ask(title, blanks, "Accept", partial(self._accept, one, self._desk.store.new_id()))

    def join(self, one: Waiting) -> None:
        """Take it into the open incident it is likely part of."""
        if one.incident is not None:
            desk, ids = self._desk, one.candidate.ids
            call = partial(incidents.add_alerts, desk.store, desk.author, one.incident.id, ids)
            desk.write(call, said=f"Joined to {one.incident.reference}; Ctrl Z takes it back")

    def wake(self, one: Waiting) -> None:
        """Bring it back into the queue."""
        desk = self._desk
        desk.write(partial(queue.wake, desk.store, desk.author, one.candidate.ids), said="Back in the queue")

    def _snooze(self, one: Waiting, id: str, answers: Answers) -> None:
        desk = self._desk

        def call() -> Entry:
            until = parse_until(answers["until"], now=desk.store.now(), zone=desk.store.zone)
            return queue.snooze(desk.store, author, one.candidate.ids, until, answers["reason"], id=id)

        author = desk.author
        self._write(call, f"Snoozed until {answers['until']}; Ctrl Z wakes it")

    def _accept(self, one: Waiting, id: str, answers: Answers) -> None:
        desk = self._desk
        call = partial(queue.accept, desk.store, desk.author, one.candidate.ids, answers["reason"], id=id)
        self._write(call, "Accepted as the new normal; Ctrl Z brings the old one back")

    def _write(self, call: Callable[[], Entry], said: str) -> None:
        job = self._desk.write(call, lambda _entry: self._ask.done(), said=said)
        job.refused.connect(lambda error: self._ask.refuse(str(error)))
        job.broke.connect(lambda _error: self._ask.refuse("A fault of the program; it was logged."))
