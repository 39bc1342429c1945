"""What a snapshot of an MLflow registry tells of deployments, whichever way it was taken.

MLflow keeps no history: it knows when a version was made and what every alias and stage points at now. So
what a slot (`@champion`, `Production`) points at is a sighting. That version began to serve after it was
made and, at the latest, when the snapshot was taken; for a stage, when the version was last changed, because
moving it into a stage is such a change. (Setting an alias changes no time anywhere: see
`set_registered_model_alias` in MLflow's stores.) What sightings tell together: `model.deployment.settled`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tocsin.importers.base import Assumed, Rows
from tocsin.importers.times import BEYOND_US, FIRST_US
from tocsin.model.instant import from_us, iso

STAGES = ("Production", "Staging")  # "None" and "Archived" serve nobody
# Databases hold an infinite metric as the greatest float there is.
_GREATEST = 1.79e308
Slots = dict[tuple[str, str], "Version"]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a registered model: when it was made and last changed (None where nothing tells)."""

    name: str
    version: str
    created: datetime | None = None
    updated: datetime | None = None
    stage: str = ""


@dataclass(slots=True)
class Registry:
    """What was found: versions by model and number, aliases (without @) by model and alias to number.

    `models` tells when a model was registered, for an alias of a version of which nothing else is known.
    """

    versions: dict[tuple[str, str], Version] = field(default_factory=dict)
    aliases: dict[tuple[str, str], str] = field(default_factory=dict)
    models: dict[str, datetime] = field(default_factory=dict)

    def add(self, one: Version) -> None:
        """Add a version."""
        self.versions[one.name, one.version] = one

    @property
    def newest(self) -> datetime | None:
        """The newest time it states: the snapshot was not taken before."""
        stated = [t for one in self.versions.values() for t in (one.created, one.updated) if t is not None]
        return max(stated, default=None)

    def slots(self) -> Slots:
        """Return the version each slot points at, by model and slot.

        Several versions may stand in one stage; `models:/NAME/STAGE` loads the newest of them.
        """
        found: Slots = {}
        for one in sorted(self.versions.values(), key=lambda one: _rank(one.version)):
            if one.stage in STAGES:
                found[one.name, one.stage] = one
        for (name, alias), version in self.aliases.items():
            unknown = Version(name, version, self.models.get(name))
            found[name, f"@{alias}"] = self.versions.get((name, version), unknown)
        return found


def sightings(registry: Registry, at: datetime) -> Iterator[Rows | Assumed]:
    """Yield the deployments of a snapshot taken at an instant."""
    newest = registry.newest
    if newest is not None and newest > at:
        yield Assumed(
            "time", f"{iso(newest)}, the newest time in it: the file's own, {iso(at)}, is before it"
        )
        at = newest
    rows = []
    for (_, slot), one in sorted(registry.slots().items()):
        began = sighting(slot, one, at)
        # It was still there when the snapshot was taken: what comes next began after that.
        rows += [began] if began["time"] == at else [began, sighting(slot, replace(one, updated=None), at)]
    if rows:
        yield Rows("deployments", rows, list(range(1, len(rows) + 1)))


def sighting(slot: str, one: Version, at: datetime, since: datetime | None = None) -> dict[str, Any]:
    """Return the row of a version that a slot points at; `since`: the slot did not point at it then.

    Times of a server whose clock goes otherwise than ours never widen or empty what we saw ourselves.
    """
    latest = at
    if not slot.startswith("@") and one.updated is not None and (since is None or one.updated > since):
        latest = min(at, one.updated)
    low = max((t for t in (one.created, since) if t is not None and t < latest), default=None)
    row = {
        "id": f"mlflow {one.name} {slot} {one.version} {iso(latest)}",
        "time": latest,
        "name": one.name,
        "version": one.version,
        "kind": "model",
        "slot": slot,
        "vendor": False,
        "pinned": True,
    }
    return row if low is None else {**row, "earliest": low}


def instant(ms: object) -> datetime:
    """Return the instant of milliseconds since 1970. Raises ValueError with the reason."""
    return from_us(_us(ms))


def _us(ms: object) -> int:
    if isinstance(ms, str) and ms.isascii() and ms.isdigit() and len(ms) < 20:
        ms = int(ms)
    if not isinstance(ms, int) or isinstance(ms, bool):
        raise ValueError("a time is no number of milliseconds")
    if not FIRST_US <= ms * 1_000 < BEYOND_US:
        raise ValueError("a time is not between 2000 and 2100")
    return ms * 1_000


def metric_us(ms: object, step: object) -> int:
    """Return the time of a logged metric in microseconds. Raises ValueError with the reason.

    MLflow tells milliseconds, in which a fast loop logs several steps: the step says where in it.
    """
    return _us(ms) + (step % 1_000 if isinstance(step, int) else 0)


def finite(value: object) -> float:
    """Return a number; NaN stands for itself. Raises ValueError with the reason."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a value is no number")
    if abs(value) >= _GREATEST:
        raise ValueError("a value is infinite")
    return float(value)


def _rank(version: str) -> tuple[int, str]:
    return (int(version) if version.isascii() and version.isdigit() and len(version) < 10 else -1), version
