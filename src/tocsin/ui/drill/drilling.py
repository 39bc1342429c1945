"""Runs a drill in the console: brings in what is due as the store's clock runs, ends it with the score."""

from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import QObject

from tocsin.model.drill import MESSAGE, Inject, Scenario, Score
from tocsin.model.response import InjectGiven
from tocsin.now import FastClock
from tocsin.operations import drill
from tocsin.ui.desk import Desk
from tocsin.ui.drill.bar import DrillBar
from tocsin.ui.drill.sheet import DrillSheet
from tocsin.ui.window import Window


class Drilling(QObject):
    """Made for a store of a drill. Without a clock of its own the drill stands still and is only marked."""

    def __init__(self, desk: Desk, window: Window, told: Scenario) -> None:
        super().__init__(window)
        self._desk, self._window, self._told = desk, window, told
        self._began, self._ends = drill.began(desk.store), drill.ends(desk.store, told)
        clock = desk.store.clock
        self._speed = clock.speed if isinstance(clock, FastClock) else 0.0
        self._next: datetime | None = self._began if self._speed else None
        self._giving = False
        self.bar = DrillBar(desk.theme, told.title)
        self.sheet = DrillSheet(desk, window, told)
        window.add_bar(self.bar)
        window.add_action("Messages of the drill", self.show_messages, "Ctrl+Shift+J", "log")
        window.add_action("End the drill and see the score", self.end, "", "check")
        self.bar.messages_wanted.connect(self.show_messages)
        self.bar.end_wanted.connect(self.end)
        desk.heartbeat.tick.connect(self._tick)

    def begin(self) -> None:
        """Show the brief, where the drill runs."""
        if self._speed:
            self.show_messages()

    def show_messages(self) -> None:
        """Show the brief and everything that was brought in."""
        self._desk.read(partial(drill.given, self._desk.store), self._show_given)

    def end(self) -> None:
        """Bring nothing more in, and show how it went."""
        self._next, self._ends = None, min(self._ends, self._desk.store.now())  # the bar says that it is over
        self._desk.read(partial(drill.scored, self._desk.store), self._show_score)

    def _tick(self, now: datetime) -> None:
        if self._speed:
            self.bar.show_left(now, self._ends, self._speed)
        if self._next is None or self._giving or now < self._next:
            return
        self._giving = True
        job = self._desk.jobs.bulk(partial(drill.give_due, self._desk.store, self._told))
        job.succeeded.connect(self._given)
        job.refused.connect(lambda error: self._desk.tell(str(error), trouble=True))
        job.ended.connect(self._done)
        job.start()

    def _done(self) -> None:
        self._giving = False
        now = self._desk.store.now()
        if self._next is None:
            return
        if now >= self._ends:
            self.end()
            return
        ahead = [at for one in self._told.injects if (at := self._at(one)) > now]
        self._next = min([*ahead, self._sample_after(now), self._ends])

    def _at(self, one: Inject) -> datetime:
        return self._began + timedelta(minutes=one.minutes)

    def _sample_after(self, now: datetime) -> datetime:
        """When the systems send again."""
        every = timedelta(minutes=self._told.every_minutes)
        return self._began + ((now - self._began) // every + 1) * every

    def _given(self, given: list[Inject]) -> None:
        for one in given:
            if one.kind == MESSAGE:
                to = f" (for {one.role})" if one.role else ""
                self.bar.show_message(f"{one.who}{to}: {one.text}")

    def _show_given(self, given: dict[str, InjectGiven]) -> None:
        self.sheet.show_messages(given.values())

    def _show_score(self, found: Score) -> None:
        self.sheet.show_score(found)
