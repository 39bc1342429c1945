"""How far an incident reaches: decisions, people, what comes if nothing is done, who shares its cause."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tocsin.model.deployment import Deployment, serving

AHEAD_H = (12, 24, 48, 72)
UNKNOWN = "not known"
_LATELY = timedelta(days=2)  # before the start: what was deployed then may be what began it


@dataclass(frozen=True, slots=True)
class Count:
    """A count from an uncertain start: `at` from the likeliest moment, `least` and `most` from its bounds."""

    least: int
    at: int
    most: int


@dataclass(frozen=True, slots=True)
class Part:
    """The decisions with one value of a column; `share` is that of all in the same time.

    `hit` tells that an alert of the incident, or its scope, names this value.
    """

    column: str
    value: str
    count: int
    share: float
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Ahead:
    """What more comes in so many hours if nothing is done: decisions, of them in the parts that are hit."""

    hours: int
    decisions: int
    hit: int | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """Another system that shares something with this one: `what` is source, deployment or vendor."""

    system: str
    name: str
    what: str
    by: str


@dataclass(frozen=True, slots=True)
class Off:
    """The share of the traffic that the faulty version answers no more, 0 to 1."""

    share: float
    faulty: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Radius:
    """Everything told of one incident as things stood at `now`.

    It counts from `begin` (bounded by `earliest` and `latest`) until `until`, which is when it was contained,
    or now. None means not known; `rests` says of each figure, by its name, what it rests on or why it is not
    known. `parts` come column by column, those hit first, then the greatest; `groups` tell into how many
    values a column divides all.
    """

    incident: str
    reference: str
    system: str
    now: datetime
    begin: datetime
    earliest: datetime
    latest: datetime
    until: datetime
    contained: bool
    decisions: Count | None = None
    parts: tuple[Part, ...] = ()
    groups: dict[str, int] = field(default_factory=dict)
    people: int | None = None
    per_hour: float | None = None
    ahead: tuple[Ahead, ...] = ()
    off: Off | None = None
    shared: tuple[Shared, ...] = ()
    newest: datetime | None = None
    rests: dict[str, str] = field(default_factory=dict)

    @property
    def hit(self) -> tuple[Part, ...]:
        """The parts that the incident is about."""
        return tuple(part for part in self.parts if part.hit)


def names(word: str, text: str) -> bool:
    """Whether a text names a word, whole and in whatever case: "v1" is not in "v14"."""
    whole = re.compile(rf"(?<![\w-]){re.escape(word.strip())}(?![\w-])", re.IGNORECASE)
    return bool(word.strip()) and whole.search(text) is not None


def suspects(
    deployments: Sequence[Deployment], named: str, earliest: datetime, latest: datetime
) -> tuple[tuple[Deployment, ...], str]:
    """Return the deployments taken for faulty, and on what ground; nothing where nothing tells.

    A version that the incident names counts; else what began from two days before its start to its latest
    bound, of which the last is taken.
    """
    if named.strip():
        found = tuple(one for one in deployments if names(one.version, named))
        ground = f"the incident names {named.strip()}"
        return (found, ground) if found else ((), f"no deployment of {named.strip()} is known")
    lately = [one for one in deployments if earliest - _LATELY <= one.began.high and one.began.low <= latest]
    if not lately:
        return (), "no version is named as affected, and none was deployed shortly before the start"
    last = max(lately, key=lambda one: one.began.at)
    ground = f"taken for {last.title}, the last deployed before the start: no affected version is named"
    return (last,), ground


def traffic_off(
    deployments: Sequence[Deployment], faulty: Iterable[Deployment], now: datetime
) -> float | None:
    """Return the share of places where a faulty version served that another serves now; None where unsure.

    A place is a kind, name and slot: what each slot answers is not known, so all count alike.
    """
    bad = {(one.key, one.version) for one in faulty}
    places = {key for key, _ in bad}
    there = {(one.kind, one.name, one.slot): one for one in serving(deployments, now)}
    off = 0
    for place in places:
        found = there.get(place)
        if found is None:
            off += 1  # it serves no more, and nothing took its place
            continue
        still = {(place, one.version) in bad for one in found.candidates}
        if len(still) > 1 or not found.sure:
            return None
        off += not still.pop()
    return off / len(places) if places else None


def sharing(
    own: Sequence[Deployment], others: Mapping[str, Sequence[Deployment]], now: datetime
) -> list[Shared]:
    """Return what other systems, by id, serve now that this one does too: a version, or a vendor's model."""
    mine = [one for each in serving(own, now) for one in each.candidates]
    versions = {(one.kind, one.name, one.version) for one in mine}
    vendors = {one.name for one in mine if one.vendor}
    found = []
    for system, ran in others.items():
        for one in [one for each in serving(ran, now) for one in each.candidates]:
            if (one.kind, one.name, one.version) in versions:
                found.append(Shared(system, "", "deployment", one.title))
            elif one.vendor and one.name in vendors:
                found.append(Shared(system, "", "vendor", one.name))
    return list(dict.fromkeys(found))
