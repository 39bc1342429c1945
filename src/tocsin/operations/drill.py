"""Drills: a store of its own with a past, what is brought in as its clock runs, and the score at the end.

What the made-up systems send goes through the importers, the detectors and the feeds that real data passes.
"""

import tomllib
from collections.abc import Generator, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.errors import BadInput, NotFound
from tocsin.importers.base import Options, Samples
from tocsin.model.classification import TYPES
from tocsin.model.decoding import converted
from tocsin.model.document import Paper
from tocsin.model.drill import (
    DEPLOYMENT,
    INJECTS,
    OBSERVATION,
    TITLES,
    Inject,
    MadeSystem,
    Scenario,
    Score,
    Signal,
    score,
)
from tocsin.model.ids import derived
from tocsin.model.instant import When, from_us, iso, to_us
from tocsin.model.journal import StoreCreated
from tocsin.model.observation import CHANNELS, INTERNAL
from tocsin.model.operator import Author
from tocsin.model.response import InjectGiven
from tocsin.model.source import LiveSource
from tocsin.now import Clock, ManualClock
from tocsin.operations import (
    clocks,
    demo_routing,
    deployments,
    ingest,
    made_signals,
    observations,
    operators,
    stores,
    systems,
)
from tocsin.operations import decisions as logs
from tocsin.operations.detect import detect
from tocsin.operations.feeds import Feed
from tocsin.operations.progress import Progress
from tocsin.paths import resource
from tocsin.store import incidents, journal
from tocsin.store.folder import Store

CONTROL = Author("Exercise control")  # who brings things in; no person of the team
_SOURCE = "drill"
_KEYS = ("declare", "triage", "contain", "update")


def scenarios() -> list[Scenario]:
    """Return the scenarios that come with Tocsin, by title."""
    found = [_read(file) for file in sorted(resource("drills").glob("*.toml"))]
    return sorted(found, key=lambda one: one.title)


def scenario(name: str) -> Scenario:
    """Return a scenario by its id, or of a file of one's own. Raises NotFound and BadInput."""
    known = {file.stem: file for file in resource("drills").glob("*.toml")}
    file = known.get(name, Path(name))
    if not file.is_file():
        raise NotFound("there is no such drill.", where=name, hint=f"There are: {', '.join(sorted(known))}.")
    return _read(file)


def of(store: Store) -> Scenario:
    """Return the scenario of the drill a store was made for. Raises NotFound."""
    name = stores.drill_of(store)
    if not name:
        raise NotFound("this store was not made for a drill.", where=str(store.path))
    return scenario(name)


def build(
    path: Path, told: Scenario, name: str, clock: Clock, work: Path
) -> Generator[Progress, None, datetime]:
    """Make the store of a drill with its past; return the instant it begins at.

    It begins so long ago that it ends now by `clock`: what is written in it never lies ahead. `name` is what
    the scenario is found by again; `work` is a folder for the files that are imported.
    """
    began = clock.now() - timedelta(minutes=told.minutes)
    moved = ManualClock(began)
    if not resource(f"drills/{name}.toml").is_file():
        name = str(Path(name).absolute())  # a file of one's own is found from another folder, too
    store = stores.make(path, clock=moved, author=CONTROL, code="DR", drill=name)
    try:
        operators.add(store, CONTROL)
        yield from _past(store, told, began, work)
        yield from detect(store)
    finally:
        store.close()
    return began


def began(store: Store) -> datetime:
    """Return when the drill of a store began, in its own time."""
    with store.journal.read() as connection:
        made = journal.entries(connection, kinds=("store.created",))
    return next(entry.recorded_at for entry in made if isinstance(entry.body, StoreCreated))


def given(store: Store) -> dict[str, InjectGiven]:
    """Return what was brought in, by the script's ids, in that order."""
    with store.journal.read() as connection:
        entries = journal.entries(connection, kinds=("inject.given",))
    return {e.body.inject: e.body for e in entries if isinstance(e.body, InjectGiven)}


