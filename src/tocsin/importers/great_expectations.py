"""Great Expectations: validation results of 1.x and 0.x, and what a checkpoint says of several."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from tocsin.errors import BadInput
from tocsin.importers.base import Options, Piece, Rejected, Source, Step
from tocsin.importers.expectations import Expectation, alert, expectation
from tocsin.importers.gathering import Clock, Gathering, plain, refuse_mapping, untimed
from tocsin.importers.json_text import keys, values
from tocsin.importers.json_values import follow
from tocsin.model.instant import to_us

_RESULTS_A_STEP = 20
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\.\d+)?Z")
_TIMES = ("meta.run_id.run_time", "meta.validation_time", "run_id.run_time")
_SUITES = ("suite_name", "meta.expectation_suite_name", "suite_name", "expectation_suite_name")
_ASSETS = (
    "meta.active_batch_definition.data_asset_name",
    "meta.batch_kwargs.data_asset_name",
    "asset_name",
)
_STATISTICS = {
    "evaluated_expectations": "expectations evaluated",
    "unsuccessful_expectations": "expectations unmet",
}


class GreatExpectationsImporter:
    """Shares and counts of what was expected are samples, each expectation not met is an alert.

    The time is that of the run. What `CheckpointResult.describe_dict()` gives states none.
    """

    name: ClassVar[str] = "great_expectations"
    records: ClassVar[tuple[str, ...]] = ("samples", "alerts")

    def knows(self, source: Source) -> bool:
        """Whether results of expectations are in it."""
        inner, top = keys(source), keys(source, top=True)
        # In the order of the alphabet, as 0.x stores them, `success` comes behind all results.
        if top & {"results", "run_results"} and {"expectation_config", "success"} <= inner:
            return True
        return "validation_results" in top and bool(inner & {"expectation_type", "evaluated_validations"})

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield samples and alerts. Raises BadInput when there is no validation result in it."""
        refuse_mapping(source, options)
        reading = _Reading(source, options, Gathering(source.name, options), Clock(options))
        for line, value in values(source, nan=True):
            if isinstance(value, Rejected):
                yield value
                continue
            found = list(_validations(value))
            if not found:
                yield Rejected(line, "no result of a validation")
            for validation in found:
                yield from reading.take(validation, line)
            if line % _RESULTS_A_STEP == 0:
                yield Step(line, None, "reading")
        if not reading.taken:
            raise BadInput("there is no result of a validation in it.", where=source.name)
        yield from reading.clock.assumed()
        yield from reading.gathering.pieces()


def _validations(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the validation results of a document: itself, or those a checkpoint holds."""
    if not isinstance(value, dict):
        return
    runs = value.get("run_results")
    if isinstance(runs, dict):
        # 0.x keeps them by an id, one level deeper than 1.x does.
        for run in runs.values():
            yield from _validations(follow(run, "validation_result", run))
    elif isinstance(value.get("validation_results"), list):
        for one in value["validation_results"]:
            yield from _validations(one)
    elif isinstance(_results(value), list) and "success" in value:
        yield value


def _results(validation: dict[str, Any]) -> Any:
    return validation.get("results", validation.get("expectations"))


@dataclass(slots=True)
class _Reading:
    source: Source
    options: Options
    gathering: Gathering
    clock: Clock
    taken: int = 0
    untimed: bool = False

    def take(self, validation: dict[str, Any], line: int) -> Iterator[Piece]:
        """Take one validation result."""
        self.taken += 1
        try:
            time = yield from self._time(validation)
        except ValueError as error:
            yield Rejected(line, f"the time of the run: {error}")
            return
        labels = _labels(validation)
        self._statistics(validation, labels, to_us(time), line)
        seen: dict[str, int] = {}
        for place, result in enumerate(_results(validation), 1):
            found = expectation(result, labels)
            if found is None:
                yield Rejected(line, f"result {place} of {labels.get('suite', 'the suite')} is none")
                continue
            seen[found.name] = seen.get(found.name, 0) + 1
            if seen[found.name] > 1:  # the same is expected twice of one column, with other bounds
                found.labels["number"] = str(seen[found.name])
            self._result(found, time, line)

    def _result(self, found: Expectation, time: datetime, line: int) -> None:
        for metric, value in (("unexpected share", found.unexpected), ("observed value", found.observed)):
            if value is not None:
                self.gathering.add(f"expectation {metric}", to_us(time), value, line, found.labels)
        if not found.met:
            self.gathering.row("alerts", alert(found, time), line)

    def _statistics(self, validation: dict[str, Any], labels: dict[str, str], us: int, line: int) -> None:
        told = validation.get("statistics")
        statistics: dict[str, Any] = told if isinstance(told, dict) else {}
        for key, metric in _STATISTICS.items():
            if (count := plain(statistics.get(key))) is not None:
                self.gathering.add(metric, us, count, line, labels)
        if (percent := plain(statistics.get("success_percent"))) is not None:
            self.gathering.add("expectations met share", us, percent / 100, line, labels)

    def _time(self, validation: dict[str, Any]) -> Any:
        for path in _TIMES:
            stated = follow(validation, path)
            if isinstance(stated, str):
                compact = _COMPACT.fullmatch(stated)
                if compact:
                    year, month, day, hour, minute, second, rest = compact.groups(default="")
                    stated = f"{year}-{month}-{day}T{hour}:{minute}:{second}{rest}Z"
                return self.clock.read(stated)
        time, assumed = untimed(self.source, self.options)
        if not self.untimed:
            self.untimed = True
            yield assumed
        return time


def _labels(validation: dict[str, Any]) -> dict[str, str]:
    """Return suite and asset of a validation, as far as it tells them."""
    first = follow(validation, "expectations[0].kwargs.batch_id")
    found = {"suite": _first(validation, _SUITES), "asset": _first(validation, _ASSETS) or first}
    return {key: text for key, text in found.items() if isinstance(text, str) and text}


def _first(validation: dict[str, Any], paths: tuple[str, ...]) -> Any:
    return next((found for path in paths if (found := follow(validation, path))), None)
