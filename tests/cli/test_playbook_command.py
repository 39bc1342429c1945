"""`tocsin playbook`, `step`, `task`, `layer`, `examples` and `verify-fix`: worked off by commands."""

import json
from pathlib import Path
from typing import Any

import pytest

from tocsin.cli import main


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command on a store of its own; return exit code and what it printed as JSON."""

    def done(*words: str) -> tuple[int, Any]:
        code = main([*words, "--store", str(tmp_path / "s.tocsin"), "--json"])
        said = capsys.readouterr().out
        return code, json.loads(said) if said.strip() else None

    return done


@pytest.fixture
def reference(run: Any) -> str:
    _, known = run("incident", "declare", "--title", "t", "--system", "scorer", "--by", "Operator A")
    run("incident", "set", known["reference"], "type=bias", "--by", "Operator A")
    return str(known["reference"])


def test_steps_tasks_and_layers(run: Any, reference: str, tmp_path: Path) -> None:
    (tmp_path / "cases.txt").write_text("…")
    code, step = run("step", reference, "keep-cases", "done", "--file", str(tmp_path / "cases.txt"))
    assert (code, step["state"], step["files"][0]["name"]) == (0, "done", "cases.txt")
    code, said = run("step", reference, "suspend", "done")
    assert (code, "not preserved" in said["error"]["what"]) == (1, True)
    _, step = run("step", reference, "ask-threshold", "done", "--finding", "confirmed", "--evidence", "diff")
    assert step["finding"] == "confirmed"
    _, task = run("task", reference, "call", "--person", "Operator B", "--minutes", "5", "--by", "Operator A")
    assert (task["state"], task["task"], task["minutes"]) == ("assigned", True, 5)
    _, task = run("step", reference, task["id"], "ack", "--by", "Operator B")
    assert task["due"] is not None
    _, layer = run("layer", reference, "inputs", "cleared", "--evidence", "PSI low")
    assert (layer["title"], layer["judged"]) == ("Input shift", True)
    _, book = run("playbook", reference)
    assert (book["title"], book["done"]) == ("Bias or disparate impact", 3)
    assert [one["finding"] for one in book["layers"]] == ["confirmed", "cleared", "", "", ""]
    _, mine = run("playbook", reference, "--person", "Operator B", "--open")
    assert [one["text"] for one in mine["steps"]] == ["call"]
    for words in (("skip",), ("assign", "--file", str(tmp_path / "cases.txt")), ("note",)):
        assert run("step", reference, "keep-state", *words)[0] == 1


def test_examples_and_the_fix(run: Any, reference: str, tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text("id,input\na,1\nb,\nc,3\n")
    code, done = run("examples", "import", reference, str(file))
    assert (code, done) == (0, {"read": 3, "stored": 2, "refused": [{"row": 2, "why": "the input is empty"}]})
    run("examples", "add", reference, "4", "--name", "d", "--expected", "5")
    run("examples", "result", reference, "v14", "--failed", "a", "c", "d")
    _, table = run("examples", "result", reference, "v15", "--passed", "a", "c", "d")
    assert (table["first_failing"], table["fixed_by"]) == ("v14", "v15")
    code, said = run("verify-fix", reference)
    assert (code, "no deployment of version v15" in said["error"]["what"]) == (1, True)
    code, look = run("verify-fix", reference, "--since", "2020-01-02T10:00Z", "--look")
    assert (look["can_be_verified"], look["verified"]) == (False, False)
    said = run("verify-fix", reference, "--since", "2020-01-02T10:00Z", "--stated", "read 200 cases")[1]
    assert (said["verified"], said["version"]) == (True, "v15")


def test_people_read_it_too(
    run: Any, reference: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--store", str(tmp_path / "s.tocsin"))
    run("examples", "add", reference, "odd \x1b[31m input", "--name", "x")
    for words, told in (
        (("playbook", reference), "suspend-group"),
        (("examples", "list", reference), "odd"),
        (("verify-fix", reference, "--look"), "not yet"),
    ):
        assert main([*words, *where]) == 0
        said = capsys.readouterr()
        assert told in said.out
        assert "\x1b" not in said.out + said.err
