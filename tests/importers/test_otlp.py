"""OTLP in JSON: numbers of every kind of metric, one name for each thing."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.otlp_made import attributes, histogram, metric, ns, span, traces
from tests.importers.told import assumed, rejected, rows, series, times
from tocsin.errors import BadInput
from tocsin.importers.base import Options, Piece, Source
from tocsin.importers.otlp import OtlpImporter
from tocsin.importers.otlp_exponential import aligned, exponential

Read = Callable[..., list[Piece]]
OTLP = OtlpImporter()
ABOUT = (
    "model=gpt-4o, operation=chat, provider=openai, response_model=gpt-4o-2024-08-06, service=loan-assistant"
)


def test_the_real_metrics_as_counted_by_hand(read: Read, shared_data: Path) -> None:
    pieces = read(OTLP, (shared_data / "formats" / "otel" / "otlp_metrics.json").read_bytes())
    found = series(pieces)
    tokens = f"(environment=prod, {ABOUT}, token=input)"
    assert found[f"gen_ai.client.token.usage mean {tokens}"] == [5812 / 3]
    assert found[f"gen_ai.client.token.usage count {tokens}"] == [3.0]
    # Two of three lie above 750 up to 1,000; the third below 5,000, and 4,100 is told as the greatest.
    assert found[f"gen_ai.client.token.usage p50 {tokens}"] == [750 + 250 * 1.5 / 2]
    assert found[f"gen_ai.client.token.usage p95 {tokens}"] == [4100.0]
    assert found["safety.filter.blocks (category=self_harm, environment=prod, service=loan-assistant)"] == [
        3.0
    ]
    assert len(found) == 4 * 5 + 1
    assert {time for told in times(pieces).values() for time in told} == {"2026-11-20T23:02:46.161725Z"}
    (deployment,) = rows(pieces, "deployments")
    assert (deployment["name"], deployment["version"]) == ("gpt-4o", "gpt-4o-2024-08-06")
    assert (deployment["vendor"], deployment["pinned"]) == (True, False)
    assert not rows(pieces)


def test_the_real_span_tells_duration_tokens_end_and_evaluation(read: Read, shared_data: Path) -> None:
    pieces = read(OTLP, (shared_data / "formats" / "otel" / "otlp_traces.json").read_bytes())
    assert series(pieces) == {
        f"gen_ai.client.operation.duration ({ABOUT})": [0.000068],
        f"gen_ai.client.token.usage ({ABOUT}, token=input)": [812.0],
        f"gen_ai.client.token.usage ({ABOUT}, token=output)": [120.0],
        f"request errors ({ABOUT})": [0.0],
        f"content filter stops ({ABOUT})": [1.0],
        f"evaluation toxicity ({ABOUT})": [0.91],
    }


def test_spans_of_phoenix_say_the_same_in_its_own_names(read: Read, shared_data: Path) -> None:
    found = series(read(OTLP, (shared_data / "formats" / "phoenix" / "rest_spans_otlpv1.json").read_bytes()))
    assert found["gen_ai.client.token.usage (model=gpt-4o, token=input)"] == [4100.0, 900.0, 812.0]
    assert found["gen_ai.client.token.usage (model=gpt-4o, token=output)"] == [1900.0, 160.0, 120.0]


def test_former_and_newest_names_make_the_same_series(read: Read) -> None:
    used = {"intValue": "7"}, {"intValue": 9}
    former = dict(
        zip(("gen_ai__usage__prompt_tokens", "gen_ai__usage__completion_tokens"), used, strict=True)
    )
    current = dict(zip(("gen_ai__usage__input_tokens", "gen_ai__usage__output_tokens"), used, strict=True))
    former = span(0, "b", gen_ai__system="az.ai.openai", **former)
    current = span(0, "b", gen_ai__provider__name="azure.ai.openai", **current)
    assert series(read(OTLP, traces(former))) == series(read(OTLP, traces(current)))
    typed = histogram(0, [1, 0, 0], attributes=attributes(gen_ai__token__type="input"))
    usage = read(OTLP, metric("histogram", typed, name="gen_ai.client.token.usage"))
    newest = read(
        OTLP,
        metric("histogram", histogram(0, [1, 0, 0]), name="gen_ai.client.inference.operation.input_tokens"),
    )
    assert series(usage) == series(newest)


@pytest.mark.parametrize("temporality", [2, "AGGREGATION_TEMPORALITY_CUMULATIVE"])
def test_running_histograms_tell_what_came_between_two_times(read: Read, temporality: Any) -> None:
    points = [histogram(0, [5, 0, 0]), histogram(1, [5, 4, 0]), histogram(2, [1, 0, 0])]
    found = series(read(OTLP, metric("histogram", *points, temporality=temporality)))
    assert found["m count (service=shop)"] == [4.0, 1.0]
    assert found["m p50 (service=shop)"] == [1.5, 0.5]
    assert found["m mean (service=shop)"] == [10.0, 10.0]


@pytest.mark.parametrize("temporality", [1, "AGGREGATION_TEMPORALITY_DELTA"])
def test_histograms_of_intervals_stand_each_for_itself(read: Read, temporality: Any) -> None:
    points = [histogram(0, [5, 0, 0]), histogram(1, [0, 4, 0], min=1.6, max=1.7)]
    found = series(read(OTLP, metric("histogram", *points, temporality=temporality)))
    assert found["m count (service=shop)"] == [5.0, 4.0]
    assert found["m p50 (service=shop)"] == [0.5, 1.6]
    assert found["m p99 (service=shop)"] == [0.99, 1.7]


def test_gauges_and_sums_are_taken_as_they_are(read: Read) -> None:
    points = [
        {"timeUnixNano": ns(0), "asInt": "9007199254740993"},
        {"timeUnixNano": ns(1), "asDouble": 2.5},
        {"timeUnixNano": ns(2), "asDouble": "NaN"},
        {"timeUnixNano": ns(3), "asInt": "4", "flags": 1},
    ]
    for kind in ("gauge", "sum"):
        told = series(read(OTLP, metric(kind, *points)))["m (service=shop)"]
        assert told[:2] == [float(9007199254740993), 2.5]
        assert all(math.isnan(value) for value in told[2:])


def test_summaries_tell_their_own_quantiles(read: Read) -> None:
    point = {"timeUnixNano": ns(0), "count": "3", "quantileValues": [{"quantile": 0.99, "value": 7.5}]}
    assert series(read(OTLP, metric("summary", point))) == {"m p99 (service=shop)": [7.5]}


def test_names_of_the_protocol_are_read_like_those_of_json(read: Read) -> None:
    content = metric("histogram", histogram(0, [1, 2, 0]))
    names = "resourceMetrics scopeMetrics dataPoints timeUnixNano bucketCounts explicitBounds stringValue"
    plain = content
    for name in names.split():
        plain = plain.replace(name, "".join(f"_{one.lower()}" if one.isupper() else one for one in name))
    assert series(read(OTLP, plain)) == series(read(OTLP, content))


def test_instances_are_told_apart_only_where_there_are_several(read: Read) -> None:
    first, second = (
        metric("gauge", {"timeUnixNano": ns(0), "asDouble": value}, service__instance__id=id)
        for id, value in (("i-1", 1.0), ("i-2", 2.0))
    )
    assert series(read(OTLP, first)) == {"m (service=shop)": [1.0]}
    assert series(read(OTLP, f"{first}\n{second}\n")) == {
        "m (instance=i-1, service=shop)": [1.0],
        "m (instance=i-2, service=shop)": [2.0],
    }


@given(st.lists(st.floats(0.01, 1e3), min_size=1, max_size=20), st.integers(0, 4), st.integers(0, 2))
def test_exponential_buckets_hold_the_values_they_were_made_of(
    values: list[float], scale: int, steps: int
) -> None:
    def point(scale: int) -> Any:
        places = [math.ceil(math.log2(value) * 2**scale) - 1 for value in values]
        low = min(places)
        counts = [places.count(place) for place in range(low, max(places) + 1)]
        return exponential({"scale": scale, "positive": {"offset": low, "bucketCounts": counts}})

    bounds, (finer, coarser) = aligned([point(scale + steps), point(scale)])
    assert finer == coarser
    assert len(finer) == len(bounds) + 1
    below = np.cumsum(finer)[:-1]
    for bound, count in zip(bounds, below, strict=True):
        assert sum(value <= bound * (1 + 1e-9) for value in values) >= count
        assert sum(value < bound * (1 - 1e-9) for value in values) <= count


def test_exponential_histograms_of_both_signs_give_quantiles(read: Read) -> None:
    point = {
        "timeUnixNano": ns(0), "count": "6", "sum": 0, "scale": 0, "zeroCount": "2",
        "positive": {"offset": 1, "bucketCounts": ["2"]}, "negative": {"offset": 0, "bucketCounts": ["2"]},
    }  # fmt: skip
    found = series(read(OTLP, metric("exponentialHistogram", point)))
    assert found["m p50 (service=shop)"][0] == pytest.approx(0.5)  # the middle of the zeros, from -1 up to 2
    assert found["m p95 (service=shop)"][0] == pytest.approx(2 + 2 * (5.7 - 4) / 2)


def test_the_same_file_gives_the_same_ids(read: Read) -> None:
    content = traces(span(0, "old"), span(5, "new", id="b"))
    for record in ("alerts", "deployments"):
        assert rows(read(OTLP, content), record) == rows(read(OTLP, content), record)


def test_spans_of_one_millisecond_keep_times_of_their_own(read: Read) -> None:
    content = traces(*(span(0, "x", id=f"span-{n}") for n in range(20)))
    (told,) = [told for name, told in times(read(OTLP, content)).items() if "duration" in name]
    assert len(set(told)) == 20
    assert all(time.startswith("2026-03-01T00:00:00") for time in told)


def test_spans_that_call_no_model_are_left_out_and_counted(read: Read) -> None:
    other = {"spanId": "z", "startTimeUnixNano": ns(0), "endTimeUnixNano": ns(1), "attributes": []}
    pieces = read(OTLP, traces(other, span(0, "x")))
    assert assumed(pieces)["spans"] == "1 that call no model are left out"
    assert not any("z" in name for name in series(pieces))


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        ({}, "timeUnixNano is no time in nanoseconds"),
        ({"timeUnixNano": "0"}, "timeUnixNano is not between 2000 and 2100"),
        ({"timeUnixNano": ns(0), "asInt": "x"}, "is no whole number"),
        ({"timeUnixNano": ns(0), "asDouble": {}}, "is an object, not a number"),
    ],
)
def test_one_bad_point_is_set_aside(read: Read, point: Any, reason: str) -> None:
    good = {"timeUnixNano": ns(0), "asDouble": 1.0}
    pieces = read(OTLP, metric("gauge", point, good))
    assert rejected(pieces) == [(1, f"m: {reason}")]
    assert series(pieces) == {"m (service=shop)": [1.0]}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"bucketCounts": ["1"]}, "it has 1 buckets and 2 bounds"),
        ({"count": "9"}, "its buckets hold 3, its count is 9"),
        ({"count": "-3"}, "it counts less than nothing"),
        ({"explicitBounds": [2.0, 1.0]}, "its bounds do not increase"),
        ({"explicitBounds": [1.0, "NaN"]}, "its bounds do not increase"),
    ],
)
def test_buckets_that_contradict_themselves_are_set_aside(read: Read, changes: Any, reason: str) -> None:
    assert rejected(read(OTLP, metric("histogram", histogram(0, [1, 2, 0]) | changes))) == [
        (1, f"m: {reason}")
    ]


def test_exponents_beyond_all_measure_are_set_aside_or_merged(read: Read) -> None:
    def told(**changes: Any) -> list[Piece]:
        point = {"timeUnixNano": ns(0), "count": "1", "sum": 1, "scale": 0,
                 "positive": {"offset": 0, "bucketCounts": ["1"]}}  # fmt: skip
        return read(OTLP, metric("exponentialHistogram", point | changes))

    assert rejected(told(scale=99))
    assert rejected(told(positive={"offset": 2**40, "bucketCounts": ["1"]}))
    assert rejected(told(positive={"offset": 0, "bucketCounts": ["0"] * 3_000}))
    far = {"offset": 2**30, "bucketCounts": ["1"]}
    assert not rejected(told(positive=far, negative=far, count="2", scale=20))


@pytest.mark.parametrize("odd", [[], {}, "x", 10**18, True, None, [[]], [{}], [None]])
def test_parts_of_any_shape_are_read_or_left(read: Read, odd: Any) -> None:
    for name in ("resourceMetrics", "resourceSpans"):
        read(OTLP, json.dumps({name: odd}))
    inner = {"metrics": odd, "spans": odd, "scopeMetrics": odd, "resource": odd}
    read(
        OTLP,
        json.dumps(
            {
                "resourceMetrics": [inner | {"scopeMetrics": [inner]}],
                "resourceSpans": [{"scopeSpans": [inner]}],
            }
        ),
    )
    for kind in ("gauge", "sum", "histogram", "exponentialHistogram", "summary"):
        point = {
            name: odd for name in ("asInt", "count", "attributes", "flags", "positive", "quantileValues")
        }
        read(OTLP, metric(kind, {"timeUnixNano": ns(0), **point}, temporality=odd))
    read(OTLP, traces({**span(0, "x"), "events": odd, "status": odd}, {"attributes": odd}))


def test_lines_that_are_none_of_it_are_set_aside(read: Read) -> None:
    good = metric("gauge", {"timeUnixNano": ns(0), "asDouble": 1.0})
    pieces = read(OTLP, f'{good}\n{{"a": 1}}\n{{\n{good.replace("m", "m")}\n')
    assert [line for line, _ in rejected(pieces)] == [2, 3]


def test_an_empty_file_of_lines_is_refused(source: Callable[[str], Source]) -> None:
    with pytest.raises(BadInput):
        list(OTLP.read(source("\n"), Options()))
