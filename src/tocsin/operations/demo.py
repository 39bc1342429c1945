"""The demonstration: a store filled by the same importers, detectors and commands that real data passes.

What the made-up systems send and what the operators type is `resources/demo/scenario.toml`.
"""

import tomllib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.importers.base import Options
from tocsin.model.instant import iso, to_us
from tocsin.model.operator import Author
from tocsin.now import Clock, ManualClock
from tocsin.operations import (
    answers,
    contacts,
    containment_options,
    decisions,
    demo_incidents,
    demo_routing,
    ingest,
    made_signals,
    operators,
    roster,
    stores,
)
from tocsin.operations.detect import detect
from tocsin.operations.progress import Progress
from tocsin.paths import resource
from tocsin.store.folder import Store


@dataclass(frozen=True, slots=True)
class Story:
    """The scenario file, read."""

    seed: int
    days: int
    every: timedelta
    code: str
    zone: str
    operators: list[str]
    systems: list[dict[str, Any]]
    deployments: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    options: list[dict[str, Any]]
    rotas: dict[str, list[str]]
    contacts: list[dict[str, str]]
    incidents: list[dict[str, Any]]
    answers: dict[str, list[str]]


def story() -> Story:
    """Return the scenario that is shipped."""
    stated = tomllib.loads(resource("demo/scenario.toml").read_text("utf-8"))
    minutes = stated.pop("every_minutes")
    return Story(every=timedelta(minutes=minutes), **stated)


def build(path: Path, clock: Clock, work: Path) -> Generator[Progress, None, Path]:
    """Fill a new store at `path`, using the folder `work` for the files it imports; return the path.

    Its clock starts before the first thing that happened and is moved along the story up to now.
    """
    told, now = story(), clock.now()
    moved = ManualClock(now - timedelta(days=1))
    first = Author(told.operators[0])
    store = stores.make(path, clock=moved, author=first, code=told.code, zone=told.zone)
    try:
        for name in told.operators:
            operators.add(store, Author(name))
        _arrange(store, first, told, now, work)
        moved.set_wall(now - timedelta(hours=4))
        yield from _send(store, first, told, now, work)
        yield from detect(store)
        for number, incident in enumerate(told.incidents):
            yield Progress(number, len(told.incidents), "declaring")
            demo_incidents.play(store, moved, now, incident)
        moved.set_wall(now)
    finally:
        store.close()
    return path


def _arrange(store: Store, author: Author, told: Story, now: datetime, work: Path) -> None:
    """Say who is on duty, taking turns by the day, and who stands behind the titles of the rules."""
    file = work / "roster.csv"
    today = now.date() - timedelta(days=1)
    rows = [
        f"{rota},{people[day % len(people)]},{today + timedelta(days=day)} 08:00,"
        f"{today + timedelta(days=day + 1)} 08:00"
        for rota, people in told.rotas.items()
        for day in range(15)
    ]
    file.write_text("\n".join(["rota,person,begins,ends", *rows]) + "\n", "utf-8")
    roster.take(store, author, roster.preview(store, file, zone=told.zone))
    for one in told.contacts:
        contacts.save(store, author, **one)
    for question, values in told.answers.items():
        answers.answer(store, author, question, values)


def _send(store: Store, author: Author, told: Story, now: datetime, work: Path) -> Iterator[Progress]:
    random = np.random.default_rng(told.seed)
    count = int(timedelta(days=told.days) / told.every)
    ages_s = np.arange(count - 1, -1, -1, dtype=np.float64) * told.every.total_seconds()
    stamps = [iso(now - timedelta(seconds=float(age))) for age in ages_s]
    for system in told.systems:
        columns = {
            name: made_signals.values(ages_s, shape, random) for name, shape in system["signals"].items()
        }
        file = work / f"{system['name'].replace(' ', '-')}.csv"
        _write_csv(file, stamps, columns)
        yield from ingest.ingest(store, author, file, system=system["name"], options=Options())
        for question, given in system.get("answers", {}).items():
            answers.answer(store, author, question, given, system=system["name"])
    for system in {one["system"] for one in told.deployments}:
        file = work / f"{system.replace(' ', '-')}-deployments.csv"
        _write_deployments(file, [one for one in told.deployments if one["system"] == system], now)
        yield from ingest.ingest(store, author, file, system=system, options=Options(record="deployments"))

    for log in told.decisions:
        yield from _send_decisions(store, author, log, random, now, work)
    for option in told.options:
        _register(store, author, option, now)


def _register(store: Store, author: Author, told: dict[str, Any], now: datetime) -> None:
    """Register a way to contain, and the rehearsal it had."""
    tried = {name: value for name, value in told.items() if name.startswith("rehearsed")}
    said = {name: value for name, value in told.items() if name not in tried}
    option = containment_options.register(store, author, **said).id
    if "rehearsed_days" in tried:
        at = now - timedelta(days=tried["rehearsed_days"])
        containment_options.rehearse(
            store, author, option, True, minutes=tried.get("rehearsed_minutes"), at=at
        )


def _send_decisions(
    store: Store, author: Author, told: dict[str, Any], random: np.random.Generator, now: datetime, work: Path
) -> Iterator[Progress]:
    """Import a decision log, and say what its columns mean."""
    system, roles = told["system"], told["roles"]
    shape = {name: value for name, value in told.items() if name not in ("system", "roles")}
    file = work / f"{system.replace(' ', '-')}-decisions.csv"
    yield Progress(0, None, "making decisions")
    demo_routing.write(file, demo_routing.routing(random, to_us(now), demo_routing.Routing(**shape)))
    yield from ingest.ingest(store, author, file, system=system, options=Options(record="decisions"))
    decisions.set_roles(store, author, system, {role: (column,) for role, column in roles.items()})


def _write_csv(file: Path, stamps: list[str], columns: dict[str, NDArray[np.float64]]) -> None:
    rows = zip(stamps, *(np.char.mod("%.6g", values) for values in columns.values()), strict=True)
    lines = [",".join(("time", *columns)), *(",".join(row) for row in rows)]
    file.write_text("\n".join(lines) + "\n", "utf-8")


def _write_deployments(file: Path, deployments: list[dict[str, Any]], now: datetime) -> None:
    lines = ["time,name,version,kind"]
    for one in deployments:
        at = iso(now - timedelta(days=one["days"]))
        lines.append(f"{at},{one['name']},{one['version']},{one['kind']}")
    file.write_text("\n".join(lines) + "\n", "utf-8")
