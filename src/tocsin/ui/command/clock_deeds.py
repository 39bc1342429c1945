"""What an operator does to clocks beyond meeting them: let one stand still or go on, state a fact."""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from tocsin.model.clocks import ClockState, State
from tocsin.model.facts import STATED, facts, lies_ahead, may_be_stated, title
from tocsin.model.journal import Entry
from tocsin.operations import clocks
from tocsin.operations import facts as stated
from tocsin.operations.command import CommandView
from tocsin.operations.times import parse_instant, parse_when
from tocsin.ui.command.ask import Answers, Ask, Blank
from tocsin.ui.command.deeds import write
from tocsin.ui.desk import Desk
from tocsin.ui.times import short_stamp

_WHEN = "now, or 14:20, or 2026-11-02 14:20"


class ClockDeeds:
    """Asks and writes for the incident of the view shown last."""

    def __init__(self, desk: Desk, ask: Ask) -> None:
        self._desk, self._ask = desk, ask
        self.view: CommandView | None = None

    def pause(self, clock: ClockState) -> None:
        """Ask why a clock stands still; of one that does, let it go on."""
        if self._ready() is None:
            return
        if clock.paused is not None:
            blanks = [
                Blank("at", "From", hint=_WHEN),
                Blank("reason", "Note", hint="if there is one to make"),
            ]
            self._ask.ask(f"Let the clock {clock.name} go on", blanks, "Go on", partial(self._resume, clock))
            return
        if trouble := _cannot_pause(clock):
            self._desk.tell(trouble)
            return
        blanks = [Blank("reason", "Reason", hint="what is waited for"), Blank("at", "From", hint=_WHEN)]
        self._ask.ask(f"Let the clock {clock.name} stand still", blanks, "Hold", partial(self._pause, clock))

    def fact(self, wanted: str = "") -> None:
        """Ask for a moment that clocks count from: the one wanted, else those that clocks wait for first."""
        if (view := self._ready()) is None:
            return
        awaited, known = _awaited(view), facts(view.incident)
        zone, now = ZoneInfo(self._desk.store.zone), self._desk.store.now()

        def words(fact: str) -> str:
            at = f", stated as {short_stamp(known[fact], zone, now)}" if fact in known else ""
            return f"{title(fact)}{at}{' · a clock waits for it' * (fact in awaited)}"

        order = dict.fromkeys(filter(None, (wanted, *awaited, *STATED)))
        choices = tuple((fact, words(fact)) for fact in order)
        blanks = [Blank("fact", "Fact", choices[0][0], choices=choices), Blank("at", "When", hint=_WHEN),
                  Blank("evidence", "Rests on", hint="who said so, a ticket, a file")]  # fmt: skip
        self._ask.ask("A moment that clocks count from", blanks, "State", self._state)

    def _ready(self) -> CommandView | None:
        if self._desk.store.read_only:
            self._desk.tell("This store can only be read here.", trouble=True)
            return None
        return self.view if self.view is not None and not self.view.incident.withdrawn else None

    def _pause(self, clock: ClockState, answers: Answers) -> None:
        desk, incident = self._desk, self._incident

        def call() -> Entry:
            at = self._typed(answers["at"])
            return clocks.pause(desk.store, desk.author, incident, clock.id, answers["reason"], at=at)

        write(desk, self._ask, call, f"{clock.name} stands still")

    def _resume(self, clock: ClockState, answers: Answers) -> None:
        desk, incident = self._desk, self._incident

        def call() -> Entry:
            at = self._typed(answers["at"])
            return clocks.resume(desk.store, desk.author, incident, clock.id, answers["reason"], at=at)

        write(desk, self._ask, call, f"{clock.name} goes on")

    def _state(self, answers: Answers) -> None:
        desk, incident, fact, id = self._desk, self._incident, answers["fact"], self._desk.store.new_id()

        def call() -> Entry:
            now, typed = desk.store.now(), answers["at"].strip()
            at = (
                parse_instant(typed, now=now, zone=desk.store.zone)
                if lies_ahead(fact)
                else self._typed(typed)
            )
            return stated.state(
                desk.store, desk.author, incident, fact, at or now, answers["evidence"], id=id
            )

        write(desk, self._ask, call, f"Stated: {title(fact)}")

    @property
    def _incident(self) -> str:
        assert self.view is not None
        return self.view.incident.id

    def _typed(self, text: str) -> datetime | None:
        store = self._desk.store
        return None if text.strip() in ("", "now") else parse_when(text, now=store.now(), zone=store.zone).at


def _cannot_pause(clock: ClockState) -> str:
    if not clock.pausable:
        return f"{clock.name} cannot be paused: its rule lets it run."
    if clock.state is State.OVERDUE:
        return f"{clock.name} has run out; a pause would not bring its time back."
    return "" if clock.ticking else f"{clock.name} is {clock.state}; there is nothing to pause."


def _awaited(view: CommandView) -> list[str]:
    """The facts that clocks which have not begun wait for and a person may state."""
    waiting = {clock.rule for clock in view.clocks if clock.state is State.WAITING}
    rules = [rule for rule in view.scheme.clocks if rule.id in waiting]
    return list(dict.fromkeys(rule.anchor for rule in rules if may_be_stated(rule.anchor)))
