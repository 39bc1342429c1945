"""`tocsin spotcheck`: a draw, its queue, verdicts and the report, as JSON and in lines."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tocsin.cli import main
from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store.folder import Store

RATE = {"events", "rows", "rate", "low", "high"}
ESTIMATE = {"rate", "low", "high", "rows", "effective"}


@pytest.fixture
def path(store: Store, author: Author, tmp_path: Path) -> str:
    file = tmp_path / "log.csv"
    rows = "".join(f"d{n:03},2026-10-01T{n % 24:02}:00:00Z,{'NE' if n % 4 else 'SW'}\n" for n in range(200))
    file.write_text("id,time,region\n" + rows)
    finish(ingest(store, author, file, system="shop", options=Options(record="decisions")))
    return str(store.path)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["spotcheck", *words, "--json"]) == 0
    return msgspec.json.decode(capsys.readouterr().out)


def test_a_spot_check_from_the_draw_to_the_report(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    at = ("--store", path)
    drawn = said(capsys, "draw", *at, "--system", "shop", "--size", "20", "--strata", "region", "--seed", "7")
    assert set(drawn) == {"id", "system", "since", "until", "seed", "population", "by", "method", "drawn",
                          "strata", "sizes"}  # fmt: skip
    assert (drawn["population"], drawn["sizes"]) == (200, {"region = NE": 150, "region = SW": 50})
    again = said(capsys, "draw", *at, "--system", "shop", "--size", "20", "--strata", "region", "--seed", "7")
    assert again["drawn"] == drawn["drawn"]
    [case] = said(capsys, "queue", *at, drawn["id"])
    assert case["decision"] == drawn["drawn"][0]
    assert case["cells"]["region"] in case["stratum"]
    for one, verdict in zip(drawn["drawn"], ["right", "wrong", *["right"] * 8], strict=False):
        kept = said(capsys, "record", *at, drawn["id"], one, verdict, "--by", "Operator A", "--note", "n")
        assert set(kept) == {"id", "draw", "decision", "verdict", "note"}
    told = said(capsys, "report", *at, drawn["id"])
    assert set(told) == {
        "id", "system", "confidence", "drawn", "reviewed", "right", "wrong", "unsure", "disputed", "left",
        "errors", "exact", "at_most", "precision", "strata", "reviewers", "agreement",
    }  # fmt: skip
    assert (told["reviewed"], told["wrong"], told["left"]) == (10, 1, 10)
    assert set(told["errors"]) == set(told["exact"]) == ESTIMATE
    assert all(set(part) == {"label", "size", "drawn", "errors"} for part in told["strata"])
    assert set(told["reviewers"][0]["errors"]) == RATE
    assert [check["reviewed"] for check in said(capsys, "list", *at)] == [0, 10]


def test_people_get_lines(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spotcheck", "draw", "--store", path, "--system", "shop", "--size", "9"]) == 0
    shown = capsys.readouterr()
    draw = shown.out.strip()
    assert "9 of 200 decisions drawn, seed" in shown.err
    assert main(["spotcheck", "report", "--store", path, draw]) == 0
    assert "No error rate yet" in capsys.readouterr().out
    assert main(["spotcheck", "queue", "--store", path, draw, "--most", "2"]) == 0
    shown = capsys.readouterr()
    assert shown.out.count("region:") == 2
    one = shown.out.split()[0]
    assert main(["spotcheck", "record", "--store", path, draw, one, "wrong", "--by", "Operator A"]) == 0
    assert main(["spotcheck", "report", "--store", path, draw]) == 0
    assert "error rate 100.0% (20.7% to 100.0%, 1 settled)" in capsys.readouterr().out


def test_the_size_is_told_without_a_store(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "size", "--precision", "0.02", "--rate", "0.05")
    assert 400 < told["size"] < 600
    assert main(["spotcheck", "size", "--precision", "2"]) == 1
    assert "no such sample" in capsys.readouterr().err
