"""Rosters: who is on duty in a rota at any instant, when it passes on, where nobody is and where two are."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from tocsin.model.arrangement import RosterSet, Shift


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `begins` until before `ends` (UTC) the same persons are on duty, by name; nobody in a gap."""

    begins: datetime
    ends: datetime
    persons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rota:
    """A rota with its shifts laid side by side: `stretches` follow each other without a break, in order."""

    name: str
    zone: str
    stretches: tuple[Stretch, ...]
    source: str = ""

    @property
    def begins(self) -> datetime | None:
        """When its first shift begins; None when it has none."""
        return self.stretches[0].begins if self.stretches else None

    @property
    def ends(self) -> datetime | None:
        """When its last shift ends; None when it has none."""
        return self.stretches[-1].ends if self.stretches else None

    def stretch(self, at: datetime) -> Stretch | None:
        """Return the stretch an instant lies in, None before the first and after the last."""
        place = bisect_right(self.stretches, at, key=lambda one: one.begins) - 1
        found = self.stretches[place] if place >= 0 else None
        return found if found is not None and at < found.ends else None

    def on_duty(self, at: datetime) -> tuple[str, ...]:
        """Return who is on duty at an instant, by name; two during a hand-over that overlaps."""
        found = self.stretch(at)
        return found.persons if found is not None else ()

    def after(self, at: datetime) -> Stretch | None:
        """Return the stretch that follows the present one: the next hand-over is when it begins.

        None when the roster says nothing of it: nobody is on duty then.
        """
        place = bisect_right(self.stretches, at, key=lambda one: one.begins)
        return self.stretches[place] if place < len(self.stretches) else None

    def within(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        """Yield who is on duty from `start` until before `end`, also where the roster says nothing."""
        if not self.stretches or end <= self.stretches[0].begins or start >= self.stretches[-1].ends:
            yield Stretch(start, end, ())
            return
        if start < self.stretches[0].begins:
            yield Stretch(start, self.stretches[0].begins, ())
        for one in self.stretches:
            if one.ends > start and one.begins < end:
                yield Stretch(max(one.begins, start), min(one.ends, end), one.persons)
        if end > self.stretches[-1].ends:
            yield Stretch(max(self.stretches[-1].ends, start), end, ())

    def gaps(self, start: datetime, end: datetime) -> tuple[Stretch, ...]:
        """Return when nobody is on duty from `start` until before `end`."""
        return tuple(one for one in self.within(start, end) if not one.persons)

    def overlaps(self, start: datetime, end: datetime) -> tuple[Stretch, ...]:
        """Return when more than one is on duty from `start` until before `end`."""
        return tuple(one for one in self.within(start, end) if len(one.persons) > 1)


def key(name: str) -> str:
    """Return what a rota, a title or a person is found by: blanks and capitals make no difference."""
    return " ".join(name.split()).casefold()


def rota(body: RosterSet) -> Rota:
    """Return the rota that a roster describes."""
    return Rota(body.rota, body.zone, stretches(body.shifts), body.source)


def stretches(shifts: Iterable[Shift]) -> tuple[Stretch, ...]:
    """Return shifts laid side by side, with the gaps between them; those of no length do not count."""
    steps: dict[datetime, list[tuple[str, int]]] = {}
    for shift in shifts:
        if shift.begins < shift.ends:
            steps.setdefault(shift.begins.astimezone(UTC), []).append((shift.person, 1))
            steps.setdefault(shift.ends.astimezone(UTC), []).append((shift.person, -1))
    on: Counter[str] = Counter()
    found: list[Stretch] = []
    moments = sorted(steps)
    for at, until in pairwise(moments):
        for person, change in steps[at]:
            on[person] += change
        persons = tuple(sorted(person for person, count in on.items() if count > 0))
        if found and found[-1].persons == persons:
            found[-1] = Stretch(found[-1].begins, until, persons)
        else:
            found.append(Stretch(at, until, persons))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Refused:
    """A row or event of a roster that was not taken: the line it begins at in the file, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class RosterFile:
    """What a roster file says: the shifts of each rota it names, what was refused, and what is worth knowing.

    `zones` is the zone each rota's hours were written in.
    """

    shifts: dict[str, tuple[Shift, ...]]
    zones: dict[str, str]
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()
