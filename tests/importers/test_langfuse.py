"""Langfuse: what each observation and score measures, and what ran when."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.importers.told import assumed, rejected, rows, series, times
from tocsin.errors import BadInput
from tocsin.importers.base import Piece, Source
from tocsin.importers.langfuse import LangfuseImporter

Read = Callable[..., list[Piece]]
LANGFUSE = LangfuseImporter()


def observation(id: str = "o", time: Any = "2026-03-02T10:15:00.000Z", **more: Any) -> dict[str, Any]:
    return {"id": id, "traceId": "t", "startTime": time, "type": "GENERATION", "name": "chat", **more}


def score(value: Any = 1.0, **more: Any) -> dict[str, Any]:
    now = "2026-03-02T10:15:00.000Z"
    told = {"id": "s", "traceId": "t", "name": "good", "source": "EVAL", "value": value}
    return told | dict.fromkeys(("timestamp", "createdAt", "updatedAt"), now) | more


def answer(*records: Any) -> str:
    return json.dumps({"data": records, "meta": {}})


def test_the_real_observation_is_told_in_full(read: Read, shared_data: Path) -> None:
    pieces = read(LANGFUSE, (shared_data / "formats" / "langfuse" / "observations_v2.json").read_bytes())
    about = "environment=production, model=gpt-4o-2024-08-06, name=chat, segment=B"
    assert series(pieces) == {
        f"latency ({about}, type=GENERATION)": [1.4],
        f"time to first token ({about}, type=GENERATION)": [0.3],
        f"cost ({about}, type=GENERATION)": [0.00323],
        f"errors ({about}, type=GENERATION)": [0.0],
        f"warnings ({about}, type=GENERATION)": [0.0],
        f"tokens ({about}, token=input, type=GENERATION)": [812.0],
        f"tokens ({about}, token=output, type=GENERATION)": [120.0],
        f"tokens ({about}, token=total, type=GENERATION)": [932.0],
    }
    assert {time[:23] for told in times(pieces).values() for time in told} == {"2026-03-02T10:15:00.123"}
    deployed = [(row["kind"], row["name"], row["version"]) for row in rows(pieces, "deployments")]
    assert deployed == [
        ("model", "chat", "gpt-4o-2024-08-06"),
        ("configuration", "chat", "v7"),
        ("configuration", "release", "2026.03"),
    ]


def test_the_real_score_of_a_person_is_told_as_one(read: Read, shared_data: Path) -> None:
    pieces = read(LANGFUSE, (shared_data / "formats" / "langfuse" / "scores.json").read_bytes())
    assert series(pieces) == {"human score human_override (environment=production, source=ANNOTATION)": [1.0]}


def test_answers_arrays_and_lines_say_the_same(read: Read) -> None:
    records = [observation("a", latency=1.0), observation("b", "2026-03-02T10:16:00Z", latency=2.0)]
    forms = (answer(*records), json.dumps(records), "\n".join(map(json.dumps, records)) + "\n")
    first, *others = (read(LANGFUSE, form) for form in forms)
    for other in others:
        assert series(other) == series(first)
        assert times(other) == times(first)


def test_former_names_of_tokens_cost_and_times_are_known(read: Read) -> None:
    former = observation(
        endTime="2026-03-02T10:15:02.500Z", completionStartTime="2026-03-02T10:15:00.250Z",
        usage={"input": 7, "output": 9, "unit": "TOKENS"}, calculatedTotalCost=0.5,
    )  # fmt: skip
    found = series(read(LANGFUSE, answer(former)))
    about = "(name=chat, type=GENERATION)"
    assert found[f"latency {about}"] == [2.5]
    assert found[f"time to first token {about}"] == [0.25]
    assert found[f"cost {about}"] == [0.5]
    assert found["tokens (name=chat, token=input, type=GENERATION)"] == [7.0]
    oldest = series(read(LANGFUSE, answer(observation(promptTokens=3, completionTokens=4, totalTokens=7))))
    assert oldest["tokens (name=chat, token=output, type=GENERATION)"] == [4.0]


@pytest.mark.parametrize(
    ("level", "errors", "warnings"), [("ERROR", 1, 0), ("WARNING", 0, 1), ("DEFAULT", 0, 0)]
)
def test_levels_count_errors_and_warnings(read: Read, level: str, errors: int, warnings: int) -> None:
    found = series(read(LANGFUSE, answer(observation(level=level))))
    assert found["errors (name=chat, type=GENERATION)"] == [errors]
    assert found["warnings (name=chat, type=GENERATION)"] == [warnings]


@pytest.mark.parametrize(
    ("told", "name", "value"),
    [
        (score(0.25), "score good (source=EVAL)", 0.25),
        (score(0.25, source="ANNOTATION"), "human score good (source=ANNOTATION)", 0.25),
        (score(True), "score good (source=EVAL)", 1.0),
        (score("False", dataType="BOOLEAN"), "score good (source=EVAL)", 0.0),
        (score(0, dataType="BOOLEAN", stringValue="False"), "score good (source=EVAL)", 0.0),
        (score(2, dataType="CATEGORICAL", stringValue="bad"), "score good (category=bad, source=EVAL)", 1.0),
        (score("fine"), "score good (category=fine, source=EVAL)", 1.0),
    ],
)
def test_scores_are_numbers_truths_or_categories(read: Read, told: Any, name: str, value: float) -> None:
    assert series(read(LANGFUSE, answer(told))) == {name: [value]}


def test_scores_that_are_texts_are_left_out_and_counted(read: Read) -> None:
    pieces = read(LANGFUSE, answer(score("long words", dataType="TEXT"), score(1.0)))
    assert assumed(pieces) == {"scores": "1 that are texts are left out"}
    assert not rejected(pieces)


def test_a_trace_brings_its_observations_and_scores(read: Read) -> None:
    trace = {"id": "t", "timestamp": "2026-03-02T10:15:00Z", "name": "ask", "latency": 3.0, "totalCost": 0.1,
             "observations": [observation(latency=1.0), "only-an-id"], "scores": [score(0.5)]}  # fmt: skip
    found = series(read(LANGFUSE, answer(trace)))
    assert found["trace latency (name=ask)"] == [3.0]
    assert found["trace cost (name=ask)"] == [0.1]
    assert found["latency (name=chat, type=GENERATION)"] == [1.0]
    assert found["score good (source=EVAL)"] == [0.5]


def test_an_item_of_a_review_queue_tells_how_long_it_waited(read: Read) -> None:
    item = {"id": "i", "queueId": "q", "objectId": "o", "objectType": "TRACE", "status": "COMPLETED",
            "createdAt": "2026-03-02T10:00:00Z", "completedAt": "2026-03-02T10:02:00Z"}  # fmt: skip
    waiting = item | {"status": "PENDING", "completedAt": None}
    found = series(read(LANGFUSE, answer(item, waiting)))
    assert found == {"human review waiting time (queue=q, type=TRACE)": [120.0]}


def test_a_new_version_of_a_prompt_is_a_deployment_and_no_alert(read: Read) -> None:
    records = [
        observation(str(n), f"2026-03-02T1{n}:00:00Z", promptName="ask", promptVersion=version, model="m")
        for n, version in enumerate((3, 3, 4))
    ]
    pieces = read(LANGFUSE, answer(*records))
    told = [row for row in rows(pieces, "deployments") if row["kind"] == "prompt"]
    assert [row["version"] for row in told] == ["3", "4"]
    assert told[1]["earliest"].hour == 11
    assert not rows(pieces)


def test_many_observations_of_one_millisecond_keep_times_of_their_own(read: Read) -> None:
    records = [observation(f"obs-{n}", latency=float(n)) for n in range(20)]
    (told,) = [
        told for name, told in times(read(LANGFUSE, answer(*records))).items() if name.startswith("latency")
    ]
    assert len(set(told)) == 20
    assert {time[:23].rstrip("Z") for time in told} <= {"2026-03-02T10:15:00", "2026-03-02T10:15:00.000"}
    later = [
        told for name, told in times(read(LANGFUSE, answer(records[7]))).items() if name.startswith("latency")
    ]
    assert later[0][0] in told


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (7, "the record is the number 7"),
        ({"id": 1}, "it is no observation, score, trace or item of a queue"),
        (observation(time="noon"), "startTime 'noon' is no time"),
        (observation(time=None), "startTime is null, not a time"),
        (score({}), "a score that is neither a number nor a category"),
        (score(name=""), "a score without a name"),
    ],
)
def test_one_bad_record_is_set_aside(read: Read, record: Any, reason: str) -> None:
    pieces = read(LANGFUSE, answer(record, observation(latency=1.0)))
    assert rejected(pieces) == [(1, reason)]


@pytest.mark.parametrize("odd", [[], {}, "x", 10**18, True, None, -1])
def test_parts_of_any_shape_are_read_or_left(read: Read, odd: Any) -> None:
    numbers = ("latency", "timeToFirstToken", "usageDetails", "usage", "totalCost", "costDetails")
    texts = ("metadata", "level", "model", "name", "environment", "version", "release", "promptName")
    parts = (*numbers, *texts, "promptVersion")
    read(LANGFUSE, answer(observation() | dict.fromkeys(parts, odd), observation()))
    read(LANGFUSE, answer(score(odd, dataType=odd, source=odd), observation()))


@pytest.mark.parametrize("content", ["{}", "[]", '{"data": []}', "[3]"])
def test_what_holds_nothing_of_langfuse_is_refused(
    source: Callable[[str], Source], read: Read, content: str
) -> None:
    assert not LANGFUSE.knows(source(content))
    with pytest.raises(BadInput, match="no observations"):
        read(LANGFUSE, content)
