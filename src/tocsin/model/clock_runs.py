"""The runs of a clock: stretches of levels that share its time, and what a re-opening begins anew."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from tocsin.model.calendar import Offset
from tocsin.model.clock_state import MARKS, State
from tocsin.model.duty_rule import DutyRule
from tocsin.model.facts import DUE, MET, MOVES, events, facts, levels, reopenings, title
from tocsin.model.incident import Grade, Incident, Mark, Move
from tocsin.model.severity import ClockRule, Scheme

# What did not hold once the incident was opened again.
UNDONE = frozenset({*MOVES.values(), "verified"})


@dataclass(frozen=True, slots=True)
class Life:
    """An incident read once for all its clocks. `reopenings` are the moves each undid, and when it was."""

    incident: Incident
    known: dict[str, datetime]
    happened: dict[str, list[datetime]]
    grades: list[Grade]
    reopenings: tuple[tuple[tuple[Move, ...], datetime], ...]
    chained: dict[str, datetime | None] = field(default_factory=dict)

    def fact(self, name: str) -> datetime | None:
        """Return when a fact came true that still counts, also one of another clock."""
        return self.chained.get(name) if name.startswith((DUE, MET)) else self.known.get(name)

    def instants(self, name: str) -> list[datetime]:
        """Return every instant at which a fact came true, in the order it was written."""
        if name.startswith((DUE, MET)):
            return [at for at in [self.chained.get(name)] if at is not None]
        return self.happened.get(name, [])


def life(incident: Incident) -> Life:
    """Return an incident as its clocks read it."""
    happened: dict[str, list[datetime]] = defaultdict(list)
    for name, instant in events(incident):
        happened[name].append(instant)
    return Life(incident, facts(incident), happened, levels(incident), reopenings(incident.moves))


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch in which a rule counts: evidence from `since` on and before `until` belongs to it.

    `offset` is None for a rule that counts up without a house target; `anchor` is in words.
    """

    rule: ClockRule
    offset: Offset | None
    level: str
    anchor: str
    started: datetime | None
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, instant: datetime) -> bool:
        """Whether what happened at an instant belongs to this run."""
        return (self.since is None or instant >= self.since) and (self.until is None or instant < self.until)

    def evidence(self, lived: Life, names: tuple[str, ...]) -> list[datetime]:
        """Return when any of these facts came true within the run, fact by fact."""
        return [at for name in names for at in lived.instants(name) if self.holds(at)]

    def mark(self, marks: tuple[Mark, ...]) -> Mark | None:
        """Return how a person ended it, the newest mark; a repeating one is met round by round instead."""
        found = None
        for mark in marks:
            fits = mark.state in MARKS and not (self.rule.repeats and mark.state == State.MET)
            if fits and mark.clock == self.rule.id and self.holds(mark.at):
                found = mark
        return found


def numbered(lived: Life, rule: ClockRule) -> Iterator[tuple[str, Run]]:
    """Yield the runs of a rule in order with ids, one for each stretch of levels that share its time."""
    for number, run in enumerate(_runs(lived, rule), start=1):
        yield (rule.id if run.until is None else f"{rule.id}/{number}"), run


def _runs(lived: Life, rule: ClockRule) -> Iterator[Run]:
    for first, until in _stretches(lived, rule):
        offset = rule.offset(first.level)
        if not rule.holds_at(first.level) or (offset is None and not rule.counts_up):
            continue
        run = Run(rule, offset, first.level, title(rule.anchor), lived.fact(rule.anchor),
                  until=until)  # fmt: skip
        if isinstance(rule, DutyRule):
            run = replace(run, anchor=rule.anchor_title, started=rule.anchor_at or run.started)
        if rule.restarts_on_regrading and first.entry != lived.grades[0].entry:
            run = replace(run, anchor=title("graded"), started=first.at, since=first.at)
        yield _after_reopenings(run, lived)


def _stretches(lived: Life, rule: ClockRule) -> Iterator[tuple[Grade, datetime | None]]:
    grades = lived.grades
    starts = [
        grade
        for i, grade in enumerate(grades)
        if i == 0
        or rule.restarts_on_regrading
        or rule.offset(grade.level) != rule.offset(grades[i - 1].level)
        or rule.holds_at(grade.level) != rule.holds_at(grades[i - 1].level)
    ]
    for i, grade in enumerate(starts):
        yield grade, starts[i + 1].at if i + 1 < len(starts) else None


def _after_reopenings(run: Run, lived: Life) -> Run:
    """What a containment or resolution had met, or set going, begins anew each time that did not hold."""
    for moved, reopened in lived.reopenings:
        if (run.since or reopened) <= reopened and (run.until is None or reopened < run.until):
            run = _after_reopening(run, lived, moved, reopened)
    return run


def _after_reopening(run: Run, lived: Life, moved: tuple[Move, ...], reopened: datetime) -> Run:
    if run.rule.anchor in UNDONE or _chained_anew(run, reopened):
        return replace(run, since=reopened)
    ends = run.rule.until if run.rule.repeats else run.rule.met_by
    gone = {MOVES[move.status] for move in moved if move.status in MOVES and run.holds(move.at)}
    if any(at <= reopened and run.holds(at) for at in lived.instants("verified")):
        gone.add("verified")
    if not gone & set(ends) or _settled(run, lived, ends, reopened):
        return run
    return replace(run, anchor="re-opening", started=reopened, since=reopened)


def _chained_anew(run: Run, reopened: datetime) -> bool:
    """Whether a run hangs on another clock that began anew, too."""
    return run.rule.anchor.startswith((DUE, MET)) and (run.started is None or run.started > reopened)


def _settled(run: Run, lived: Life, ends: tuple[str, ...], reopened: datetime) -> bool:
    """Whether a run had ended for a reason that no re-opening takes back."""
    mark = run.mark(tuple(mark for mark in lived.incident.marks if mark.at <= reopened))
    if mark is not None and mark.state != State.MET:
        return True
    kept = tuple(name for name in ends if name not in UNDONE)
    return any(at <= reopened for at in run.evidence(lived, kept))


def unfit(rule: ClockRule, incident: Incident) -> tuple[str, bool]:
    """Return why a rule does not count here, empty if it does, and whether that is known already."""
    for name, values in rule.when.items():
        found = incident.text(name)
        if not found:
            return name, False
        if found not in values:
            return f"{name} is {found.replace('_', ' ')}", True
    return "", True


def ordered(scheme: Scheme) -> list[ClockRule]:
    """Return the rules so that each comes after those it is chained to; those of a circle as they stand."""
    rules, found = {rule.id: rule for rule in scheme.clocks}, dict[str, ClockRule]()
    entered = set[
        str
    ]()  # each is visited once, or a pack of clocks that all name each other would take for ever

    def visit(rule: ClockRule) -> None:
        entered.add(rule.id)
        names = (rule.anchor, rule.not_after_from, *rule.met_by, *rule.until)
        for name in names:
            other = name.partition(":")[2] if name.startswith((DUE, MET)) else ""
            if other in rules and other not in entered:
                visit(rules[other])
        found.setdefault(rule.id, rule)

    for rule in scheme.clocks:
        if rule.id not in entered:
            visit(rule)
    return list(found.values())
