"""Polling what answers like Prometheus: aligned steps, slices, names, places, histograms, and nonsense."""

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tests.canned import Canned, serving
from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Rejected, Samples
from tocsin.importers.live import Cursor, check
from tocsin.importers.prometheus_api import PrometheusApi

NOW = datetime(2026, 11, 2, 12, 0, 7, tzinfo=UTC)
Series = list[tuple[dict[str, str], Callable[[float], float]]]


def prometheus(series: Series, **more: object) -> Callable[[str, dict[str, list[str]]], Any]:
    """Answers range queries as Prometheus does, whatever the query, by the functions of time given."""

    def answer(path: str, params: dict[str, list[str]]) -> Any:
        if path.endswith("buildinfo"):
            return {"status": "success", "data": {"version": "2.42.0"}}
        first, last, step = (float(params[key][0]) for key in ("start", "end", "step"))
        count = int((last - first) / step + 1e-6) + 1
        assert count <= 11_000
        result = []
        for labels, value in series:
            instants = [first + index * step for index in range(count)]
            values = [[at, _text(value(at))] for at in instants if not math.isinf(value(at)) or value(at) > 0]
            result.append({"metric": labels, "values": values})
        return {"status": "success", "data": {"resultType": "matrix", "result": result}, **more}

    return answer


def _text(value: float) -> str:
    return {math.inf: "+Inf"}.get(value, "NaN" if math.isnan(value) else repr(value))


@pytest.fixture
def server() -> Iterator[Canned]:
    with serving(prometheus([({"__name__": "load", "job": "a"}, lambda at: at % 1000)])) as canned:
        yield canned


def poll(
    canned: Canned, cursor: dict[str, Any] | None = None, now: datetime = NOW, **settings: str
) -> tuple[list[Samples], dict[str, Any], list[Any]]:
    """One round: the samples, the last cursor, and everything."""
    way, importer = canned.http(), PrometheusApi()
    chosen = check(importer.settings, {"query": "load", **settings})
    try:
        pieces = list(importer.poll(way, chosen, cursor or {}, now))
    finally:
        way.close()
    cursors = [piece.value for piece in pieces if isinstance(piece, Cursor)]
    found = [piece for piece in pieces if isinstance(piece, Samples)]
    return found, cursors[-1] if cursors else cursor or {}, pieces


def seconds(found: list[Samples]) -> list[float]:
    return [time / 1e6 for piece in found for time in piece.times.tolist()]


def test_steps_are_even_whenever_it_is_asked_and_nothing_is_left_out_or_twice(server: Canned) -> None:
    cursor: dict[str, Any] = {}
    got: list[float] = []
    now = NOW
    for pause in (0, 3, 15, 16, 1, 600, 14):
        now += timedelta(seconds=pause)
        found, cursor, _ = poll(server, cursor, now, back="5m", delay="10s")
        got += seconds(found)
    newest = (now.timestamp() - 10) // 15 * 15
    first = (NOW.timestamp() - 10) // 15 * 15 - 300
    assert got == np.arange(first, newest + 1, 15).tolist()
    assert [value for piece in found for value in piece.values.tolist()] == [
        at % 1000 for at in seconds(found)
    ]


def test_a_long_time_comes_in_slices_each_with_its_cursor_and_any_is_a_good_place_to_stop(
    server: Canned,
) -> None:
    found, end, pieces = poll(server, back="2h", points="100")
    cursors = [piece.value for piece in pieces if isinstance(piece, Cursor)]
    assert len(cursors) == 5
    whole = seconds(found)
    assert whole == np.arange(whole[0], whole[-1] + 1, 15).tolist()
    assert len(whole) == 481
    for number, middle in enumerate(cursors):
        before = [piece for piece in pieces[: pieces.index(Cursor(middle))] if isinstance(piece, Samples)]
        after, last, _ = poll(server, middle, back="2h", points="100")
        assert seconds(before) + seconds(after) == whole, number
        assert last == end
    assert all(len(params["step"]) == 1 for path, params in server.asked if path.endswith("query_range"))


