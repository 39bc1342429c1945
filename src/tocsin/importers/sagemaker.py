"""SageMaker: what Model Monitor and Clarify write, and captured requests with their answers."""

from collections.abc import Iterator
from typing import ClassVar

from tocsin.errors import BadInput
from tocsin.importers.base import Options, Piece, Source
from tocsin.importers.gathering import Gathering, refuse_mapping, untimed
from tocsin.importers.json_text import document, keys
from tocsin.importers.sagemaker_capture import decisions
from tocsin.importers.sagemaker_clarify import SECTIONS, bias
from tocsin.importers.sagemaker_monitor import PROBLEMS, quality, statistics, violations
from tocsin.model.instant import to_us


class SagemakerImporter:
    """constraint_violations.json, statistics.json of data or model quality, analysis.json, captured data.

    The reports state no time: they get the one the person names, else that of the file. Captured data is a
    decision log: what was asked, what was answered, when. Schemas: Amazon SageMaker Developer Guide,
    “Schema for Statistics”, “Schema for Violations”, “Model quality metrics”, “Analysis Results” (2025).
    """

    name: ClassVar[str] = "sagemaker"
    records: ClassVar[tuple[str, ...]] = ("samples", "alerts", "decisions")

    def knows(self, source: Source) -> bool:
        """Whether it is one of the files."""
        return bool(_kind(source))

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield what the file tells. Raises BadInput when it is none of the files."""
        refuse_mapping(source, options)
        kind = _kind(source)
        if kind == "capture":
            yield from decisions(source, options)
            return
        found = document(source, nan=True)
        time, assumed = untimed(source, options)
        yield assumed
        gathering = Gathering(source.name, options)
        if kind == "violations" and isinstance(found, dict):
            yield from violations(found, gathering, time)
        elif kind == "statistics" and isinstance(found, dict):
            yield from statistics(found, gathering, to_us(time))
        elif kind == "quality" and isinstance(found, dict):
            yield from quality(found, gathering, to_us(time))
        elif kind == "bias":
            yield from bias(found, gathering, to_us(time))
        else:
            raise BadInput("this is no file of SageMaker's monitors.", where=source.name)
        yield from gathering.pieces()


def _kind(source: Source) -> str:
    top, inner = keys(source, top=True), keys(source)
    if {"captureData", "eventMetadata"} <= top:
        return "capture"
    if "violations" in top and (top <= {"violations", "version"} or "constraint_check_type" in inner):
        return "violations"
    if "features" in top and inner & {"numerical_statistics", "string_statistics"}:
        return "statistics"
    if top & set(PROBLEMS):
        return "quality"
    return "bias" if top & set(SECTIONS) or {"value_or_threshold", "metrics"} <= top else ""
