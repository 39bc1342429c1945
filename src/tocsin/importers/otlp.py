"""OpenTelemetry in JSON (OTLP), one document or a line each: metrics of any kind, spans that call models."""

from collections.abc import Iterator
from typing import ClassVar

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Source, Step
from tocsin.importers.gathering import Gathering, refuse_mapping
from tocsin.importers.json_text import keys, values
from tocsin.importers.otlp_metrics import Metrics
from tocsin.importers.otlp_traces import Traces
from tocsin.importers.otlp_values import listed
from tocsin.importers.served_models import Served

_TOPS = {"resourceMetrics", "resource_metrics", "resourceSpans", "resource_spans"}
_PHOENIX = {"start_time_unix_nano", "string_value", "span_id"}
_DOCUMENTS_A_STEP = 50


class OtlpImporter:
    """What a collector's file exporter writes. A model that answers in another's place is told as a swap."""

    name: ClassVar[str] = "otlp"
    records: ClassVar[tuple[str, ...]] = ("samples", "deployments", "alerts")

    def knows(self, source: Source) -> bool:
        """Whether metrics or spans of resources are in it, or the spans that a server of Phoenix gives."""
        top = keys(source, top=True)
        return bool(top & _TOPS) or ("data" in top and keys(source) >= _PHOENIX)

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield samples, what served when, and an alert for each silent swap. Raises BadInput."""
        refuse_mapping(source, options)
        served = Served()
        gathering = Gathering(source.name, options)
        metrics, traces = Metrics(source.name, served), Traces(gathering, served)
        documents = 0
        for line, value in values(source, nan=True):
            if isinstance(value, Rejected):
                yield value
                continue
            documents += 1
            if not any(listed(value, name) for name in ("resourceMetrics", "resourceSpans", "data")):
                if not isinstance(value, dict) or not value.keys() & _TOPS:
                    yield Rejected(line, "neither metrics nor spans of OpenTelemetry")
                continue
            yield from metrics.take(value, line)
            yield from traces.take(value, line)
            if line % _DOCUMENTS_A_STEP == 0:
                yield Step(line, None, "reading")
            if gathering.full:
                yield from gathering.pieces()
        if not documents:
            raise BadInput("there are no metrics and no spans in it.", where=source.name)
        if traces.others:
            yield Assumed("spans", f"{traces.others:,} that call no model are left out")
        yield from metrics.finish(gathering)
        for record, row, line in served.rows():
            gathering.row(record, row, line)
        yield from gathering.pieces()
