"""MLflow's file store, a folder `mlruns` as it was before MLflow 3.7 chose a database: metrics and models.

EXPERIMENT/meta.yaml, EXPERIMENT/RUN/meta.yaml, EXPERIMENT/RUN/metrics/KEY (lines of ms, value, step), and
models/NAME/version-N/meta.yaml, models/NAME/aliases/ALIAS.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Source, Step
from tocsin.importers.gathering import Gathering, refuse_mapping, untimed, wants
from tocsin.importers.mlflow_registry import Registry, Version, finite, instant, metric_us, sightings

_EXPERIMENT = re.compile(r"(?:.*/)?(?P<experiment>[0-9]{1,20})/meta\.yaml")
_RUN = re.compile(r"(?:.*/)?(?P<experiment>[0-9]{1,20})/(?P<run>[0-9a-f]{32})/meta\.yaml")
_METRIC = re.compile(r"(?:.*/)?(?P<experiment>[0-9]{1,20})/(?P<run>[0-9a-f]{32})/metrics/(?P<key>.+)")
_VERSION = re.compile(r"(?:.*/)?models/(?P<model>[^/]+)/version-(?P<version>[0-9]{1,9})/meta\.yaml")
_ALIAS = re.compile(r"(?:.*/)?models/(?P<model>[^/]+)/aliases/(?P<alias>[^/]+)")
_TRASH = re.compile(r"(?:.*/)?\.trash/")
_PART = re.compile(r"(?:.*/)?(?:[0-9]{1,20}|models|\.trash)/.+")
_LARGEST_META = 32_768
_MOST_PARTS = 1_000  # the time YAML takes grows with the square of how deep it is nested
_LONGEST_LINE = 1_000
_A_STEP = 50


class MlflowFilesImporter:
    """An archive or a folder of a file store, at any depth."""

    name: ClassVar[str] = "mlflow_files"
    records: ClassVar[tuple[str, ...]] = ("samples", "deployments")

    def knows(self, source: Source) -> bool:
        """Whether its files lie as in a file store, and one of them begins like MLflow's."""
        for name, path in source.members.items():
            wanted = (
                b"run_id:" if _RUN.fullmatch(name) else b"current_stage:" if _VERSION.fullmatch(name) else b""
            )
            if wanted and wanted in _beginning(path):
                return True
        return False

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield metrics of runs, and what aliases and stages point at."""
        refuse_mapping(source, options)
        if not source.members:
            raise BadInput(
                "this is a single file; a file store is a folder of many.",
                where=source.name,
                hint="Zip the folder mlruns with models inside it, and import that.",
            )
        if strangers := sorted(name for name in source.members if not _PART.fullmatch(name)):
            words = f"{len(strangers):,} that are no part of the file store, the first {strangers[0][:200]}"
            yield Assumed("files left out", f"{words}; import them by themselves")
        files = _Files(source)
        if wants(options, "samples"):
            yield from _metrics(files, options)
        if wants(options, "deployments"):
            yield from _deployments(files, options)


@dataclass(slots=True)
class _Files:
    """The members that count, and what was wrong with one."""

    source: Source
    wrong: list[Rejected] = field(default_factory=list)

    def like(self, pattern: re.Pattern[str]) -> Iterator[tuple[str, dict[str, str], Path]]:
        """Yield name, its parts, and path of the members of a kind, without what lies in .trash."""
        for name, path in sorted(self.source.members.items()):
            if (found := pattern.fullmatch(name)) and not _TRASH.match(name):
                yield name, found.groupdict(), path

    def take(self, name: str, call: Callable[[], None]) -> None:
        """Do something with a member; remember what is wrong with it."""
        try:
            call()
        except ValueError as error:
            self.wrong.append(Rejected(1, f"{name}: {error}"))

    def rejected(self) -> Iterator[Rejected]:
        """Yield what was wrong since it was asked last."""
        found, self.wrong = self.wrong, []
        yield from found


def _metrics(files: _Files, options: Options) -> Iterator[Piece]:
    experiments: dict[str, str] = {}
    runs: dict[tuple[str, str], str] = {}
    deleted: set[tuple[str, str]] = set()
    for name, parts, path in files.like(_EXPERIMENT):
        files.take(name, partial(_name_experiment, experiments, parts, path))
    for name, parts, path in files.like(_RUN):
        files.take(name, partial(_name_run, runs, deleted, parts, path))
    yield from files.rejected()
    gathered = Gathering(files.source.name, options)
    for number, (name, parts, path) in enumerate(files.like(_METRIC), 1):
        key = parts["experiment"], parts["run"]
        if key not in deleted:
            experiment = experiments.get(parts["experiment"], parts["experiment"])
            labels = {"experiment": experiment, "run": runs.get(key, parts["run"])}
            yield from _lines(gathered, name, parts["key"], path, labels)
        if number % _A_STEP == 0:
            yield Step(number, None, "reading metrics")
        if gathered.full:
            yield from gathered.pieces()
    yield from gathered.pieces()
    if deleted:
        yield Assumed("deleted runs", f"{len(deleted):,} runs deleted in MLflow are left out")


def _name_experiment(experiments: dict[str, str], parts: dict[str, str], path: Path) -> None:
    experiments[parts["experiment"]] = _meta(path).get("name") or parts["experiment"]


def _name_run(
    runs: dict[tuple[str, str], str], deleted: set[tuple[str, str]], parts: dict[str, str], path: Path
) -> None:
    key, meta = (parts["experiment"], parts["run"]), _meta(path)
    runs[key] = meta.get("run_name") or parts["run"]
    if meta.get("lifecycle_stage") == "deleted":
        deleted.add(key)


def _lines(gathered: Gathering, name: str, key: str, path: Path, labels: dict[str, str]) -> Iterator[Piece]:
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(_LONGEST_LINE), b""), 1):
            if not line.strip():
                continue
            try:
                us, value = _logged(line)
                gathered.add(key, us, value, number, labels)
            except ValueError as error:
                yield Rejected(number, f"{name}: {error}")
            if number % 10_000 == 0:
                yield Step(number, None, "reading metrics")


def _logged(line: bytes) -> tuple[int, float]:
    """Return time and value of a line `ms value [step ...]`."""
    words = line.decode("ascii", "replace").split()
    if not 2 <= len(words) <= 5 or len(line) >= _LONGEST_LINE:
        raise ValueError("a line is milliseconds, value and step")
    value = float(words[1])
    if math.isinf(value):
        raise ValueError("a value is infinite")
    step = words[2] if len(words) > 2 else "0"
    return metric_us(words[0], int(step) if re.fullmatch(r"-?[0-9]{1,18}", step) else 0), finite(value)


def _deployments(files: _Files, options: Options) -> Iterator[Piece]:
    registry = Registry()
    for name, _parts, path in files.like(_VERSION):
        files.take(name, partial(_add_version, registry, path))
    for name, parts, path in files.like(_ALIAS):
        files.take(name, partial(_add_alias, registry, parts, path))
    yield from files.rejected()
    if registry.slots():
        at, told = untimed(files.source, options)
        yield told
        yield from sightings(registry, at)


def _add_version(registry: Registry, path: Path) -> None:
    meta = _meta(path)
    missing = {"name", "version", "creation_timestamp"} - meta.keys()
    if missing:
        raise ValueError(f"{min(missing)} is missing")
    updated = meta.get("last_updated_timestamp")
    changed = None if updated in (None, "null") else instant(updated)
    made, stage = instant(meta["creation_timestamp"]), meta.get("current_stage", "")
    registry.add(Version(meta["name"], meta["version"], made, changed, stage))


def _add_alias(registry: Registry, parts: dict[str, str], path: Path) -> None:
    version = _beginning(path).decode("ascii", "replace").strip()
    if not re.fullmatch(r"[0-9]{1,9}", version):
        raise ValueError("an alias holds the number of a version")
    registry.aliases[parts["model"], parts["alias"]] = version


def _meta(path: Path) -> dict[str, str]:
    """Return the plain texts of a meta.yaml. Raises ValueError with the reason.

    Read as texts only (YAML's "failsafe" schema): no types, no merging, so that a small file stays small.
    """
    import yaml

    content = _beginning(path)
    if len(content) > _LARGEST_META:
        raise ValueError(f"it has more than {_LARGEST_META:,} bytes")
    if sum(content.count(opening) for opening in (b"[", b"{", b"- ", b"? ", b": ")) > _MOST_PARTS:
        raise ValueError(f"it has more than {_MOST_PARTS:,} parts")
    try:
        found: Any = yaml.load(content, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ValueError(f"it is no sound YAML ({str(error).splitlines()[0][:80]})") from None
    if not isinstance(found, dict):
        raise ValueError("it holds no fields")
    return {key: value for key, value in found.items() if isinstance(key, str) and isinstance(value, str)}


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LARGEST_META + 1)
