"""What was said of the last file of the same kind, so that it need not be said again."""

import re
from pathlib import Path

from tocsin.importers.base import Options
from tocsin.operations import original, systems
from tocsin.store import imports
from tocsin.store.folder import Store

_CHANGING = re.compile(r"[0-9]+")


def options_for(store: Store, path: Path, system: str) -> Options | None:
    """Return what was said of the newest file whose name is like this one's, None when nothing was.

    Alike are names that differ only in their digits (latency-2026-11-02.csv, latency-2026-11-03.csv) and are
    about the same system. The instant stated for one file is not that of the next.
    """
    known = systems.find(store, system)
    if known is None:
        return None
    kind = _kind(original.shown(path))
    with store.signals.read() as connection:
        for said in imports.said(connection, known.id):
            if _kind(said.source) == kind:
                return options_from(said.options)
    return None


def options_from(said: dict[str, str]) -> Options:
    """Return the options an import was told, from what it wrote down of them."""
    columns = {key.removeprefix("map."): column for key, column in said.items() if key.startswith("map.")}
    record, zone, unit, importer = (
        said.get(name, "") for name in ("record", "zone", "time_unit", "importer")
    )
    return Options(record, zone, unit, columns, importer=importer)


def in_words(options: Options) -> list[str]:
    """Return what was said, a part each, in the words of the command line."""
    stated = {"--as": options.record, "--tz": options.zone, "--time-unit": options.time_unit,
              "--format": options.importer}  # fmt: skip
    columns = ",".join(f"{key}={column}" for key, column in options.mapping.items())
    return [f"{key} {value}" for key, value in {**stated, "--map": columns}.items() if value]


def _kind(name: str) -> str:
    return _CHANGING.sub("#", name).lower()
