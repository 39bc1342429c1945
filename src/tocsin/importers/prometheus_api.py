"""Prometheus, asked over its HTTP API: range queries from where the last round ended, slice after slice."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from tocsin.errors import BadInput
from tocsin.importers import prometheus_matrix as matrix
from tocsin.importers.base import Assumed, Piece, Step
from tocsin.importers.durations import seconds
from tocsin.importers.http import Http
from tocsin.importers.live import Cursor, Setting
from tocsin.model.instant import EPOCH

_SERVER_LIMIT = 11_000  # points of one series in one answer; more is an error there
_FIRST_SLICE = 100
_SAMPLES_A_SLICE = 250_000
_NAMED = re.compile(r"([A-Za-z_][A-Za-z0-9_ .-]*?)\s*=(?![=~])\s*(\S.*)")


@dataclass(frozen=True, slots=True)
class _Query:
    """What is asked for; `name` is the metric of what has none, `text` is PromQL."""

    name: str
    text: str


class PrometheusApi:
    """A Prometheus server, or what speaks its API (Thanos, Mimir, VictoriaMetrics)."""

    name: ClassVar[str] = "prometheus_api"
    records: ClassVar[tuple[str, ...]] = ("samples",)
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("query", "what to ask for, in PromQL; one a line, as QUERY or NAME=QUERY"),
        Setting("step", "time between two samples", "15s"),
        Setting("back", "how far back to begin at first", "6h"),
        Setting(
            "delay", "samples younger than this are left for later: a scrape may still be under way", "10s"
        ),
        Setting("points", "samples of one series in one answer, at most", "10000"),
        Setting("system", "label that names the system"),
        Setting("segment", "label that names the part of the users or inputs"),
        Setting("group", "label that names the protected group"),
    )

    def answers(self, http: Http) -> str:
        """Return "Prometheus" and its version. Raises BadInput when something else answers."""
        version = matrix.data_of(http.get_json("api/v1/status/buildinfo"), http.url).get("version")
        if not isinstance(version, str):
            raise BadInput("it is no Prometheus.", where=http.url)
        return f"Prometheus {version[:40]}"

    def poll(
        self, http: Http, settings: Mapping[str, str], cursor: dict[str, Any], now: datetime
    ) -> Iterator[Piece | Cursor]:
        """Yield the samples since the cursor at multiples of the step, the oldest first."""
        step = seconds(settings["step"])
        if step < 1:
            raise BadInput("the step is at least one second.", where=settings["step"])
        points = _points(settings["points"])
        newest = int(((now - EPOCH).total_seconds() - seconds(settings["delay"])) // step)
        first = newest - int(seconds(settings["back"]) // step)
        # Steps since 1970 are counted, not seconds: adding up fractions would drift.
        done = _positions(cursor, step)
        plain = set(cursor.get("plain", []))  # queries that brought no histogram the last time
        places = matrix.Places(settings["system"], settings["segment"], settings["group"])
        asked = False
        for query in _queries(settings["query"]):
            begin = done.get(query.text, first - 1) + 1
            asked = asked or begin <= newest
            wanted = _Range(begin, newest, step, points)
            for upto, answer in _slices(http, query, wanted, plain):
                yield from matrix.pieces(answer, places, query.name, query.text, round(begin * step * 1e6))
                yield from (Assumed("Prometheus warns", text) for text in answer.warnings[:3])
                done[query.text] = upto
                begin = upto + 1
                yield Cursor({"step": step, "upto": dict(done), "plain": sorted(plain)})
                yield Step(upto - wanted.first + 1, newest - wanted.first + 1, "asking Prometheus")
        if not asked:
            self.answers(http)  # nothing is due, but whether the server is there is news as well


@dataclass(frozen=True, slots=True)
class _Range:
    """Which steps since 1970 to ask for, both ends included; `step` in seconds."""

    first: int
    last: int
    step: float
    points: int


def _slices(
    http: Http, query: _Query, wanted: _Range, plain: set[str]
) -> Iterator[tuple[int, matrix.Answer]]:
    """Yield slice after slice: the last step in it, and the answer. They grow as far as is reasonable.

    A histogram is asked for with the step before, since its buckets are counters; `plain` is kept up to date
    with the queries that bring none.
    """
    size, begin = min(_FIRST_SLICE, wanted.points), wanted.first
    while begin <= wanted.last:
        end = min(begin + size - 1, wanted.last)
        answer = _asked(http, query, begin - (query.text not in plain), end, wanted.step)
        (plain.discard if answer.has_histograms else plain.add)(query.text)
        yield end, answer
        begin = end + 1
        size = max(min(_SAMPLES_A_SLICE // max(len(answer.result), 1), wanted.points), 1)


def _asked(http: Http, query: _Query, first: int, last: int, step: float) -> matrix.Answer:
    params = {
        "query": query.text,
        "start": f"{first * step:.3f}",
        "end": f"{last * step:.3f}",
        "step": f"{step:g}",
    }
    try:
        return matrix.answer(http.get_json("api/v1/query_range", params), http.url)
    except BadInput as problem:
        if type(problem) is BadInput:
            raise _about(problem, query) from problem
        raise


def _about(problem: BadInput, query: _Query) -> BadInput:
    """Return the problem with the query it is about."""
    return BadInput(problem.what, where=f"{problem.where} (query {query.text[:200]})", hint=problem.hint)


def _queries(text: str) -> list[_Query]:
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        named = _NAMED.fullmatch(line)
        found.append(_Query(named[1], named[2]) if named else _Query("", line))
    if not found:
        raise BadInput("no query is set.", hint='Set one, as --set "query=up".')
    return found


def _points(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 2 <= int(text) <= _SERVER_LIMIT):
        raise BadInput(f"the number of points is between 2 and {_SERVER_LIMIT:,}.", where=text[:20])
    return int(text) - 1  # one more is asked for than is stored


def _positions(cursor: dict[str, Any], step: float) -> dict[str, int]:
    """Return by query the last step that is stored, also where steps had another length."""
    before = float(cursor.get("step", step))
    return {query: int(upto * before // step) for query, upto in cursor.get("upto", {}).items()}
