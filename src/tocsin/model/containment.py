"""Ways to contain a system, known beforehand, and those pulled in an incident with what came of them (C1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from tocsin.model.arrangement import OptionRegistered, OptionRehearsed, OptionRemoved
from tocsin.model.conduct import Said
from tocsin.model.incident import OPEN, REOPENED, Incident, standing
from tocsin.model.journal import Entry
from tocsin.model.response import OptionPulled, PullConfirmed, PullReleased

# Kinds of options, by id (domain.md C1).
KINDS: dict[str, str] = {
    "kill_switch": "Kill switch or feature flag",
    "fallback": "Fallback model or non-AI path",
    "throttle": "Throttling",
    "rollback": "Rollback of model, prompt or index",
    "filter": "Input or output filter",
    "thresholds": "Conservative thresholds",
    "human_review": "Route traffic to human review",
    "suspend_group": "Suspend automated decisions for a group",
    "suspend_approval": "Suspend auto-approve",
    "pinned_endpoint": "Version-pinned vendor endpoint",
    "owned_model": "Move to an owned model",
    "shadow": "Shadow monitoring",
}
STALE = timedelta(days=180)  # since a rehearsal: after that nobody knows whether it still works
ANYBODY = "anybody"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One try while nothing burned: `minutes` is how long it took, None where nobody said."""

    entry: str
    at: datetime
    by: str
    worked: bool
    minutes: float | None
    note: str


class Readiness(StrEnum):
    """How far an option can be relied on, by its last rehearsal."""

    NEVER = "never rehearsed"
    FAILED = "did not work when rehearsed"
    STALE = "rehearsed long ago"
    FRESH = "rehearsed"


@dataclass(frozen=True, slots=True)
class Option:
    """A way to contain a system as it was registered last. `rehearsals` come oldest first.

    `system` and `signal` are ids; `removed` is the reason, empty while it is there.
    """

    id: str
    system: str
    name: str
    kind: str
    who: tuple[str, ...]
    how: str
    minutes: int
    takes_offline: bool = False
    signal: str = ""
    undo: str = ""
    rehearsals: tuple[Rehearsal, ...] = ()
    removed: str = ""

    @property
    def rehearsed(self) -> Rehearsal | None:
        """The newest rehearsal."""
        return max(self.rehearsals, key=lambda one: one.at, default=None)

    def readiness(self, now: datetime) -> Readiness:
        """Return how far it can be relied on at an instant."""
        last = self.rehearsed
        if last is None:
            return Readiness.NEVER
        if not last.worked:
            return Readiness.FAILED
        return Readiness.STALE if now - last.at > STALE else Readiness.FRESH


def fold(entries: Iterable[Entry]) -> Option | None:
    """Return the option that the journal entries of one subject describe; None when it was undone.

    One registered anew keeps its rehearsals, and is there again if it had been removed.
    """
    state: Option | None = None
    for entry in standing(entries):
        match entry.body:
            case OptionRegistered() as body:
                state = _registered(entry, body, state)
            case OptionRehearsed() as body if state is not None:
                rehearsal = Rehearsal(
                    entry.id, entry.happened.at, entry.author.name, body.worked, body.minutes, body.note
                )
                state = replace(state, rehearsals=(*state.rehearsals, rehearsal))
            case OptionRemoved() as body if state is not None:
                state = replace(state, removed=body.reason)
    return state


def options(entries: Iterable[Entry], system: str = "") -> list[Option]:
    """Return the options that are there, of one system by id or of all, the fastest first.

    `entries` are all about options in the journal's order.
    """
    about: dict[str, list[Entry]] = {}
    for entry in entries:
        about.setdefault(entry.subject, []).append(entry)
    found = [state for own in about.values() if (state := fold(own)) is not None and not state.removed]
    kept = [one for one in found if system in ("", one.system)]
    return sorted(kept, key=lambda one: (one.system, one.minutes, one.name.casefold(), one.id))


def _registered(entry: Entry, body: OptionRegistered, before: Option | None) -> Option:
    return Option(
        id=entry.subject,
        system=body.system,
        name=body.name,
        kind=body.kind,
        who=body.who,
        how=body.how,
        minutes=body.minutes,
        takes_offline=body.takes_offline,
        signal=body.signal,
        undo=body.undo,
        rehearsals=before.rehearsals if before else (),
    )


class PullState(StrEnum):
    """How a pull stands."""

    RUNNING = "running"
    OVER_TIME = "over time"
    WORKED = "confirmed"
    FAILED = "did not work"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Pull:
    """An option that was used. `effect` is the newest word on whether it worked, `released` on putting back.

    The timer runs from the pull for the minutes expected, and stands when somebody said what came of it.
    """

    said: Said[OptionPulled]
    effect: Said[PullConfirmed] | None = None
    released: Said[PullReleased] | None = None

    @property
    def id(self) -> str:
        """The id of the pull's entry."""
        return self.said.entry

    @property
    def body(self) -> OptionPulled:
        """What was pulled."""
        return self.said.body

    @property
    def at(self) -> datetime:
        """When it was pulled."""
        return self.said.at

    @property
    def due(self) -> datetime:
        """When it was expected to be done."""
        return self.at + timedelta(minutes=self.body.minutes)

    @property
    def ended(self) -> datetime | None:
        """When the timer stood: somebody said whether it worked, or it was put back."""
        return min((one.at for one in (self.effect, self.released) if one is not None), default=None)

    def state(self, now: datetime) -> PullState:
        """Return how it stands at an instant."""
        if self.released is not None:
            return PullState.RELEASED
        if self.effect is not None:
            return PullState.WORKED if self.effect.body.worked else PullState.FAILED
        return PullState.OVER_TIME if now > self.due else PullState.RUNNING


def pulls(incident: Incident) -> tuple[Pull, ...]:
    """Return what was pulled in an incident, oldest first, each with the newest word on it."""
    conduct = incident.conduct
    effects = {one.body.pull: one for one in conduct.effects}
    released = {one.body.pull: one for one in conduct.releases}
    return tuple(Pull(one, effects.get(one.entry), released.get(one.entry)) for one in conduct.pulls)


def in_effect(pulled: Sequence[Pull]) -> tuple[Pull, ...]:
    """Return those that were not put back."""
    return tuple(one for one in pulled if one.released is None)


def holding(incident: Incident) -> Pull | None:
    """Return the pull that holds the harm off: confirmed and not put back, the last confirmed of several."""
    found = [one for one in in_effect(pulls(incident)) if one.effect and one.effect.body.worked]
    return max(found, key=lambda one: one.effect.at if one.effect else one.at, default=None)


def offers_contained(incident: Incident) -> Pull | None:
    """Return the confirmed pull by which an incident is contained, while nobody has said so yet."""
    waiting = incident.status in (OPEN, REOPENED) and not incident.withdrawn
    return holding(incident) if waiting else None


def may_pull(option: Option, person: str, incident: Incident, stands_for: Iterable[str] = ()) -> bool:
    """Whether a person is among those who may pull: by name, by a role of the incident, or as one of those
    that titles and rotas stand for now. An option that names nobody is anybody's.
    """
    who = {one.casefold() for one in option.who}
    held = [role for role, holder in incident.staff.items() if holder == person]
    names = [person, ANYBODY, *held, *(f"{role} lead" for role in held)]
    if not who or any(name.casefold() in who for name in names):
        return True
    return any(one.casefold() == person.casefold() for one in stands_for)
