"""Which importers and detectors there are: built-ins by the same entry points as guests."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from tocsin.errors import Missing
from tocsin.importers.base import Importer

IMPORTERS, DETECTORS = "tocsin.importers", "tocsin.detectors"


@dataclass(frozen=True, slots=True)
class Plugin:
    """One plug-in found: `part` is an instance of its class, None when `broken` says why it cannot be."""

    name: str
    package: str
    part: Any = None
    broken: str = ""


def found(group: str) -> list[Plugin]:
    """Return every plug-in of a group by name. A broken one is listed with its reason and harms no other."""
    return sorted((_loaded(point) for point in entry_points(group=group)), key=lambda plugin: plugin.name)


def importers() -> list[Importer]:
    """Return the importers that work, CSV last: nearly any text looks like CSV to it."""
    parts = [plugin.part for plugin in found(IMPORTERS) if plugin.part is not None]
    return sorted(parts, key=lambda part: part.name == "csv")


def detectors() -> Iterator[Any]:
    """Give the detectors that work."""
    return (plugin.part for plugin in found(DETECTORS) if plugin.part is not None)


def importer(name: str) -> Importer:
    """Return the importer with this name. Raises Missing."""
    for part in importers():
        if part.name == name:
            return part
    raise Missing(f"there is no importer “{name}”.", hint="Is its package installed?")


def _loaded(point: EntryPoint) -> Plugin:
    package = point.dist.name if point.dist else ""
    try:
        return Plugin(point.name, package, point.load()())
    except Exception as error:  # noqa: BLE001 - a guest may raise anything at all
        return Plugin(point.name, package, None, f"{type(error).__name__}: {error}")
