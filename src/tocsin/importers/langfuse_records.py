"""The records of Langfuse, and the samples each of them holds. Shapes: its API of 2025, v2 and v3."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tocsin.importers.base import Rejected
from tocsin.importers.gathering import Gathering, apart, plain
from tocsin.importers.json_values import follow, instant, instant_or_none, shortened, told
from tocsin.importers.served_models import Served
from tocsin.model.instant import to_us

_LONGEST = 200
_TEXTS = ("TEXT", "CORRECTION")
_TRUTHS = {"true": 1.0, "false": 0.0}
_COSTS = ("totalCost", "calculatedTotalCost", "costDetails.total")
_FORMER_TOKENS = {"input": "promptTokens", "output": "completionTokens", "total": "totalTokens"}


@dataclass(slots=True)
class Langfuse:
    """What takes records one by one. `taken` counts those it knew."""

    gathering: Gathering
    served: Served = field(default_factory=lambda: Served(asked=False))
    taken: int = 0
    texts: int = 0  # scores that are texts, of which nothing can be measured

    def take(self, record: Any, line: int) -> Iterator[Rejected]:
        """Take one record of any kind."""
        try:
            yield from self._take(record, line)
        except ValueError as error:
            yield Rejected(line, str(error))

    def _take(self, record: Any, line: int) -> Iterator[Rejected]:
        if not isinstance(record, dict):
            raise ValueError(f"the record is {told(record)}")
        if "startTime" in record:
            self._observation(record, line)
        elif "queueId" in record and "objectType" in record:
            self._item(record, line)
        elif "timestamp" in record and "source" in record and "name" in record:
            self._score(record, line)
        elif "timestamp" in record:
            yield from self._trace(record, line)
        else:
            raise ValueError("it is no observation, score, trace or item of a queue")
        self.taken += 1

    def _observation(self, record: dict[str, Any], line: int) -> None:
        start, us = _time(record, "startTime")
        labels = _labels(
            record, {"name": "name", "type": "type", "model": "model", "environment": "environment"}
        )
        if "model" not in labels:
            labels |= _labels(record, {"model": "providedModelName"})
        segment = follow(record, "metadata.segment")
        segment = segment if isinstance(segment, str) else ""
        labels |= {"segment": segment} if segment else {}
        for metric, value, unit in self._measured(record, start):
            self.gathering.add(metric, us, value, line, labels, unit=unit, segment=segment)
        for token, count in _tokens(record):
            self.gathering.add("tokens", us, count, line, labels | {"token": token}, segment=segment)
        self._versions(record, labels, to_us(start), line)

    def _measured(self, record: dict[str, Any], start: datetime) -> Iterator[tuple[str, float, str]]:
        latency, first = plain(record.get("latency")), plain(record.get("timeToFirstToken"))
        for metric, value, name in (
            ("latency", latency, "endTime"),
            ("time to first token", first, "completionStartTime"),
        ):
            moment = instant_or_none(record.get(name)) if value is None else None
            if moment is not None:
                value = (moment - start).total_seconds()
            if value is not None and value >= 0:
                yield metric, value, "s"
        cost = _cost(record)
        if cost is not None:
            yield "cost", cost, "USD"
        if isinstance(level := record.get("level"), str):
            yield "errors", float(level == "ERROR"), ""
            yield "warnings", float(level == "WARNING"), ""

    def _versions(self, record: Mapping[str, Any], labels: dict[str, str], us: int, line: int) -> None:
        name, slot = labels.get("name", ""), labels.get("environment", "")
        prompt, number = record.get("promptName"), record.get("promptVersion")
        version = str(number) if isinstance(number, int | str) else None
        seen = (
            ("model", name, labels.get("model")),
            ("prompt", prompt, version),
            ("configuration", name, record.get("version")),
            ("configuration", "release", record.get("release")),
        )
        for kind, what, which in seen:
            self.served.saw(slot, what, which, us, line, kind=kind)

    def _score(self, record: dict[str, Any], line: int) -> None:
        name = record["name"]
        if not isinstance(name, str) or not name:
            raise ValueError("a score without a name")
        _, us = _time(record, "timestamp")
        if record.get("dataType") in _TEXTS:
            self.texts += 1
            return
        human = record["source"] == "ANNOTATION"
        labels = _labels(record, {"source": "source", "environment": "environment"})
        value, category = _said(record)
        labels |= {"category": category} if category else {}
        metric = f"{'human ' if human else ''}score {shortened(name, _LONGEST)}"
        self.gathering.add(metric, us, value, line, labels)

    def _trace(self, record: dict[str, Any], line: int) -> Iterator[Rejected]:
        _, us = _time(record, "timestamp")
        labels = _labels(record, {"name": "name", "environment": "environment"})
        for metric, key, unit in (("trace latency", "latency", "s"), ("trace cost", "totalCost", "USD")):
            if (value := plain(record.get(key))) is not None:
                self.gathering.add(metric, us, value, line, labels, unit=unit)
        for key in ("observations", "scores"):
            inner = record.get(key)
            for one in inner if isinstance(inner, list) else ():
                if isinstance(one, dict):  # a list of traces tells only their ids
                    yield from self.take(one, line)

    def _item(self, record: dict[str, Any], line: int) -> None:
        """Take an item of a review queue: how long it waited for a person."""
        done = instant_or_none(record.get("completedAt"))
        if done is None:
            return
        waited = (done - instant(record.get("createdAt"))).total_seconds()
        if waited < 0:
            raise ValueError("it was completed before it was created")
        labels = _labels(record, {"queue": "queueId", "type": "objectType"})
        us = apart(done, str(record.get("id", "")))
        self.gathering.add("human review waiting time", us, waited, line, labels, unit="s")


def _time(record: Mapping[str, Any], key: str) -> tuple[datetime, int]:
    """Return the time of a record, and the one its samples get, which is its own within the millisecond."""
    try:
        moment = instant(record.get(key))
    except ValueError as error:
        raise ValueError(f"{key} {error}") from None
    return moment, apart(moment, str(record.get("id", "")))


def _labels(record: Mapping[str, Any], wanted: Mapping[str, str]) -> dict[str, str]:
    found = {label: record.get(key) for label, key in wanted.items()}
    return {
        label: shortened(text, _LONGEST) for label, text in found.items() if isinstance(text, str) and text
    }


def _tokens(record: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield how many tokens of which kind, in the words of the API now or before."""
    details = record.get("usageDetails")
    usage = details if isinstance(details, dict) and details else record.get("usage")
    if not isinstance(usage, dict):
        usage = {token: record.get(key) for token, key in _FORMER_TOKENS.items()}
    for token, value in usage.items():
        if (count := plain(value)) is not None:
            yield shortened(token, _LONGEST), count


def _cost(record: Mapping[str, Any]) -> float | None:
    costs = (plain(follow(record, path)) for path in _COSTS)
    return next((cost for cost in costs if cost is not None), None)


def _said(record: Mapping[str, Any]) -> tuple[float, str]:
    """Return the value of a score and its category, if it has one; each category is counted as 1."""
    value, words = record.get("value"), record.get("stringValue")
    words = value if isinstance(value, str) else words
    if record.get("dataType") == "BOOLEAN" and isinstance(words, str) and words.lower() in _TRUTHS:
        return _TRUTHS[words.lower()], ""
    if isinstance(value, bool):
        return float(value), ""
    number = plain(value)
    if number is None or record.get("dataType") == "CATEGORICAL":
        if not isinstance(words, str) or not words:
            raise ValueError("a score that is neither a number nor a category")
        return 1.0, shortened(words, _LONGEST)
    return number, ""
