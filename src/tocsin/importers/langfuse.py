"""Langfuse: observations, scores, traces and review queues, as its API and exports give them."""

from collections.abc import Iterator
from typing import Any, ClassVar

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Source, Step
from tocsin.importers.gathering import Gathering, refuse_mapping
from tocsin.importers.json_text import keys, values
from tocsin.importers.langfuse_records import Langfuse

_RECORDS_A_STEP = 500
_MARKS = (
    {"traceId", "startTime", "type", "id"},
    {"name", "source", "timestamp", "createdAt", "updatedAt", "id"},
    {"timestamp", "totalCost", "latency", "id"},
    {"queueId", "objectId", "objectType", "status"},
)


class LangfuseImporter:
    """A sample for each observation and score: latency, tokens, cost, errors, what people said of it.

    Takes answers of the API ({data, meta}), arrays and JSON Lines. A prompt, release, version or model seen
    for the first time is told as a deployment.
    """

    name: ClassVar[str] = "langfuse"
    records: ClassVar[tuple[str, ...]] = ("samples", "deployments")

    def knows(self, source: Source) -> bool:
        """Whether the objects have the fields that mark one of Langfuse's."""
        top, inner = keys(source, top=True), keys(source)
        bare = top - {"data", "meta"}
        told = inner if "data" in top and not bare else bare
        return any(mark <= told for mark in _MARKS)

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield samples and deployments. Raises BadInput when there is nothing of Langfuse in it."""
        refuse_mapping(source, options)
        gathering = Gathering(source.name, options)
        langfuse = Langfuse(gathering)
        for line, value in values(source, nan=True):
            if isinstance(value, Rejected):
                yield value
                continue
            for place, record in _records(value, line):
                yield from langfuse.take(record, place)
                if place % _RECORDS_A_STEP == 0:
                    yield Step(place, None, "reading")
            if gathering.full:
                yield from gathering.pieces()
        if not langfuse.taken:
            raise BadInput("there are no observations, scores or traces in it.", where=source.name)
        if langfuse.texts:
            yield Assumed("scores", f"{langfuse.texts:,} that are texts are left out")
        for record, row, line in langfuse.served.rows():
            gathering.row(record, row, line)
        yield from gathering.pieces()


def _records(value: Any, line: int) -> Iterator[tuple[int, Any]]:
    """Yield the records of an answer, or the one there is, with the place of each."""
    data = value.get("data") if isinstance(value, dict) else None
    if isinstance(data, list):
        yield from enumerate(data, 1)
    else:
        yield line, value
