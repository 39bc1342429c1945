"""`tocsin oversight`: the keys it promises, groups, a window, and what it prints for people."""

from pathlib import Path

import msgspec
import pytest

from tocsin.cli import main

LOG = "id,time,final,recommendation,review_seconds,reviewer\n" + "".join(
    f"d{n:04},2026-10-{1 + n // 40:02}T{n % 24:02}:00:00Z,{int(n % 5 == 0 and not (n > 800 and n % 2))},0,"
    f"{3 if n > 800 and n % 2 else 30 + n % 7},{'ann' if n % 2 else 'bob'}\n"
    for n in range(1100)
)


@pytest.fixture
def log(tmp_path: Path) -> str:
    file = tmp_path / "log.csv"
    file.write_text(LOG)
    return str(file)


def test_json_has_the_promised_keys(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    window = "2026-10-21..2026-10-29"
    assert main(["oversight", "--decisions", log, "--window", window, "--json"]) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert set(told) == {"rows", "overall", "groups", "shifts", "found"}
    level = {"rows", "value", "low", "high"}
    for one in (*told["overall"], *told["groups"]):
        assert set(one) == {"by", "who", "measure", "level", "change", "low", "high", "p", "q"}
        assert set(one["level"]) == level
    assert set(told["shifts"][0]) == {"by", "who", "measure", "before", "after", "change", "low", "high", "p",
                                      "trend_p", "q", "trend_q"}  # fmt: skip
    assert {(one["who"], one["measure"]) for one in told["found"]} == {
        ("ann", "override rate"), ("ann", "quick reviews"), ("ann", "review seconds")
    }  # fmt: skip
    for one in told["found"]:
        assert set(one) == {"message", "by", "who", "measure", "gradual", "start"}
        assert one["start"]["earliest"] <= one["start"]["at"] <= one["start"]["latest"]
        assert "2026-10-19" <= one["start"]["at"] <= "2026-10-24"


def test_people_get_lines_of_the_rows_they_ask_for(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["oversight", "--decisions", log, "--by", "reviewer", "--window", "2026-10-21.."]) == 0
    shown = capsys.readouterr().out
    assert "1,100 decisions" in shown
    assert "reviewer ann: override rate" in shown
    assert "quick reviews of reviewer ann rose from 0.0 % to 100.0 %" in shown
    assert main(["oversight", "--decisions", log, "--where", "reviewer=bob", "--row-order", "--json"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out)["rows"] == 550
    assert main(["oversight", "--decisions", log, "--where", "reviewer"]) == 1
    assert "not COLUMN=VALUE" in capsys.readouterr().err


def test_the_dane_county_experiment(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shared_data / "aihuman_dane_psa" / "dane_psa_decisions.csv"
    said = ["--row-order", "--set", "final=D", "--set", "recommendation=DMF", "--some", "--json"]
    assert main(["oversight", "--decisions", str(file), *said, "--by", "Z"]) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert {one["who"]: round(one["level"]["value"], 3) for one in told["groups"]} == {"0": 0.301, "1": 0.245}
    assert main(["oversight", "--decisions", str(file), *said, "--by", "White", "--where", "Z=1"]) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert {one["who"]: round(one["level"]["value"], 3) for one in told["groups"]} == {"0": 0.295, "1": 0.201}
    assert all(one["q"] < 0.01 for one in told["groups"])
