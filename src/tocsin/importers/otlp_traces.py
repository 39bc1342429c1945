"""Spans of OTLP that call a model: how long it took, how many tokens, how it ended, how it was judged."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tocsin.importers import otlp_names as names
from tocsin.importers.base import Rejected, Step
from tocsin.importers.gathering import Gathering, apart, plain
from tocsin.importers.json_values import shortened
from tocsin.importers.otlp_values import attributes, get, is_kind, listed, micros
from tocsin.importers.served_models import Served
from tocsin.model.instant import from_us

_DURATION, _TOKENS = "gen_ai.client.operation.duration", "gen_ai.client.token.usage"
_OF_MODELS = (names.REQUESTED, names.ANSWERED, names.INPUT, names.OUTPUT, "gen_ai.operation.name")
_SPANS_A_STEP = 1_000
_EVALUATION = "gen_ai.evaluation.result"


@dataclass(slots=True)
class Traces:
    """The spans of a source while they are read; `others` call no model."""

    gathering: Gathering
    served: Served
    others: int = 0

    def take(self, document: Any, line: int) -> Iterator[Rejected | Step]:
        """Take one document of traces, or the spans that a server of Phoenix lists."""
        for resource in listed(document, "resourceSpans"):
            about = names.current(attributes(get(resource, "resource")))
            for scope in [*listed(resource, "scopeSpans"), *listed(resource, "instrumentationLibrarySpans")]:
                yield from self._spans(listed(scope, "spans"), about, line)
        yield from self._spans(listed(document, "data"), {}, line)

    def _spans(self, spans: list[Any], resource: dict[str, Any], line: int) -> Iterator[Rejected | Step]:
        for number, span in enumerate(spans, 1):
            if number % _SPANS_A_STEP == 0:
                yield Step(number, len(spans), "reading")
            try:
                told = names.current(attributes(span))
                if any(name in told for name in _OF_MODELS):
                    self._span(span, told, resource, line)
                else:
                    self.others += 1
            except ValueError as error:
                yield Rejected(line, f"span {str(get(span, 'spanId'))[:40]}: {error}")

    def _span(self, span: Any, told: dict[str, Any], resource: dict[str, Any], line: int) -> None:
        start, end = micros(span, "startTimeUnixNano"), micros(span, "endTimeUnixNano")
        if end < start:
            raise ValueError("it ends before it starts")
        us = apart(from_us(start), str(get(span, "spanId")))
        labels = names.call_labels(told, resource)
        add = self.gathering.add
        add(_DURATION, us, (end - start) / 1e6, line, labels, unit="s")
        for name, token in ((names.INPUT, "input"), (names.OUTPUT, "output")):
            if (count := plain(told.get(name))) is not None:
                add(_TOKENS, us, count, line, labels | {"token": token}, unit="{token}")
        failed = is_kind(get(get(span, "status"), "code"), 2, "STATUS_CODE_ERROR") or "error.type" in told
        add("request errors", us, float(failed), line, labels)
        reasons = told.get("gen_ai.response.finish_reasons")
        if isinstance(reasons, list) and reasons:
            add("content filter stops", us, float("content_filter" in reasons), line, labels)
        for event in listed(span, "events"):
            self._evaluation(event, labels, line)
        slot = "/".join(str(one) for one in (resource.get(names.SERVICE), told.get(names.PROVIDER)) if one)
        self.served.saw(slot, told.get(names.REQUESTED), told.get(names.ANSWERED), start, line)

    def _evaluation(self, event: Any, labels: dict[str, str], line: int) -> None:
        if get(event, "name") != _EVALUATION:
            return
        said = attributes(event)
        score, name = plain(said.get("gen_ai.evaluation.score.value")), said.get("gen_ai.evaluation.name")
        if score is not None and isinstance(name, str):
            metric = f"evaluation {shortened(name, 200)}"
            self.gathering.add(metric, micros(event, "timeUnixNano"), score, line, labels)
