"""`tocsin behaviour`: two versions or two spans of answers, as JSON and in lines."""

from pathlib import Path

import msgspec
import pytest

from tocsin.cli import main

LOG = "id,time,model,task,prompt,answer,reference\n" + "".join(
    f"{model}-{n},2026-{month}-01T{n % 24:02}:{n % 60:02}:00Z,{model},{'sums' if n % 2 else 'words'},"
    f'question {n},"{"no" if wrong and n % 2 else "yes"},\nit is",yes\n'
    for model, month, wrong in (("m-1", "09", False), ("m-2", "10", True))
    for n in range(60)
)


@pytest.fixture
def log(tmp_path: Path) -> str:
    file = tmp_path / "log.csv"
    file.write_text(LOG)
    return str(file)


def test_versions_are_compared_with_the_promised_keys(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["behaviour", "--decisions", log, "--before", "m-1", "--after", "m-2", "--json"]) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert set(told) == {"before", "after", "rows", "prompts", "versions", "tasks", "shifts"}
    assert (told["rows"], told["prompts"], told["versions"]) == ([60, 60], 60, [["m-1"], ["m-2"]])
    assert {one["task"]: one["verdict"] for one in told["tasks"]} == {
        "all": "worse", "sums": "worse", "words": "no change"
    }  # fmt: skip
    for one in told["shifts"]:
        assert set(one) == {"task", "measure", "share", "before", "after", "change", "low", "high", "p", "q",
                            "changed", "direction", "pairs", "rows", "method"}  # fmt: skip
    [right] = [one for one in told["shifts"] if (one["task"], one["measure"]) == ("sums", "share right")]
    assert (right["before"], right["after"], right["changed"], right["direction"]) == (1, 0, True, "worse")
    [alike] = [one for one in told["shifts"] if (one["task"], one["measure"]) == ("sums", "similarity")]
    assert alike["before"] is None
    assert alike["low"] - 1e-9 <= alike["after"] <= alike["high"] + 1e-9


def test_spans_are_compared_for_people(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    spans = ["--before", "2026-09-01..2026-09-02", "--after", "2026-10-01.."]
    assert main(["behaviour", "--decisions", log, *spans]) == 0
    shown = capsys.readouterr().out
    assert "60 and 60 answers, 60 prompts asked in both" in shown
    assert "sums: worse" in shown
    assert "share right: 100 to 0 %, -100" in shown


def test_an_unknown_version_is_an_error(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["behaviour", "--decisions", log, "--before", "m-1", "--after", "m-3"]) == 1
    assert "There are m-1, m-2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "model", "before", "after", "verdicts"),
    [
        ("PRIME_FULL_EVAL", "gpt-4", "0314", "0613",
         {"all": "worse", "prime": "worse", "composite": "better"}),
        ("PRIME_FULL_EVAL", "gpt-3.5-turbo", "0301", "0613",
         {"all": "better", "prime": "better", "composite": "worse"}),
        ("SENSITIVEQ_EVAL", "gpt-4", "0314", "0613", {"sensitiveq": "differently"}),
        ("SENSITIVEQ_EVAL", "gpt-3.5-turbo", "0301", "0613", {"sensitiveq": "differently"}),
    ],
)  # fmt: skip
def test_a_vendors_models_of_march_and_june(
    shared_data: Path, capsys: pytest.CaptureFixture[str], file: str, model: str, before: str, after: str,
    verdicts: dict[str, str],
) -> None:  # fmt: skip
    log = str(shared_data / "llmdrift" / f"{file}.csv")
    sides = ["--before", f"openaichat/{model}-{before}", "--after", f"openaichat/{model}-{after}"]
    assert main(["behaviour", "--decisions", log, "--row-order", *sides, "--json"]) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert {one["task"]: one["verdict"] for one in told["tasks"]} == verdicts
    assert all(one["changed"] for one in told["tasks"])
    assert all(
        one["low"] <= one["change"] <= one["high"] for one in told["shifts"] if one["change"] is not None
    )
