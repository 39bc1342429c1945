"""`tocsin start-estimate`: from files to an accepted start, the keys it promises, what it refuses."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from tocsin.cli import main
from tocsin.store.folder import Store

KEYS = {
    "system", "system_id", "incident", "when", "odds", "evidence", "found", "series", "nearest", "history",
    "density", "judged", "verdict",
}  # fmt: skip
BEGIN = datetime(2026, 10, 5, tzinfo=UTC)
STEP = timedelta(minutes=15)
CHANGED = BEGIN + 1200 * STEP


@pytest.fixture
def path(store: Store, tmp_path: Path) -> str:
    """A store with three series, two of them changed, and two deployments, as commands bring them in."""
    rng = np.random.default_rng(11)
    rows = ["time,accuracy,refusals,cpu"]
    level = np.zeros(3)
    for i in range(1600):
        level = 0.6 * level + rng.standard_normal(3)
        shift = (i >= 1200) * np.array([-4.0, 3.0, 0.0])
        told = ",".join(f"{one:.4f}" for one in 50 + level + shift)
        rows.append(f"{(BEGIN + i * STEP).isoformat()},{told}")
    file = tmp_path / "samples.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    where = ["--store", str(store.path)]
    assert main(["import", str(file), "--system", "loans", *where]) == 0
    for version, at in (("7", BEGIN), ("8", CHANGED - timedelta(minutes=5))):
        said = ["deployment", "add", "loans", "scorer", version, "--at", at.isoformat(), *where]
        assert main(said) == 0
    return str(store.path)


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert main(["start-estimate", *words, "--json"]) == 0
    return msgspec.json.decode(capsys.readouterr().out)


def test_the_start_is_dated_beside_the_deployment_that_did_it(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = asked(capsys, "--system", "loans", "--store", path)
    assert set(told) == KEYS
    assert set(told["when"]) == {"at", "earliest", "latest", "zone"}
    low, high = (datetime.fromisoformat(told["when"][bound]) for bound in ("earliest", "latest"))
    assert low <= CHANGED <= high + STEP
    assert high - low < timedelta(hours=8)
    assert {one["name"] for one in told["series"] if one["chance"] > 0.9} == {"accuracy", "refusals"}
    nearest = told["nearest"][0]
    assert nearest["version"] == "8"
    assert nearest["inside"]
    at = datetime.fromisoformat(told["when"]["at"])
    assert nearest["away_s"] == (CHANGED - timedelta(minutes=5) - at).total_seconds()
    assert told["judged"] is told["verdict"] is told["incident"] is None


def test_before_the_change_there_is_no_evidence(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    until = (CHANGED - STEP).isoformat()
    told = asked(capsys, "--system", "loans", "--until", until, "--store", path)
    assert told["when"] is None
    assert told["odds"] <= 0
    assert told["nearest"] == []


def test_a_judgement_becomes_the_start_of_the_incident(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    where, by = ["--store", path], ["--by", "Operator A"]
    at = (CHANGED + 40 * STEP).isoformat()
    main(["incident", "declare", "--title", "T", "--system", "loans", "--detected", at, *by, *where])
    capsys.readouterr()
    main(["incident", "list", "--json", *where])
    reference = msgspec.json.decode(capsys.readouterr().out)[0]["reference"]
    told = asked(capsys, reference, "--accept", "--reason", "Fits.", *by, *where)
    assert told["incident"] == reference
    assert told["verdict"] == "accepted"
    main(["incident", "show", reference, "--json", *where])
    assert msgspec.json.decode(capsys.readouterr().out)["start"] == told["when"]
    said = f"{(CHANGED - STEP).isoformat()}..{CHANGED.isoformat()}"
    told = asked(capsys, reference, "--set", said, *by, *where)
    main(["incident", "show", reference, "--json", *where])
    start = msgspec.json.decode(capsys.readouterr().out)["start"]
    assert datetime.fromisoformat(start["latest"]) == CHANGED
    assert main(["incident", "undo", told["judged"], *by, *where]) == 0
    capsys.readouterr()
    main(["incident", "show", reference, "--json", *where])
    assert msgspec.json.decode(capsys.readouterr().out)["start"] != start


def test_people_get_sentences(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["start-estimate", "--system", "loans", "--store", path]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Began 2026-10-17 ")
    assert "2 of 3 series changed then" in told
    assert "model scorer 8, within the interval" in told


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["INC-1", "--system", "loans"],
        ["--system", "nobody"],
        ["INC-9"],
        ["--system", "loans", "--since", "2026-10-20", "--until", "2026-10-10"],
    ],
)
def test_what_names_nothing_or_two_is_refused(
    path: str, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert main(["start-estimate", *words, "--store", path]) == 1
    assert capsys.readouterr().err
