"""The whole detection without any network: every attempt to reach another machine fails the test."""

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tocsin.cli import main
from tocsin.model.instant import iso
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations import detectors
from tocsin.store.folder import open_store

DAYS = 40
ROWS = 4000


class Reached(AssertionError):
    """Something asked for the network."""


@pytest.fixture(autouse=True)
def tried(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Refuse every way out of this machine, and to itself; what was tried is in the list."""
    tried: list[str] = []

    def refuse(name: str) -> Any:
        def refused(*args: object, **_: object) -> Any:
            tried.append(f"{name} {args[1:] or args}")
            raise Reached(tried[-1])

        return refused

    for name in ("connect", "connect_ex", "sendto", "bind", "listen"):
        monkeypatch.setattr(socket.socket, name, refuse(name))
    for name in ("create_connection", "getaddrinfo", "gethostbyname", "create_server"):
        monkeypatch.setattr(socket, name, refuse(name))
    yield tried
    assert tried == []


def run(capsys: pytest.CaptureFixture[str], store: Path, *words: str) -> Any:
    code = main([*words, "--store", str(store), "--json"])
    told = capsys.readouterr()
    assert code == 0, told
    return json.loads(told.out)


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """Forty days of three signals, one of which falls on the last."""
    now, noise = SystemClock().now(), np.random.default_rng(5)
    file = tmp_path / "samples.csv"
    rows = ["time,accuracy,latency_ms,cost_usd"]
    for at in range(DAYS * 24, 0, -1):
        level = 0.9 if at > 20 else 0.8
        values = np.array([level, 200.0, 0.4]) * (1 + 0.02 * noise.standard_normal(3))
        rows.append(",".join([iso(now - timedelta(hours=at)), *(f"{value:.5f}" for value in values)]))
    file.write_text("\n".join(rows) + "\n")
    return file


@pytest.fixture
def decisions(tmp_path: Path) -> Path:
    """A decision log with every role: one region is served worse and reviewers agree with all, in the end."""
    now, rng = SystemClock().now(), np.random.default_rng(6)
    file = tmp_path / "decisions.csv"
    columns = (
        "id,time,decision,score,outcome,correct,region,sex,recommendation,final,reviewer,review_seconds,"
        "reviewed,model_version,income,channel,task,prompt,answer"
    )
    rows = [columns]
    for number in range(ROWS):
        at = now - timedelta(days=DAYS) * (1 - number / ROWS)
        late = number > 0.85 * ROWS
        region, sex = rng.choice(["NE", "NW", "S"]), rng.choice(["f", "m"])
        score = rng.beta(2, 2)
        wrong = rng.random() < (0.4 if late and region == "NE" else 0.1)
        advice = "approve" if score > 0.5 else "decline"
        final = advice if late or rng.random() > 0.15 else "decline"
        outcome = int((advice == "approve") != wrong)
        rows.append(
            f"d{number},{iso(at)},{advice},{score:.4f},{outcome},{int(not wrong)},{region},{sex},{advice},"
            f"{final},r{number % 4},{rng.gamma(4, 2 if late else 15):.1f},1,{'v2' if late else 'v1'},"
            f"{rng.lognormal(10 + 0.4 * late, 0.4):.0f},{rng.choice(['web', 'app'])},"
            f"credit,case {number % 50},{advice} {'because of income' if late else 'after all'}"
        )
    file.write_text("\n".join(rows) + "\n")
    return file


@pytest.fixture
def store(tmp_path: Path, samples: Path, decisions: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    path = tmp_path / "war-room.tocsin"
    run(capsys, path, "import", str(samples), "--system", "scorer")
    run(capsys, path, "import", str(decisions), "--system", "scorer", "--as", "decisions")
    return path


def test_the_block_holds(tried: list[str]) -> None:
    with pytest.raises(Reached):
        socket.create_connection(("127.0.0.1", 9))
    with socket.socket() as one, pytest.raises(Reached):
        one.connect(("127.0.0.1", 9))
    assert len(tried) == 2
    tried.clear()


def use_every_detector(store: Path) -> None:
    """Turn on those, too, that are off by default."""
    opened = open_store(store, clock=SystemClock())
    try:
        known = detectors.list_all(opened).detectors
        for one in known:
            assert one.broken == "", one
            detectors.set_parameters(opened, Author("Operator A"), one.name, {}, enabled=True)
    finally:
        opened.close()
    assert {one.kind for one in known} == {"series", "decisions"}


def test_every_detector_and_every_command_of_detection_answers(
    store: Path, decisions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    use_every_detector(store)
    found = run(capsys, store, "detect")  # exits with 1 when one of them breaks
    assert "accuracy" in {alert["metric"] for alert in found}
    assert any(alert["signal"] == "" for alert in found), "decision logs were looked at too"
    first = run(capsys, store, "alerts", "--queue")["candidates"][0]["id"]
    now, day = SystemClock().now(), timedelta(days=1)
    spans = (
        *("--baseline", f"{iso(now - 40 * day)}..{iso(now - 7 * day)}"),
        *("--window", f"{iso(now - 5 * day)}..{iso(now)}"),
    )
    log = ("--decisions", str(decisions), "--favourable", "approve")
    for words in (
        ("start-estimate", "--system", "scorer"),
        ("detectors", "list"),
        ("detectors", "show", "departure"),
        ("detectors", "set", "budget", "per_week=2", "--system", "scorer"),
        ("decisions", "list", "--system", "scorer"),
        ("compare", *log, *spans),
        ("segments", *log, *spans),
        ("segments", "--system", "scorer"),
        ("fairness", *log),
        ("oversight", *log),
        ("behaviour", *log, "--before", "v1", "--after", "v2"),
        ("alerts",),
        ("alerts", "snooze", first, "--until", "4 h", "--reason", "known"),
        ("alerts", "accept", first, "--reason", "meant"),
    ):
        assert run(capsys, store, *words) is not None, words
    drawn = run(capsys, store, "spotcheck", "draw", "--system", "scorer", "--size", "20")
    waiting = run(capsys, store, "spotcheck", "queue", drawn["id"])
    assert waiting
    run(capsys, store, "spotcheck", "record", drawn["id"], waiting[0]["decision"], "right")
    assert run(capsys, store, "spotcheck", "report", drawn["id"])["reviewed"] == 1
