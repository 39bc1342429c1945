"""`tocsin segments`, as a person or a script runs it."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests import routing
from tocsin.cli import main
from tocsin.model.instant import to_us
from tocsin.operations.demo_routing import Routing, write
from tocsin.operations.demo_routing import routing as made


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("routing") / "log.csv"
    case = Routing(rows=40_000, share=0.3, lost=0.04)
    write(file, made(np.random.default_rng(4), to_us(routing.END), case))
    return file


def run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert main([*words, "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


SPANS = ["--baseline", "..2026-07-29T12:00Z", "--window", "2026-07-29T12:00Z.."]


def test_the_answer_names_region_and_input(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = run(capsys, "segments", "--decisions", str(log), "--set", "score=slack_minutes", *SPANS)
    assert told["measured"] == "on_time"
    assert told["worse"] == "lower"
    (finding,) = told["findings"]  # type: ignore[misc]
    assert finding["where"] == [{"column": "region", "value": "NE-07"}]
    assert finding["changed"][0] == "geo_cell"
    assert finding["low"] < finding["change"] < finding["high"] < 0
    assert finding["weights"][0]["before"] > finding["weights"][0]["after"]
    assert told["overall"]["where"] == []  # type: ignore[index]
    assert told["baseline"]["rows"] + told["window"]["rows"] == 40_000  # type: ignore[index]
    assert told["window"]["until"] == "2026-08-19T12:00:00Z" or told["window"]["until"] < "2026-08-19T12"  # type: ignore[index]
    assert all(one["under"] == 0 for one in told["inside"])  # type: ignore[attr-defined]


def test_people_read_the_same(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["segments", "--decisions", str(log), "--set", "score=slack_minutes", *SPANS]
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("region = NE-07  ")
    assert any(line.startswith("    weight of geo_cell in slack_minutes") for line in lines)
    assert lines[-1].startswith("all rows")


def test_a_system_of_the_store_is_scanned(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", str(tmp_path / "s.tocsin")]
    assert main(["import", str(log), "--as", "decisions", "--system", "routing", *store]) == 0
    capsys.readouterr()
    told = run(capsys, "segments", "--system", "routing", *SPANS, *store)
    assert len(told["findings"]) == 1  # type: ignore[arg-type]
    # Without windows: the newest two weeks against six.
    assert run(capsys, "segments", "--system", "routing", *store)["window"]["rows"] > 2000  # type: ignore[index]


def test_one_window_alone_is_refused(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["segments", "--decisions", str(log), *SPANS[:2]]) == 1
    assert "--window" in capsys.readouterr().err


def test_a_rate_that_nobody_knows_is_said_to_be_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "log.csv"
    rows = "".join(
        f"{n},2026-08-{1 + n // 10:02}T12:00:00Z,{'ab'[n % 3 == 0]},{n % 2},{'' if n > 9 else 1}\n"
        for n in range(200)
    )
    file.write_text("id,time,region,decision,outcome\n" + rows)
    spans = ["--baseline", "2026-08-03..2026-08-10", "--window", "2026-08-10.."]
    assert main(["segments", "--decisions", str(file), *spans]) == 0
    shown = capsys.readouterr().out
    assert "nothing to compare" in shown
    assert "nan" not in shown


def test_an_error_about_a_very_long_name_stays_short(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "log.csv"
    file.write_text(
        f"id,time,decision,{'c' * 100_000}\n" + "".join(f"{n},2026-08-0{n},1,2\n" for n in range(1, 9))
    )
    assert main(["segments", "--decisions", str(file), "--rate", "none"]) == 1
    assert "no such column" in (told := capsys.readouterr().err)
    assert len(told) < 3000