def test_when_nothing_is_due_the_server_is_asked_whether_it_is_there(server: Canned) -> None:
    _, cursor, _ = poll(server)
    server.asked.clear()
    found, same, _ = poll(server, cursor)
    assert (found, same) == ([], cursor)
    assert [path for path, _ in server.asked] == ["/api/v1/status/buildinfo"]
    server.answer = lambda path, params: 503
    with pytest.raises(BadInput):
        poll(server, cursor)


def test_a_clock_that_was_set_back_waits_for_its_time_to_come_again(server: Canned) -> None:
    _, cursor, _ = poll(server)
    assert poll(server, cursor, NOW - timedelta(hours=1))[0] == []
    found, _, _ = poll(server, cursor, NOW + timedelta(seconds=15))
    assert len(seconds(found)) == 1


def test_another_step_goes_on_where_the_former_ended(server: Canned) -> None:
    first, cursor, _ = poll(server, back="5m", step="15s")
    later, _, _ = poll(server, cursor, NOW + timedelta(minutes=5), step="1m")
    assert seconds(later)[0] > seconds(first)[-1]
    assert seconds(later)[0] - seconds(first)[-1] <= 60


def test_metric_names_are_the_series_own_or_as_stated_or_the_query(server: Canned) -> None:
    server.answer = prometheus([({"__name__": "load"}, lambda at: 1.0)])
    assert {piece.metric for piece in poll(server, query="load")[0]} == {"load"}
    assert {piece.metric for piece in poll(server, query="busy = load{a='b'}")[0]} == {"busy"}
    server.answer = prometheus([({"job": "a"}, lambda at: 1.0)])
    found, _, _ = poll(server, query="sum by (job) (load)\nratio=sum(a) / sum(b)\nload == 1\nload=~1\n")
    assert {piece.metric for piece in found} == {"sum by (job) (load)", "ratio", "load == 1", "load=~1"}
    asked = {params["query"][0] for path, params in server.asked if "query" in params}
    assert {"sum(a) / sum(b)", "load{a='b'}", "load == 1"} <= asked


def test_labels_name_system_segment_and_group(server: Canned) -> None:
    labels = {"__name__": "load", "app": "billing", "region": "eu", "sex": "f", "job": "a"}
    server.answer = prometheus([(labels, lambda at: 1.0)])
    [piece] = poll(server, back="0s", system="app", segment="region", group="sex")[0]
    assert (piece.system, piece.segment, piece.group) == ("billing", "eu", "f")
    assert piece.labels == {"region": "eu", "sex": "f", "job": "a"}


def test_missing_values_stay_missing_and_infinite_ones_count_as_such(server: Canned) -> None:
    at = (NOW.timestamp() - 10) // 15 * 15
    odd = {at: math.nan, at - 15: math.inf}
    server.answer = prometheus(
        [({"__name__": "load"}, lambda when: odd.get(when, 1.0))], warnings=["careful"]
    )
    found, _, pieces = poll(server, back="30s")
    assert np.isnan(found[0].values).tolist() == [False, True, True]
    assert Assumed("Prometheus warns", "careful") in pieces


