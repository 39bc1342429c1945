"""Which importers and detectors there are: built-ins by the same entry points as guests."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

from tocsin.errors import Missing
from tocsin.importers.base import Importer
from tocsin.importers.live import LiveImporter

IMPORTERS, DETECTORS = "tocsin.importers", "tocsin.detectors"
# They know nearly any file of their form, so those that know one tool's files are asked before; text of any
# kind looks like CSV.
_ASKED_LAST = ("json", "parquet", "csv")


Part = TypeVar("Part", Importer, LiveImporter)


@dataclass(frozen=True, slots=True)
class Plugin:
    """One plug-in found: `part` is an instance of its class, None when `broken` says why it cannot be."""

    name: str
    package: str
    part: Any = None
    broken: str = ""


def found(group: str) -> list[Plugin]:
    """Return every plug-in of a group by name. A broken one is listed with its reason and harms no other."""
    return [_loaded(point, package) for point, package in _points(group, tuple(sys.path))]


def importers() -> list[Importer]:
    """Return the importers of files that work, in the order they are asked whether they know one."""
    parts = [part for part in _working(IMPORTERS) if hasattr(part, "knows")]
    return sorted(parts, key=lambda part: _ASKED_LAST.index(part.name) if part.name in _ASKED_LAST else -1)


def live() -> list[LiveImporter]:
    """Return the importers of servers that work, by name."""
    return [part for part in _working(IMPORTERS) if hasattr(part, "poll")]


def detectors() -> Iterator[Any]:
    """Give the detectors that work."""
    return iter(_working(DETECTORS))


def importer(name: str) -> Importer:
    """Return the importer of files with this name. Raises Missing."""
    return _named(importers(), name)


def live_importer(name: str) -> LiveImporter:
    """Return the importer of servers with this name. Raises Missing."""
    return _named(live(), name)


def _named(parts: list[Part], name: str) -> Part:
    for part in parts:
        if part.name == name:
            return part
    raise Missing(f"there is no importer “{name}”.", hint="Is its package installed?")


def _working(group: str) -> list[Any]:
    return [plugin.part for plugin in found(group) if plugin.part is not None]


@cache
def _points(group: str, _path: tuple[str, ...]) -> tuple[tuple[EntryPoint, str], ...]:
    """Return the entry points of a group by name; to look them up reads a file of every package installed."""
    points = sorted(entry_points(group=group), key=lambda point: point.name)
    return tuple((point, point.dist.name if point.dist else "") for point in points)


def _loaded(point: EntryPoint, package: str) -> Plugin:
    try:
        return Plugin(point.name, package, point.load()())
    except Exception as error:  # noqa: BLE001 - a guest may raise anything at all
        return Plugin(point.name, package, None, f"{type(error).__name__}: {error}")
