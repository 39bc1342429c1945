"""Clocks of random incidents in every shipped scheme against `clock_oracle.py`, which lives each event."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.model.clock_oracle import Life, Running, instant
from tocsin.model.calendar import Calendar, frozen
from tocsin.model.clocks import ClockState, State, as_of, at, clock_states
from tocsin.model.conduct import Conduct, Said
from tocsin.model.incident import CLOSED, CONTAINED, FOLLOWS, REOPENED, RESOLVED, Grade, Incident, Mark, Move
from tocsin.model.response import (
    ClockPaused,
    ClockResumed,
    EscalationAcknowledged,
    FixVerified,
    IncidentTriaged,
    UpdateSnoozed,
    UpdateTold,
)
from tocsin.model.severity import Scheme
from tocsin.policy.load import load_shipped, shipped

ZONES = ("Europe/Berlin", "America/New_York", "America/Havana", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
# Around what breaks calendars: clock changes both ways, the leap day, the year's end, holidays.
MOMENTS = (
    datetime(2026, 3, 28, 12, tzinfo=UTC),
    datetime(2026, 10, 24, 12, tzinfo=UTC),
    datetime(2026, 11, 1, 3, tzinfo=UTC),
    datetime(2026, 10, 3, 12, tzinfo=UTC),
    datetime(2028, 2, 28, 20, tzinfo=UTC),
    datetime(2026, 12, 30, 9, tzinfo=UTC),
)
HOLIDAYS = (date(2026, 3, 30), date(2026, 10, 26), date(2026, 12, 31), date(2027, 1, 1), date(2028, 2, 29))
KINDS = ("pause", "resume", "pause", "resume", "grade", "move", "mark", "update", "snooze", "triage",
         "acknowledge", "verify")  # fmt: skip
FACT = {CONTAINED: "contained", RESOLVED: "resolution", CLOSED: "closed"}

happenings = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 999),
        st.one_of(st.integers(1, 9), st.integers(1, 60), st.integers(1, 1500), st.integers(1, 9000)),
    ),
    max_size=14,
)


@cache
def pack(name: str) -> Scheme:
    return load_shipped(name)


@cache
def lived_in(name: str, zone: str, moment: datetime, off: frozenset[date], freeze: bool) -> Scheme:
    """A shipped scheme with holidays, as a pack or as an incident freezes it."""

    def of(calendar: Calendar) -> Calendar:
        here = replace(calendar, holidays=calendar.holidays | off)
        return frozen(here, zone, moment) if freeze else here

    scheme = pack(name)
    return replace(
        scheme,
        calendar=of(scheme.calendar),
        calendars={id: of(calendar) for id, calendar in scheme.calendars.items()},
    )


class Both:
    """One incident, lived by the oracle and written down for the program."""

    def __init__(self, scheme: Scheme, zone: str, level: int, detected: int, declared: int) -> None:
        first = scheme.levels[level % len(scheme.levels)].id
        self.scheme, self.at = scheme, declared
        self.life = Life(scheme, ZoneInfo(zone), first, detected, declared)
        grade = Grade("first", first, instant(declared))
        self.incident = Incident(
            "i",
            "INC-2026-WR-0001",
            "s",
            "p",
            instant(declared),
            instant(detected),
            "Operator A",
            grades=(grade,),
        )

    def happen(self, kind: str, pick: int, gap: int) -> None:
        self.at += gap
        getattr(self, f"_{kind}")(pick)

    def _say(self, place: str, body: object) -> None:
        conduct = self.incident.conduct
        said = Said(f"{place} {self.at}", instant(self.at), "Operator B", body)
        changed: Conduct = replace(conduct, **{place: (*getattr(conduct, place), said)})
        self.incident = replace(self.incident, conduct=changed)

    def _level(self, pick: int) -> tuple[str, bool]:
        level = self.scheme.levels[pick % len(self.scheme.levels)].id
        grade = Grade(f"grade {self.at}", level, instant(self.at))
        self.incident = replace(self.incident, grades=(*self.incident.grades, grade))
        changed = level != self.life.level
        if changed:
            self.life.live("grade", level, self.at)
            self.life.live("happen", "graded", self.at)
        return level, changed

    def _grade(self, pick: int) -> None:
        self._level(pick)

    def _triage(self, pick: int) -> None:
        level, _ = self._level(pick)
        self._say("triages", IncidentTriaged({}, level, level, "because"))
        self.life.live("happen", "triaged", self.at)

    def _move(self, pick: int) -> None:
        allowed = FOLLOWS[self.incident.status]
        status = allowed[pick % len(allowed)]
        move = Move(f"move {self.at}", status, instant(self.at))
        self.incident = replace(self.incident, moves=(*self.incident.moves, move))
        if status == REOPENED:
            self.life.live("reopen", self.at)
        else:
            self.life.live("happen", FACT[status], self.at)

    def _one(self, pick: int, fits: list[str]) -> str | None:
        return fits[pick % len(fits)] if fits else None

    def _open(self) -> list[tuple[str, Running]]:
        return [(id, one) for id, one in self.life.clocks.items() if one.ended is None]

    def _mark(self, pick: int) -> None:
        fits = [id for id, one in self._open() if one.started is not None or not one.rule.repeats]
        if (id := self._one(pick, fits)) is not None:
            how = ("met", "met", "waived", "not applicable")[pick % 4]
            mark = Mark(f"mark {self.at}", id, how, instant(self.at), "", "Operator B")
            self.incident = replace(self.incident, marks=(*self.incident.marks, mark))
            self.life.live("mark", id, how, self.at)

    def _pause(self, pick: int) -> None:
        def runs(one: Running) -> bool:
            due = self.life.due(one)
            late = due is not None and due < instant(self.at)
            return one.started is not None and one.open is None and one.rule.pausable and not late

        if (id := self._one(pick, [id for id, one in self._open() if runs(one)])) is not None:
            self._say("pauses", ClockPaused(id, "waits"))
            self.life.live("pause", id, self.at)

    def _resume(self, pick: int) -> None:
        if (id := self._one(pick, [id for id, one in self._open() if one.open is not None])) is not None:
            self._say("resumes", ClockResumed(id))
            self.life.live("resume", id, self.at)

    def _update(self, pick: int) -> None:
        audience = ("leadership", "users", "teams")[pick % 3]
        self._say("updates", UpdateTold(audience, "words", "them"))
        self.life.live("happen", "update", self.at)
        self.life.live("happen", f"update:{audience}", self.at)

    def _snooze(self, pick: int) -> None:
        until = self.at + 1 + pick % 120
        self._say("snoozes", UpdateSnoozed(instant(until), "busy"))
        self.life.live("snooze", until)

    def _acknowledge(self, pick: int) -> None:
        self._say("acknowledged", EscalationAcknowledged("first", "Operator B"))
        self.life.live("happen", "acknowledged", self.at)

    def _verify(self, pick: int) -> None:
        self._say("verified", FixVerified("2", instant(self.at), "quiet"))
        self.life.live("happen", "verified", self.at)


@st.composite
def incidents(draw: st.DrawFn, name: str) -> tuple[Both, str]:
    zone, moment = draw(st.sampled_from(ZONES)), draw(st.sampled_from(MOMENTS))
    off = draw(st.frozensets(st.sampled_from(HOLIDAYS)))
    scheme = lived_in(name, zone, moment, off, draw(st.booleans()))
    detected = int(moment.timestamp()) // 60 + draw(st.integers(-3000, 3000))
    both = Both(scheme, zone, draw(st.integers(0, 3)), detected, detected + draw(st.integers(1, 90)))
    for kind, pick, gap in draw(happenings):
        both.happen(kind, pick, gap)
    return both, zone


def check(both: Both, zone: str, after: int) -> None:
    """Compare every clock, its due time before all, as of some minutes after the last thing that happened."""
    now = instant(both.at) + timedelta(minutes=after)
    found = {one.id: one for one in clock_states(both.incident, both.scheme, now, zone)}
    life = both.life
    assert {id for id in found if "/" not in id} == set(life.clocks)
    assert sum("/" in id for id in found) == len(life.gone)
    for id, one in life.clocks.items():
        _same(found[id], one, life)
        if found[id].ended is None and found[id].stopped is None and (due := found[id].due) is not None:
            assert (found[id].state is State.OVERDUE) == (now > due)
            assert found[id].left(now) == due - now
    gone = sorted((one.rule.id, one.ended or 0, one.how) for one in life.gone)
    past = [one for one in found.values() if "/" in one.id and one.ended is not None]
    assert sorted((o.rule, int(o.ended.timestamp()) // 60, o.state.value) for o in past if o.ended) == gone


def _same(state: ClockState, one: Running, life: Life) -> None:
    assert state.started == (None if one.started is None else instant(one.started))
    if one.ended is not None:
        assert (state.ended, state.state.value) == (instant(one.ended), one.how)
        due = life.due(one, one.ended)
        assert state.due == due or one.rule.repeats
        if one.how in ("met", "superseded") and due is not None and state.due is not None:
            assert state.late == (instant(one.ended) > due)
    else:
        assert state.ended is None
        due = life.due(one)
        begin = None if one.open is None or one.started is None else max(one.open, one.started)
        still = begin is not None and (due is None or instant(begin) < due)
        assert (state.state is State.PAUSED) == (still and one.started is not None)
        if still and due is not None and begin is not None:
            assert (state.due, state.remaining) == (None, due - instant(begin))
        else:
            assert state.due == due
    assert (state.rounds, state.late_rounds) == (one.rounds, one.late)


LITTLE = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MUCH = settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", shipped())
def test_every_clock_of_a_random_incident_agrees_with_the_oracle(name: str) -> None:
    @LITTLE
    @given(incidents(name), st.integers(-2000, 9000))
    def agrees(lived: tuple[Both, str], after: int) -> None:
        check(*lived, after)

    agrees()


@pytest.mark.soak
@pytest.mark.parametrize("name", shipped())
def test_ten_thousand_random_incidents_agree_with_the_oracle(name: str) -> None:
    for each in shipped():
        pack(each)  # all at once: the folder may change while this runs

    @MUCH
    @given(incidents(name), st.integers(-2000, 9000))
    def agrees(lived: tuple[Both, str], after: int) -> None:
        check(*lived, after)

    agrees()


def test_the_machine_s_clock_or_a_suspend_moves_no_due_time() -> None:
    @LITTLE
    @given(incidents("sev-1-4"), st.sampled_from([-1440, 1440, 3, 40000]))
    def holds(lived: tuple[Both, str], by: int) -> None:
        both, zone = lived
        now = instant(both.at)
        before = clock_states(both.incident, both.scheme, now, zone)
        later = {o.id: o for o in clock_states(both.incident, both.scheme, now + timedelta(minutes=by), zone)}
        for clock in before:
            same = later[clock.id]
            assert (same.due, same.started, same.ended, same.paused) == (
                clock.due,
                clock.started,
                clock.ended,
                clock.paused,
            )
            assert at(clock, now + timedelta(minutes=by)) == same

    holds()


def test_looking_back_equals_what_was_seen_then() -> None:
    @LITTLE
    @given(incidents("p1-p4"), happenings)
    def holds(lived: tuple[Both, str], more: list[tuple[str, int, int]]) -> None:
        both, zone = lived
        then, scheme = instant(both.at), both.scheme
        seen = clock_states(both.incident, scheme, then, zone)
        for kind, pick, gap in more:
            both.happen(kind, pick, gap)
        back = as_of(both.incident, then)
        assert back is not None
        assert clock_states(back, scheme, then, zone) == seen

    holds()
