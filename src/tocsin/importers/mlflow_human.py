"""What people and judges said of an LLM application in MLflow: feedback, overrides, and time in review."""

from collections.abc import Callable, Mapping
from typing import Any

from tocsin.importers.gathering import Gathering, apart
from tocsin.importers.mlflow_registry import finite, instant

Take = Callable[[int, dict[str, Any]], None]
ASSESSMENTS = ("assessment_id", "name", "assessment_type", "value", "aggregate_value", "created_timestamp",
               "source_type", "overrides")  # fmt: skip
REVIEW_ITEMS = ("queue_id", "item_id", "status", "creation_time_ms", "completed_time_ms")
_ANSWERS = {"true": 1.0, "false": 0.0, '"yes"': 1.0, '"no"': 0.0}


def feedback(gathered: Gathering) -> Take:
    """Return what takes a row of `assessments`, with its number. It raises ValueError with the reason.

    `feedback NAME` is each answer that is a number, true or false, yes or no, labelled by who gave it (human,
    llm_judge, code); `override of NAME` by how much a person's answer changed the one it overrides.
    """
    answers: dict[str, float] = {}

    def take(number: int, row: dict[str, Any]) -> None:
        value = _answer(row)
        if row["assessment_type"] != "feedback" or value is None:
            return
        id, by = str(row["assessment_id"]), str(row["source_type"]).lower()
        us = apart(instant(row["created_timestamp"]), id)
        answers[id] = value
        gathered.add(f"feedback {row['name']}", us, value, number, {"by": by})
        before = answers.get(str(row["overrides"]))
        if by == "human" and before is not None:
            gathered.add(f"override of {row['name']}", us, value - before, number)

    return take


def reviews(gathered: Gathering, queues: Mapping[Any, str]) -> Take:
    """Return what takes a row of `review_queue_items`: how long each waited until it was done, in seconds."""

    def take(number: int, row: dict[str, Any]) -> None:
        if row["completed_time_ms"] is None:
            return
        done, came = instant(row["completed_time_ms"]), instant(row["creation_time_ms"])
        labels = {"queue": queues.get(row["queue_id"], ""), "outcome": str(row["status"]).lower()}
        us = apart(done, str(row["item_id"]))
        gathered.add("time in review queue", us, (done - came).total_seconds(), number, labels, unit="s")

    return take


def _answer(row: dict[str, Any]) -> float | None:
    """Return an answer as a number, MLflow's own where it has one; None for an answer in words."""
    if row["aggregate_value"] is not None:
        return finite(row["aggregate_value"])
    text = str(row["value"]).strip().lower()
    if text in _ANSWERS:
        return _ANSWERS[text]
    try:
        return finite(float(text))
    except ValueError:
        return None
