"""Generated case (K6): one of 200 regions loses 3 points after a pipeline change; all of it by commands."""

import json
from datetime import datetime

import numpy as np
import pytest

from tests import routing
from tocsin.cli import main
from tocsin.model.instant import iso, to_us
from tocsin.operations.demo_routing import Routing, write
from tocsin.operations.demo_routing import routing as made

CASE = Routing(rows=110_000, share=0.12)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A store with the log, the deployment before it, and what detection makes of them."""
    folder = tmp_path_factory.mktemp("routing")
    write(folder / "log.csv", made(np.random.default_rng(5), to_us(routing.END), CASE))
    deployed = f"time,name,version,kind\n{iso(routing.CHANGED)},features,4.2,feature pipeline\n"
    (folder / "deployments.csv").write_text(deployed)
    here = ["--store", str(folder / "routing.tocsin")]
    system = ["--system", "delivery routing"]
    for words in (
        ["import", str(folder / "log.csv"), "--as", "decisions", *system],
        ["import", str(folder / "deployments.csv"), "--as", "deployments", *system],
        ["decisions", "roles", "--set", "score=slack_minutes", *system],
        ["detectors", "set", "budget", "per_week=0.1", *system],  # one false alarm in ten weeks
        ["detect"],
    ):
        assert main([*words, *here]) == 0
    return here


def run(capsys: pytest.CaptureFixture[str], *words: str) -> object:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def alert(store: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    alerts = run(capsys, "alerts", *store)
    assert isinstance(alerts, list)
    found = [one for one in alerts if one["detector"] == "segments"]
    assert len(found) == 1
    return dict(found[0])


def test_detection_names_the_region_and_a_start_that_holds_the_truth(alert: dict[str, object]) -> None:
    assert alert["labels"] == {"region": "NE-07", "layer": "output quality"}
    assert alert["metric"] == "on_time"
    start = alert["start"]
    assert isinstance(start, dict)
    earliest, latest = (datetime.fromisoformat(start[end]) for end in ("earliest", "latest"))
    assert earliest <= routing.CHANGED <= latest
    assert (latest - earliest).days < 14
    assert datetime.fromisoformat(str(alert["time"])) < routing.END


def test_the_scan_names_the_input_whose_weight_changed(
    store: list[str], alert: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    at = alert["start"]["at"]  # type: ignore[index]
    spans = ["--baseline", f"..{at}", "--window", f"{at}.."]
    told = run(capsys, "segments", "--system", "delivery routing", *spans, *store)
    assert isinstance(told, dict)
    (finding,) = told["findings"]
    assert finding["where"] == [{"column": "region", "value": "NE-07"}]
    assert finding["changed"][0] == "geo_cell"
    assert [one["name"] for one in finding["weights"] if one["changed"]] == ["geo_cell"]