def test_histograms_become_quantiles_of_what_came_between_two_steps_in_any_slicing(server: Canned) -> None:
    counts = {"0.1": 2, "0.5": 6, "+Inf": 8}  # each 15 s more: a quarter up to 0.1, three quarters up to 0.5

    def counter(le: str) -> Callable[[float], float]:
        return lambda at: (at // 15 - 7_000_000) * counts[le]

    server.answer = prometheus(
        [({"__name__": "t_bucket", "job": "a", "le": le}, counter(le)) for le in counts]
        + [({"__name__": "t_count", "job": "a"}, counter("+Inf"))]
    )
    found, cursor, _ = poll(server, back="1m", query="{job='a'}")
    more, _, _ = poll(server, cursor, NOW + timedelta(seconds=15), query="{job='a'}")
    medians = [piece for piece in found + more if piece.metric == "t p50"]
    assert {piece.metric for piece in found} == {"t p50", "t p95", "t p99", "t_count"}
    times = seconds(medians)
    assert times == np.arange(times[0], times[-1] + 1, 15).tolist()
    assert len(times) == 6
    # Of eight, the fourth: two up to 0.1, four evenly in the next 0.4; half of these on the way.
    assert [value for piece in medians for value in piece.values.tolist()] == pytest.approx([0.3] * 6)


def test_a_histogram_met_for_the_first_time_waits_for_the_next_step(server: Canned) -> None:
    newest = (NOW.timestamp() - 10) // 15 * 15
    buckets: Series = [
        (
            {"__name__": "t_bucket", "le": le},
            lambda at: 10 * (at - newest + 15) if at >= newest else -math.inf,
        )
        for le in ("0.1", "+Inf")
    ]
    server.answer = prometheus(buckets)
    found, cursor, _ = poll(server, back="1m")
    assert found == []
    found, _, _ = poll(server, cursor, NOW + timedelta(seconds=15))
    assert seconds(found) == [newest + 15] * 3
    found, _, _ = poll(server, cursor, NOW + timedelta(seconds=15), query="busy=load")
    assert {piece.metric for piece in found} == {"busy p50", "busy p95", "busy p99"}


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"query": " \n"}, "no query"),
        ({"step": "0.5s"}, "at least one second"),
        ({"step": "soon"}, "not a duration"),
        ({"points": "20000"}, "number of points"),
        ({"points": "x"}, "number of points"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    server: Canned, settings: dict[str, str], reason: str
) -> None:
    with pytest.raises(BadInput, match=reason):
        poll(server, **settings)


NONSENSE = [
    [],
    {"status": "error", "error": "x"},
    {"status": "success"},
    {"status": "success", "data": []},
    {"status": "success", "data": {"resultType": "vector", "result": []}},
    {"status": "success", "data": {"resultType": "matrix", "result": {}}},
    {"status": "success", "data": {"resultType": "matrix", "result": []}, "warnings": "many"},
]


@pytest.mark.parametrize("said", NONSENSE, ids=range(len(NONSENSE)))
def test_an_answer_of_another_shape_is_refused(server: Canned, said: Any) -> None:
    server.answer = lambda path, params: said
    with pytest.raises(BadInput):
        poll(server)


WRONG = [
    1,
    {"metric": 1},
    {"metric": None, "values": []},
    {"metric": {}, "values": 5},
    {"metric": {}, "values": [[1]]},
    {"metric": {}, "values": [["x", "1"]]},
    {"metric": {}, "values": [[1e300, "1"]]},
    {"metric": {}, "values": [[1, "one"]]},
    {"metric": {"__name__": 5, "le": "x"}, "values": [[1, "1"]]},
    {"metric": {"__name__": "a_bucket", "le": 5}, "values": [[1, "1"], [2, "2"]]},
    {"metric": {"__name__": "a"}, "histograms": [[1, {}], [2, 7]]},
]


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_a_series_that_is_wrong_is_set_aside_and_the_others_count(server: Canned, wrong: Any) -> None:
    sound = {"metric": {"__name__": "load"}, "values": [[NOW.timestamp(), "1"]]}
    data = {"resultType": "matrix", "result": [wrong, sound]}
    server.answer = lambda path, params: {"status": "success", "data": data}
    found, _, pieces = poll(server, back="0s")
    assert [piece.metric for piece in found] == ["load"]
    assert any(isinstance(piece, Rejected) for piece in pieces)


def test_it_says_what_answers(server: Canned) -> None:
    way = server.http()
    assert PrometheusApi().answers(way) == "Prometheus 2.42.0"
    server.answer = lambda path, params: {"status": "success", "data": {"cluster": "x"}}
    with pytest.raises(BadInput, match="no Prometheus"):
        PrometheusApi().answers(way)
    way.close()
