"""Models swapped in silence: told of one file, and by the deployments of several."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from tests.importers.otlp_made import START, attributes, histogram, metric, span, traces
from tests.importers.told import rows
from tocsin.importers.base import Piece
from tocsin.importers.otlp import OtlpImporter
from tocsin.model.deployment import Deployment, settled

Read = Callable[..., list[Piece]]
OTLP = OtlpImporter()


def served(pieces: Iterable[Piece]) -> list[tuple[str, datetime]]:
    """What served when, as the store would tell it from all deployments together."""
    names = ("name", "version", "kind", "slot", "earliest")
    told = [
        Deployment(row["id"], "s", row["time"], **{key: row[key] for key in names})
        for row in {row["id"]: row for row in rows(pieces, "deployments")}.values()
    ]
    return [(one.version, one.at) for one in settled(told)]


def test_a_model_that_answers_in_anothers_place_is_a_swap(read: Read) -> None:
    calls = [span(0, "old", id="a"), span(5, "old", id="b"), span(9, "new", id="c"), span(30, "new", id="d")]
    pieces = read(OTLP, traces(*calls))
    (alert,) = rows(pieces)
    assert (alert["severity"], alert["metric"]) == ("high", "gen_ai.response.model")
    assert (alert["start"], alert["time"]) == (START + timedelta(minutes=5), START + timedelta(minutes=9))
    assert alert["message"] == (
        "The model behind “gpt-4o” changed without another one being asked for: "
        "old answered until 2026-03-01T00:05:00Z, new since 2026-03-01T00:09:00Z."
    )
    (swap,) = [row for row in rows(pieces, "deployments") if row["time"] == alert["time"]]
    assert (swap["name"], swap["version"], swap["earliest"]) == ("gpt-4o", "new", alert["start"])
    assert (swap["kind"], swap["vendor"], swap["pinned"]) == ("model", True, False)
    assert served(pieces) == [("old", START), ("new", START + timedelta(minutes=9))]


def test_asking_for_another_model_or_another_provider_is_no_swap(read: Read) -> None:
    calls = [
        span(0, "old", id="a", gen_ai__provider__name="x"),
        span(1, "new", "gpt-5", id="b", gen_ai__provider__name="x"),
        span(2, "new", id="c", gen_ai__provider__name="y"),
    ]
    assert not rows(read(OTLP, traces(*calls)))


def test_two_models_that_take_turns_are_one_change(read: Read) -> None:
    calls = [span(n, "old" if n % 2 else "new", id=str(n)) for n in range(1, 40)]
    assert len(rows(read(OTLP, traces(*calls)))) == 1


def test_going_back_after_a_while_is_a_change_too(read: Read) -> None:
    calls = [span(0, "old", id="a"), span(10, "new", id="b"), span(90, "old", id="c")]
    pieces = read(OTLP, traces(*calls))
    assert [alert["labels"]["response_model"] for alert in rows(pieces)] == ["new", "old"]
    assert [version for version, _ in served(pieces)] == ["old", "new", "old"]


def test_running_totals_tell_a_swap_by_which_of_them_grows(read: Read) -> None:
    def point(minutes: int, answered: str, count: int) -> dict[str, Any]:
        told = attributes(gen_ai__request__model="gpt-4o", gen_ai__response__model=answered)
        return histogram(minutes, [count, 0, 0], attributes=told)

    # The former model's total goes on being told after the last call to it.
    points = [
        point(0, "old", 3),
        point(1, "old", 8),
        point(2, "old", 8),
        point(2, "new", 1),
        point(3, "old", 8),
    ]
    pieces = read(OTLP, metric("histogram", *points, name="gen_ai.client.operation.duration"))
    (alert,) = rows(pieces)
    assert (alert["start"], alert["time"]) == (START + timedelta(minutes=1), START + timedelta(minutes=2))


def test_a_swap_between_two_files_is_told_by_their_deployments(read: Read) -> None:
    first = read(OTLP, traces(span(0, "old", id="a"), span(60, "old", id="b")))
    second = read(OTLP, traces(span(600, "new", id="c")))
    third = read(OTLP, traces(span(900, "new", id="d"), span(960, "new", id="e")))
    assert served([*third, *first, *second, *first]) == [
        ("old", START),
        ("new", START + timedelta(minutes=600)),
    ]
