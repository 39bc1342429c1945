"""`tocsin signals` and `tocsin coverage`: the keys they promise, what they print, their exit codes."""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest

from tocsin.cli import main
from tocsin.model.journal import SystemAdded
from tocsin.model.operator import Author
from tocsin.model.signal import Layer, Signal
from tocsin.store import journal
from tocsin.store.folder import Store

LISTED = {
    "signal", "system", "system_id", "name", "metric", "labels", "unit", "layer", "segment", "group", "state",
    "samples", "first", "newest", "last", "rhythm_s", "placed", "proposed",
}  # fmt: skip
HOUR = 3_600_000_000


@pytest.fixture
def path(store: Store, author: Author, add_samples: Callable[..., int]) -> str:
    """Two systems: one with two signals that ended long ago, one that nobody watches."""
    with store.write() as write:
        write.add(author, SystemAdded("Loan scoring"), subject="one")
        write.add(author, SystemAdded("Routing"), subject="two")
    times = 400_000 * HOUR + np.arange(20) * HOUR
    add_samples(Signal("one", "accuracy", {"region": "north"}), times, np.ones(20))
    add_samples(Signal("one", "latency", layer=Layer.INFRASTRUCTURE), times, np.ones(20))
    return str(store.path)


@pytest.fixture
def ask(path: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """A function that runs a command on the store with --json and returns what it printed."""

    def run(*words: str, code: int = 0) -> Any:
        assert main([*words, "--store", path, "--json"]) == code
        return msgspec.json.decode(capsys.readouterr().out)

    return run


def test_the_list_has_the_promised_keys(ask: Callable[..., Any]) -> None:
    found = ask("signals", "list")
    assert {frozenset(one) for one in found} == {frozenset(LISTED)}
    assert {one["name"]: one["rhythm_s"] for one in found} == {
        "accuracy (region=north)": 3600,
        "latency": 3600,
    }
    assert ask("signals", "list", "--system", "Routing") == []
    assert "hint" in ask("signals", "list", "--system", "nobody", code=1)["error"]


@pytest.mark.parametrize("pattern", ["acc*", "accuracy (region=north)", "ID"])
def test_signals_are_placed_by_pattern_or_id(ask: Callable[..., Any], pattern: str) -> None:
    id = next(one["signal"] for one in ask("signals", "list") if one["metric"] == "accuracy")
    words = ["--layer", "fairness", "--group", "over 60", "--to-system", "Routing"]
    [placed] = ask("signals", "place", id[:12] if pattern == "ID" else pattern, *words)
    assert (placed["system"], placed["layer"], placed["group"]) == ("Routing", "fairness", "over 60")
    assert placed["signal"] == id
    assert placed["placed"] is True
    assert placed["proposed"]["system_id"] == "one"


def test_a_word_that_means_no_signal_places_nothing(ask: Callable[..., Any]) -> None:
    error = ask("signals", "place", "acc*", "nothing*", "--layer", "cost", code=1)["error"]
    assert error["where"] == "nothing*"
    assert not any(one["placed"] for one in ask("signals", "list"))


def test_coverage_tells_blind_and_silent_layers(ask: Callable[..., Any]) -> None:
    found = ask("coverage")
    assert set(found) == {"now", "systems"}
    loan, routing = found["systems"]
    assert loan["silent"] == ["infrastructure", "output quality"]
    assert routing["blind"] == [layer.value for layer in Layer]
    quality = next(one for one in loan["layers"] if one["layer"] == "output quality")
    assert set(quality) == {"layer", "state", "since", "alerts", "signals"}
    [signal] = quality["signals"]
    assert (quality["state"], signal["state"], signal["rhythm_s"]) == ("silent", "silent", 3600)
    assert quality["since"] == signal["last"] == "2015-08-20T11:00:00Z"


def test_strict_fails_where_something_is_not_watched(
    ask: Callable[..., Any], path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ask("coverage", "Routing", "--strict", code=1)
    ask("coverage", "Routing")
    assert main(["coverage", "Loan scoring", "--store", path]) == 0
    out = capsys.readouterr().out
    assert "cost            blind" in out
    assert "since 2015-08-20 13:00 CEST: latency" in out


def test_a_placement_is_undone_by_its_entry(ask: Callable[..., Any], store: Store) -> None:
    ask("signals", "place", "latency", "--layer", "cost", "--segment", "NE")
    with store.journal.read() as connection:
        [entry] = journal.entries(connection, kinds=["signals.placed"])
    ask("incident", "undo", entry.id)
    found = next(one for one in ask("signals", "list") if one["metric"] == "latency")
    assert (found["layer"], found["segment"], found["placed"]) == ("infrastructure", "", False)
