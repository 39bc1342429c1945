"""Nothing errored and nobody was woken: found, told as one with its cause, declared, dated and accepted.

And a process killed in the middle of looking loses nothing and repeats nothing.
"""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tocsin.cli import main
from tocsin.model.instant import iso
from tocsin.now import SystemClock
from tocsin.operations.detect import detect
from tocsin.operations.progress import finish
from tocsin.operations.verification import verify
from tocsin.store import alerts
from tocsin.store.folder import Store, open_store

DAYS, EVERY = 30, timedelta(hours=1)
AGO = timedelta(hours=30)  # the prompt was changed that long ago; nothing else happened


class Tocsin:
    """The command line on one store; each call gives back the JSON it printed."""

    def __init__(self, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.store, self._capsys = store, capsys

    def __call__(self, *words: str) -> Any:
        code = main([*words, "--store", str(self.store), "--json"])
        told = self._capsys.readouterr()
        assert code == 0, told
        return json.loads(told.out)


@pytest.fixture
def tocsin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Tocsin:
    return Tocsin(tmp_path / "war-room.tocsin", capsys)


def samples(file: Path, now: datetime, *, seed: int, **after: tuple[float, float]) -> Path:
    """Write signals that keep to a level and, `AGO` before now, step to another: (before, after) of each."""
    noise = np.random.default_rng(seed)
    count = int(timedelta(days=DAYS) / EVERY)
    times = [now - EVERY * (count - 1 - at) for at in range(count)]
    changed = np.array([at >= now - AGO for at in times])
    columns = [
        np.where(changed, late, early) + 0.02 * early * noise.standard_normal(count)
        for early, late in after.values()
    ]
    lines = [",".join(("time", *after))]
    for at, *values in zip(times, *columns, strict=True):
        lines.append(",".join((iso(at), *(f"{value:.5f}" for value in values))))
    file.write_text("\n".join(lines) + "\n")
    return file


def deployed(file: Path, *rows: tuple[datetime, str, str, str]) -> Path:
    lines = [f"{iso(at)},{name},{version},{kind}" for at, name, version, kind in rows]
    file.write_text("\n".join(["time,name,version,kind", *lines]) + "\n")
    return file


def test_what_failed_silently_is_found_told_declared_dated_and_accepted(
    tocsin: Tocsin, tmp_path: Path
) -> None:
    now = SystemClock().now().replace(microsecond=0)
    began = now - AGO
    one = samples(
        tmp_path / "assistant.csv", now, seed=1,
        answer_length=(180.0, 120.0), refusal_rate=(0.05, 0.09), latency_ms=(210.0, 210.0),
    )  # fmt: skip
    tocsin("import", str(one), "--system", "assistant")
    two = samples(tmp_path / "ads.csv", now, seed=2, cost_per_call=(0.4, 0.3), p95_ms=(90.0, 90.0))
    tocsin("import", str(two), "--system", "ads")
    history = deployed(
        tmp_path / "deployments.csv",
        (began - timedelta(days=9), "assistant", "v6", "prompt"),
        (began - timedelta(minutes=20), "assistant", "v7", "prompt"),
    )
    tocsin("import", str(history), "--system", "assistant", "--as", "deployments")
    tocsin("detect")

    queue = tocsin("alerts", "--queue", "--system", "assistant")
    told = [one for one in queue["candidates"] if one["ended"] is None]
    [found] = [one for one in told if one["cause"] and one["cause"]["deployment"]]
    assert found["system"] == "assistant"
    assert len(found["alerts"]) >= 2, "both signals are one candidate"
    assert found["cause"]["text"].startswith("assistant v7 (prompt)"), told
    assert found["cause"]["type"] == "silent behaviour change"

    words = ("--title", "Answers became short", "--system", "assistant", "--alert", found["id"])
    incident = tocsin("incident", "declare", *words, "--by", "Operator A")
    assert {alert["id"] for alert in incident["alerts"]} == set(found["alerts"])
    left = tocsin("alerts", "--queue", "--system", "assistant")["candidates"]
    assert not {id for one in left for id in one["alerts"]} & set(found["alerts"])

    dated = tocsin("start-estimate", incident["reference"], "--accept", "--by", "Operator A")
    low, high = (datetime.fromisoformat(dated["when"][bound]) for bound in ("earliest", "latest"))
    assert low - EVERY <= began <= high + EVERY
    assert high - low < timedelta(hours=24)

    assert tocsin("incident", "show", incident["reference"])["start"]["at"] == dated["when"]["at"]
    assert dated["nearest"][0]["version"] == "v7"

    [cheaper] = [
        one
        for one in tocsin("alerts", "--queue", "--system", "ads")["candidates"]
        if one["ended"] is None and "cost" in one["layers"]
    ]
    accepted = tocsin(
        "alerts", "accept", cheaper["id"], "--reason", "a cheaper contract", "--by", "Operator A"
    )
    assert set(accepted["alerts"]) == set(cheaper["alerts"])
    assert accepted["signals"]
    again = tocsin("detect")
    assert [alert for alert in again if alert["ended"] is None and alert["metric"] == "cost_per_call"] == []
    waiting = tocsin("alerts", "--queue", "--system", "ads")["candidates"]
    assert not {id for one in waiting for id in one["alerts"]} & set(cheaper["alerts"])
    assert tocsin("verify")["ok"]


CHILD = """
import sys
from pathlib import Path
from tocsin.now import SystemClock
from tocsin.operations import detect
from tocsin.store.folder import open_store
detect._SERIES_A_STEP = 1
detect._SAMPLES_A_STEP = 400
store = open_store(Path(sys.argv[1]), clock=SystemClock())
for step in detect.detect(store):
    print("step", flush=True)
"""


def killed(store: Path, after: int) -> None:
    """Let a process detect so many steps, and kill it wherever it is by then."""
    command = [sys.executable, "-c", CHILD, str(store)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        for _ in range(after):
            assert child.stdout.readline() == b"step\n"
        child.kill()


def told(store: Store) -> list[tuple[object, ...]]:
    """What was found, without the ids and the instants at which it was."""
    with store.signals.read() as connection:
        return sorted(
            (one.metric, one.detector, one.time, one.ended is None, one.severity)
            for one in alerts.list_all(connection)
        )


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_a_process_killed_while_it_looks_loses_nothing_and_repeats_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = SystemClock().now().replace(microsecond=0)
    file = samples(
        tmp_path / "signals.csv", now, seed=3, accuracy=(0.9, 0.8), latency_ms=(200.0, 200.0), cost=(0.4, 0.5)
    )
    found = {}
    for name, kills in (("whole", ()), ("killed", (1, 1, 1))):
        tocsin = Tocsin(tmp_path / f"{name}.tocsin", capsys)
        tocsin("import", str(file), "--system", "scorer")
        for after in kills:
            killed(tocsin.store, after)
        tocsin("detect")
        assert tocsin("detect") == []
        store = open_store(tocsin.store, clock=SystemClock())
        try:
            found[name] = told(store)
            assert verify(store).ok
            assert finish(detect(store)).judged == 0
        finally:
            store.close()
    assert found["whole"], "there was something to find"
    assert found["killed"] == found["whole"]
