"""Evidently: reports and workspaces of 0.7, reports and test suites of the versions before."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from tocsin.importers.base import Options, Piece, Source, Step
from tocsin.importers.evidently_report import read_document
from tocsin.importers.gathering import refuse_mapping
from tocsin.importers.json_text import document, head, keys

_SNAPSHOT = {"metric_results", "timestamp"}


class EvidentlyImporter:
    """Values of metrics are samples, failed tests alerts. A report of 0.7 states no time at all."""

    name: ClassVar[str] = "evidently"
    records: ClassVar[tuple[str, ...]] = ("samples", "alerts")

    def knows(self, source: Source) -> bool:
        """Whether it is one of the three schemas, or a folder of a workspace."""
        if source.members:
            snapshots = _snapshots(source)
            return bool(snapshots) and _is_snapshot(snapshots[0])
        top, inner = keys(source, top=True), keys(source)
        if _is_snapshot(source):
            return True
        if "metrics" in top and {"metric_name", "value"} <= inner:
            return "config" in inner or "evidently:" in head(source)
        legacy = "version" in top and not top & {"resourceMetrics", "violations"}
        report = "metrics" in top and {"metric", "result"} <= inner
        suite = "tests" in top and {"status", "group", "parameters"} <= inner
        return legacy and (report or suite)

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield samples and alerts. Raises BadInput when it is none of the schemas."""
        refuse_mapping(source, options)
        if not source.members:
            yield from read_document(source, options, {})
            return
        snapshots = _snapshots(source)
        projects = {_project(one.name) for one in snapshots}
        for number, one in enumerate(snapshots):
            yield Step(number, len(snapshots), "reading")
            named = {"project": _name(source, _project(one.name))} if len(projects) > 1 else {}
            yield from read_document(one, options, named)


def _is_snapshot(source: Source) -> bool:
    # In a snapshot the widgets of a metric come before the rest, so that only the start is sure to be there.
    return keys(source, top=True) >= _SNAPSHOT or "evidently:metric_result_v2" in head(source)


def _snapshots(source: Source) -> list[Source]:
    """Return the snapshots of the projects that a folder or archive holds."""
    paths = [PurePosixPath(name) for name in source.members]
    projects = {path.parent for path in paths if path.name == "metadata.json"}
    found = [
        path
        for path in paths
        if path.suffix == ".json" and path.parent.name == "snapshots" and path.parent.parent in projects
    ]
    return [
        replace(source, path=source.members[str(path)], name=str(path), members={}) for path in sorted(found)
    ]


def _project(name: str) -> str:
    return str(PurePosixPath(name).parent.parent)


def _name(source: Source, project: str) -> str:
    """Return what a project is called; its id where its metadata do not say."""
    path = PurePosixPath(project) / "metadata.json"
    told = document(replace(source, path=source.members[str(path)], name=str(path), members={}))
    name = told.get("name") if isinstance(told, dict) else None
    return name if isinstance(name, str) and name else PurePosixPath(project).name
