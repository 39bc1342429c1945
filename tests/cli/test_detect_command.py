"""`tocsin detect` and `tocsin alerts`: the keys they promise, what they print, their exit codes."""

from collections.abc import Callable
from datetime import datetime

import msgspec
import numpy as np
import pytest

from tocsin.cli import main
from tocsin.detectors.base import DAY, HOUR
from tocsin.detectors.departure import DepartureDetector
from tocsin.model.journal import SystemAdded
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.operations import detectors
from tocsin.store.folder import Store

KEYS = {
    "detected", "severity", "detector", "version", "message", "value", "threshold", "time", "start", "ended",
    "state", "urgent", "system", "system_id", "signal", "metric", "labels", "effect", "p_value", "windows",
    "raised", "baseline", "source", "id",
}  # fmt: skip


@pytest.fixture
def path(
    store: Store, author: Author, add_samples: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> str:
    """A store with one system, one series and one fall in it, and the built-in detector."""
    monkeypatch.setattr(detectors, "in_force", lambda store: [DepartureDetector()])
    with store.write() as write:
        write.add(author, SystemAdded("Loan scoring"), subject="one")
    times = 20_000 * DAY + np.arange(0, 22 * DAY, HOUR // 4)
    values = 90 + np.random.default_rng(4).standard_normal(len(times))
    values[-8:] -= 12
    add_samples(Signal("one", "accuracy", {"region": "north"}, "%"), times, values)
    return str(store.path)


def test_json_is_a_list_with_the_promised_keys(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["detect", "--store", path, "--json"]) == 0
    (found,) = msgspec.json.decode(capsys.readouterr().out)
    assert set(found) == KEYS
    assert found["detected"] is True
    assert found["system"] == "Loan scoring"
    assert found["severity"] in ("critical", "high", "medium", "low")
    assert found["value"] < found["threshold"]
    assert datetime.fromisoformat(found["time"]).tzinfo is not None
    assert set(found["start"]) == {"at", "earliest", "latest", "zone"}
    assert found["ended"] is None
    assert [window["name"] for window in found["windows"]] == ["baseline", "departure"]
    assert main(["alerts", "--store", path, "--json"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out) == [found]
    assert main(["detect", "--store", path, "--json"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out) == []


def test_people_get_a_line_an_alert(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "--store", path]) == 0
    assert "No alerts" in capsys.readouterr().err
    assert main(["detect", "--store", path, "--system", "Loan scoring"]) == 0
    shown = capsys.readouterr()
    assert "Loan scoring: accuracy (region=north) fell to" in shown.out
    assert "lasting" in shown.out
    assert "1 series, 2112 new samples judged, 1 alerts raised" in shown.err


def test_an_unknown_system_is_an_error(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("detect", "alerts"):
        assert main([command, "--store", path, "--system", "nobody's"]) == 1
        assert "nobody's" in capsys.readouterr().err
