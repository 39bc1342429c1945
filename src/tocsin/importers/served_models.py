"""Which model answered under a name, over time: when it changes without anybody asking for another.

The name asked for stays, the one that answers is another: a silent swap. What a file tells is told as
deployments, so that files that follow each other tell of a swap between them too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tocsin.importers.times import FIRST_US
from tocsin.model.instant import from_us, iso

_BACK_US = 3_600_000_000  # one that was away this long and answers again is a change, not taking turns
_CLOSE_US = 600_000_000  # sightings further apart are all kept, so that no absence is overlooked
_Key = tuple[str, str, str]  # kind, slot, name


@dataclass(frozen=True, slots=True, order=True)
class Sighting:
    """That a model answered, at `us`; among those of one instant `since` (else 0) tells which came later."""

    us: int
    since: int
    answered: str
    line: int


@dataclass(slots=True)
class Served:
    """Sightings by kind, by where they were made (service and provider) and by the name asked for.

    Of kinds other than a model, and where nothing is asked for by name (`asked` False), a change is nobody's
    surprise: it is a deployment, but no alert.
    """

    asked: bool = True
    seen: dict[_Key, list[Sighting]] = field(default_factory=dict)

    def saw(
        self,
        slot: str,
        requested: object,
        answered: object,
        us: int,
        line: int,
        *,
        since: int = 0,
        kind: str = "model",
    ) -> None:
        """Note a sighting; nothing where either of the two is not told."""
        if isinstance(requested, str) and isinstance(answered, str) and requested and answered:
            kept = self.seen.setdefault((kind, slot, requested), [])
            one = Sighting(us, since, answered, line)
            if len(kept) > 1 and _between(kept[-2], kept[-1], one):
                kept[-1] = one
            else:
                kept.append(one)

    def rows(self) -> Iterator[tuple[str, dict[str, Any], int]]:
        """Yield record, row and line: deployments, and an alert for each silent swap."""
        for key, sightings in self.seen.items():
            for record, row, line in _told(key, sorted(sightings)):
                if record != "alerts" or (self.asked and key[0] == "model"):
                    yield record, row | (_owned(row) if self.asked and record == "deployments" else {}), line


def _between(first: Sighting, middle: Sighting, last: Sighting) -> bool:
    """Whether the middle one of three tells nothing: the same before and after it, within minutes."""
    same = first.answered == middle.answered == last.answered
    ordered = first <= middle <= last or first >= middle >= last
    return same and ordered and abs(last.us - first.us) <= _CLOSE_US


def _owned(row: dict[str, Any]) -> dict[str, bool]:
    """Return whose it is: a vendor's, pinned when its own version was asked for."""
    return {"vendor": True, "pinned": row["name"] == row["version"]}


def _told(key: _Key, sightings: list[Sighting]) -> Iterator[tuple[str, dict[str, Any], int]]:
    first = now = sightings[0]
    last = {first.answered: first}
    began = from_us(FIRST_US)  # at the earliest: it may have served long before it was first seen
    yield "deployments", _deployment(key, first, began), first.line
    for one in sightings[1:]:
        former = last[now.answered]
        known = last.get(one.answered)
        new = known is None or one.us - known.us > _BACK_US
        if one.answered != now.answered and new and (one.us, one.since) > (former.us, former.since):
            now, began = one, from_us(former.us)
            yield "deployments", _deployment(key, one, began), one.line
            yield "alerts", _swap(key, former, one), one.line
        last[one.answered] = one
    end = last[now.answered]
    if end.us > now.us:
        yield "deployments", _deployment(key, end, began), end.line


def _deployment(key: _Key, one: Sighting, earliest: datetime) -> dict[str, Any]:
    at, (kind, slot, requested) = from_us(one.us), key
    return {
        "time": at,
        "name": requested,
        "version": one.answered,
        "kind": kind,
        "slot": slot,
        "earliest": earliest,
        "id": "|".join(("served", kind, slot, requested, one.answered, iso(at))),
    }


def _swap(key: _Key, former: Sighting, one: Sighting) -> dict[str, Any]:
    _, slot, requested = key
    at, before = from_us(one.us), from_us(former.us)
    where = f" ({slot})" if slot else ""
    return {
        "time": at,
        "start": before,
        "severity": "high",
        "metric": "gen_ai.response.model",
        "message": (
            f"The model behind “{requested}”{where} changed without another one being asked for: "
            f"{former.answered} answered until {iso(before)}, {one.answered} since {iso(at)}."
        ),
        "detector": "silent model swap",
        "labels": {"model": requested, "response_model": one.answered, "former": former.answered},
        "id": "|".join(("swap", slot, requested, former.answered, one.answered, iso(at))),
    }