def give_due(store: Store, told: Scenario) -> Generator[Progress, None, list[Inject]]:
    """Bring in what is due by the store's clock and was not yet, and the samples up to now; return what was.

    Killed at any point it goes on where it was: everything has an id that follows from the script.
    """
    first, now = began(store), min(store.now(), ends(store, told))
    yield from _send_samples(store, told, first, now)
    due = told.due(first, given(store), now)
    for number, one in enumerate(due):
        yield Progress(number, len(due), "bringing in")
        _give(store, told, one, first + timedelta(minutes=one.minutes))
    return due


def ends(store: Store, told: Scenario) -> datetime:
    """Return when the drill is over, in its own time."""
    return began(store) + timedelta(minutes=told.minutes)


def scored(store: Store) -> Score:
    """Return how the drill of a store went so far. Raises NotFound for a store of no drill."""
    told = of(store)
    at = min(store.now(), ends(store, told))
    system = systems.find(store, told.system)
    with store.journal.read() as connection:
        found = incidents.list_all(connection)
        watched = [clocks.watch(connection, one, at, store.zone) for one in found]
    return score(told, began(store), watched, system.id if system else "", at)


def _give(store: Store, told: Scenario, one: Inject, at: datetime) -> None:
    """Do what an inject says, then write down that it was given; either again changes nothing."""
    id = derived(store.site, one.id)
    if one.kind == OBSERVATION:
        observations.report(
            store,
            CONTROL,
            system=told.system,
            text=one.text,
            channel=one.channel or INTERNAL,
            noticed_by=one.who,
            happened=When(at, zone=store.zone),
            id=id,
        )
    elif one.kind == DEPLOYMENT:
        deployments.record(
            store, CONTROL, told.system, one.name, one.version, kind=one.deployed, since=When(at), id=id
        )
    with store.write() as write:
        said = f"{one.who}: {one.text}" if one.who else one.text
        write.add(CONTROL, InjectGiven(one.id, said, one.role), id=derived(store.site, one.id, "given"))


def _past(store: Store, told: Scenario, at: datetime, work: Path) -> Iterator[Progress]:
    for signals in told.systems:
        times, columns = _series(told, signals, at)
        past = times <= to_us(at)
        rows = zip(
            (iso(moment) for moment in _moments(times[past])),
            *(np.char.mod("%.6g", values[past]) for values in columns.values()),
            strict=True,
        )
        file = work / f"{signals.name.replace(' ', '-')}.csv"
        lines = [",".join(("time", *columns)), *(",".join(row) for row in rows)]
        file.write_text("\n".join(lines) + "\n", "utf-8")
        yield from ingest.ingest(store, CONTROL, file, system=signals.name, options=Options())
    for one in told.deployments:
        since = When(at - timedelta(days=one.days), zone=store.zone)
        deployments.record(
            store, CONTROL, one.system, one.name, one.version, kind=one.kind, since=since,
            id=derived(store.site, one.name, one.version),
        )  # fmt: skip
    for log in told.decisions:
        yield from _decisions(store, told, log, at, work)


def _decisions(
    store: Store, told: Scenario, log: dict[str, Any], at: datetime, work: Path
) -> Iterator[Progress]:
    system, roles = log["system"], log["roles"]
    file = work / f"{system.replace(' ', '-')}-decisions.csv"
    yield Progress(0, None, "making decisions")
    random = np.random.default_rng(told.seed)
    demo_routing.write(file, demo_routing.routing(random, to_us(at), _routing(log)))
    yield from ingest.ingest(store, CONTROL, file, system=system, options=Options(record="decisions"))
    logs.set_roles(store, CONTROL, system, {role: (column,) for role, column in roles.items()})


def _send_samples(store: Store, told: Scenario, first: datetime, now: datetime) -> Iterator[Progress]:
    """Let the systems send what they have up to now, as a live source does; what is there is left alone."""
    for number, signals in enumerate(told.systems):
        yield Progress(number, len(told.systems), "sending")
        known = systems.ensure(store, CONTROL, signals.name)
        feed = Feed(store, LiveSource(f"{_SOURCE} {known.name}", "", "", known.id, 0.0, {}), CONTROL)
        times, columns = _series(told, signals, first)
        part = (times > to_us(first)) & (times <= to_us(now))
        if part.any():
            lines = np.arange(int(part.sum()), dtype=np.int64)
            feed.take([Samples(name, times[part], values[part], lines) for name, values in columns.items()])


