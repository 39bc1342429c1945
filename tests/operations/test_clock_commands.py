"""Random sequences of commands over a real store, its machine's clock set now and then: no clock is lost."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.errors import UserError
from tocsin.model.calendar import Offset, Unit
from tocsin.model.clocks import ClockState, State
from tocsin.model.instant import When
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.response import PolicyApplied, UpdateSnoozed, UpdateTold
from tocsin.model.severity import Scheme
from tocsin.now import ManualClock
from tocsin.operations import clocks, facts, incidents, policies, undo
from tocsin.operations.clocks import mark, pause, resume
from tocsin.policy.expand import expanded
from tocsin.policy.load import load_shipped
from tocsin.store import incidents as stored
from tocsin.store.folder import Store

A = Author("Operator A")
COMMANDS = ("met", "waive", "pause", "resume", "fact", "grade", "move", "tell", "snooze", "undo", "policy")
WALL = (timedelta(days=1), -timedelta(days=1))
steps = st.lists(
    st.tuples(
        st.sampled_from(COMMANDS), st.integers(0, 99), st.integers(0, 5000), st.sampled_from((0, 0, 0, 1, 2))
    ),
    max_size=10,
)


class Acting:
    """A store with one incident, and what may be done to its clocks."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self.store, self.clock = store, clock
        self.incident = incidents.declare(store, A, title="Scorer declines", system="scorer").id
        self.written: list[Entry] = []

    def states(self) -> list[ClockState]:
        return clocks.listed(self.store, self.incident)

    def do(self, command: str, pick: int) -> None:
        before = self.states()
        current = [one for one in before if one.id == one.rule]
        try:
            entry = getattr(self, f"_{command}")(current[pick % len(current)], pick)
        except UserError:
            assert self.states() == before, "what was refused changed nothing"
        else:
            self.written.append(entry)

    def _after(self, clock: ClockState, state: State) -> None:
        assert next(one for one in self.states() if one.id == clock.id).state is state

    def _met(self, clock: ClockState, pick: int) -> Entry:
        entry = mark(self.store, A, self.incident, clock.id, State.MET)
        assert clock.repeats or next(o for o in self.states() if o.id == clock.id).ended is not None
        return entry

    def _waive(self, clock: ClockState, pick: int) -> Entry:
        entry = mark(self.store, A, self.incident, clock.id, State.WAIVED, reason="not needed")
        self._after(clock, State.WAIVED)
        return entry

    def _pause(self, clock: ClockState, pick: int) -> Entry:
        entry = pause(self.store, A, self.incident, clock.id, "waits")
        self._after(clock, State.PAUSED)
        return entry

    def _resume(self, clock: ClockState, pick: int) -> Entry:
        entry = resume(self.store, A, self.incident, clock.id)
        assert all(one.paused is None for one in self.states() if one.id == clock.id)
        return entry

    def _fact(self, clock: ClockState, pick: int) -> Entry:
        at = self.store.now() - timedelta(minutes=pick)
        return facts.state(self.store, A, self.incident, "awareness", at, "the call")

    def _grade(self, clock: ClockState, pick: int) -> Entry:
        level = f"SEV-{pick % 4 + 1}"
        return incidents.set_fields(self.store, A, self.incident, {"severity": level})

    def _move(self, clock: ClockState, pick: int) -> Entry:
        status = ("contained", "resolved", "closed", "re-opened")[pick % 4]
        return incidents.move(self.store, A, self.incident, status)

    def _say(self, body: UpdateTold | UpdateSnoozed | PolicyApplied) -> Entry:
        with self.store.write() as write:
            occurred = When(self.store.now())
            return write.add(A, body, incident=self.incident, subject=self.incident, occurred=occurred)

    def _tell(self, clock: ClockState, pick: int) -> Entry:
        return self._say(UpdateTold("leadership", "words", "them"))

    def _snooze(self, clock: ClockState, pick: int) -> Entry:
        return self._say(UpdateSnoozed(self.store.now() + timedelta(minutes=pick + 1), "busy"))

    def _undo(self, clock: ClockState, pick: int) -> Entry:
        if not self.written:
            raise UserError("there is nothing to undo.")
        return undo.undo(self.store, A, self.written[pick % len(self.written)].id)

    def _policy(self, clock: ClockState, pick: int) -> Entry:
        with self.store.write() as write:
            sha = policies.freeze_into(write, A, other(self.store, pick % 2))
        return self._say(PolicyApplied(sha, "another contract"))


def other(store: Store, which: int) -> Scheme:
    """A pack with other times; the second lacks a clock, too."""
    shipped = load_shipped()
    rules = [replace(r, within=Offset(7, Unit.HOURS)) if r.id == "contain" else r for r in shipped.clocks]
    kept = tuple(rule for rule in rules if not which or rule.id != "investigate")
    return expanded(replace(shipped, clocks=kept), store.zone, store.now())


def check(acting: Acting) -> None:
    """Every rule of the level has its one clock, each is told once, and each stands somewhere."""
    with acting.store.journal.read() as connection:
        known = stored.get(connection, acting.incident)
        scheme = policies.of(connection, known.policy)
    found = acting.states()
    assert len({one.id for one in found}) == len(found)
    current = {one.id for one in found if one.id == one.rule}
    assert current == {rule.id for rule in scheme.clocks if rule.holds_at(known.severity)}
    for one in found:
        ticking = one.state in (State.RUNNING, State.DUE_SOON, State.OVERDUE)
        assert ticking + (one.ended is not None) + (one.state in (State.WAITING, State.PAUSED)) == 1
        assert not ticking or one.counts_up or one.due is not None
        assert one.state is not State.PAUSED or one.counts_up or one.remaining is not None


def test_no_clock_is_lost_whatever_is_done(store: Store, clock: ManualClock) -> None:
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps)
    def holds(taken: list[tuple[str, int, int, int]]) -> None:
        acting = Acting(store, clock)
        for command, pick, minutes, wall in taken:
            clock.advance(minutes=minutes)
            if wall:
                clock.set_wall(clock.now() + WALL[wall - 1])
            acting.do(command, pick)
            check(acting)

    holds()