def _series(
    told: Scenario, signals: MadeSystem, at: datetime
) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    """Return the whole series of a system from the first day of its past to the end of the drill."""
    every_s = told.every_minutes * 60
    length_s = told.days * made_signals.DAY_S + told.minutes * 60
    ages_s = np.arange(int(length_s / every_s) - 1, -1, -1, dtype=np.float64) * every_s
    end_us = to_us(at) + int(told.minutes * 60e6)
    # A sequence of its own for each system, so that one added to a script changes no other.
    random = np.random.default_rng([told.seed, *signals.name.encode()])
    columns = {
        name: made_signals.values(ages_s, _shape(told, shape), random)
        for name, shape in signals.signals.items()
    }
    return end_us - (ages_s * 1e6).astype(np.int64), columns


def _shape(told: Scenario, one: Signal) -> dict[str, Any]:
    """Return a signal as made signals take it, its shift counted from the drill's end."""
    day, shift = 24 * 60, one.shift
    moved = shift and {
        "days": (told.minutes - shift.minutes) / day,
        "over_days": shift.over_minutes / day,
        "by": shift.by,
    }
    return {**asdict(one), "shift": moved}


def _routing(log: dict[str, Any]) -> demo_routing.Routing:
    return converted(log, demo_routing.Routing)


def _moments(times_us: NDArray[np.int64]) -> Iterator[datetime]:
    return (from_us(int(us)) for us in times_us)


def _read(file: Path) -> Scenario:
    try:
        stated = tomllib.loads(file.read_text("utf-8"))
        found = converted({"id": file.stem, **stated}, Scenario)
        for log in found.decisions:
            _routing(log)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadInput(str(error), where=str(file)) from None
    wrong = list(problems(found))
    if wrong:
        raise BadInput("; ".join(wrong), where=str(file))
    return found


def problems(told: Scenario) -> Iterator[str]:
    """Yield what is wrong with a scenario, each as "key: reason"."""
    if told.type not in TYPES:
        yield f"type: {told.type!r} is none of {', '.join(TYPES)}"
    if told.system not in [one.name for one in told.systems]:
        yield f"system: {told.system!r} is none of the systems"
    if not 0 < told.minutes <= 24 * 60 or not 0 < told.every_minutes <= 60 or not 1 <= told.days <= 120:
        yield "minutes, every_minutes, days: a drill lasts a day at most, its past 1 to 120 days"
    for key in ("declare", *told.targets):
        if key not in _KEYS or key not in told.targets:
            yield f"targets.{key}: targets are {', '.join(_KEYS)}; declare has to be there"
    for name, value in told.expected.items():
        known = TITLES.get(name, {})
        if value not in known:
            yield f"expected.{name}: {value!r} is none of {', '.join(known) or 'type and category'}"
    yield from _wrong_systems(told)
    ids = [one.id for one in told.injects]
    yield from (f"injects: the id {id!r} is there twice" for id in set(ids) if ids.count(id) > 1)
    for one in told.injects:
        if one.kind not in INJECTS:
            yield f"injects.{one.id}.kind: {one.kind!r} is none of {', '.join(INJECTS)}"
        if one.channel and one.channel not in CHANNELS:
            yield f"injects.{one.id}.channel: {one.channel!r} is none of {', '.join(CHANNELS)}"


def _wrong_systems(told: Scenario) -> Iterator[str]:
    shapes = [(name, one) for system in told.systems for name, one in system.signals.items()]
    for name, shape in shapes:
        if shape.noise < 0 or (shape.shift is not None and shape.shift.over_minutes <= 0):
            yield f"systems.signals.{name}: noise is not below 0, over_minutes above it"
    for log in told.decisions:
        if not (isinstance(log.get("system"), str) and isinstance(log.get("roles"), dict)):
            yield "decisions: a log has a system, and roles with the columns that have them"


def write_sheet(store: Store, found: Score, file: Path, paper: Paper = Paper.A4) -> None:
    """Write the score sheet as a PDF, whole or not at all."""
    from tocsin.reports import drill as sheet
    from tocsin.store.files import write_whole

    write_whole(file, sheet.render(found, store.zone, paper))
