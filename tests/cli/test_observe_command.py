"""`tocsin observe` and `tocsin timeline`: from a report to an incident, and a chat to its timeline."""

import json
import zipfile
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


def test_a_report_with_evidence_becomes_an_incident(run: Any, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear …")
    code, seen = run("observe", "letters look wrong", "--system", "scorer", "--who", "a customer",
                     "--channel", "user", "--happened", "2020-01-02T10:00Z..2020-01-02T11:00Z", "--attach",
                     str(tmp_path / "letter.txt"), "--by", "Operator A")  # fmt: skip
    assert (code, seen["channel"], seen["happened"]["at"]) == (0, "user report", "2020-01-02T10:30:00Z")
    [file] = seen["evidence"]
    assert (file["name"], file["size"]) == ("letter.txt", 8)
    _, listed = run("observe", "--list", "--waiting")
    assert [one["id"] for one in listed] == [seen["id"]]
    _, known = run("incident", "declare", "--title", "t", "--system", "scorer", "--observation", seen["id"])
    _, shown = run("incident", "show", known["reference"])
    assert shown["timeline"][0]["text"] == "letters look wrong (user report, a customer)"
    assert shown["detected"] == seen["learned"]
    assert shown["evidence"][0]["sha256"] == file["sha256"]
    _, listed = run("observe", "--list")
    assert listed[0]["incident"] == known["reference"]
    assert run("observe", "--save", file["entry"], str(tmp_path / "copy.txt"))[0] == 0
    assert (tmp_path / "copy.txt").read_text() == "Dear …"
    code, found = run("verify")
    assert (code, found["evidence"]) == (0, [])


def test_a_wrong_file_is_told_before_anything_is_written(run: Any, tmp_path: Path) -> None:
    code, said = run("observe", "x", "--system", "scorer", "--attach", str(tmp_path))
    assert (code, "not a file" in said["error"]["what"]) == (1, True)
    assert run("observe", "--list")[1] == []
    assert run("observe", "x")[1]["error"]["hint"] == "Say --system NAME."


def test_what_nobody_needs_is_withdrawn_with_a_reason(run: Any) -> None:
    _, seen = run("observe", "x", "--system", "scorer")
    _, seen = run("observe", "--withdraw", seen["id"], "a misreading")
    assert seen["withdrawn"] == "a misreading"
    assert run("observe", "--list", "--waiting")[1] == []


def test_a_report_joins_an_incident_that_is_open(run: Any) -> None:
    _, known = run("incident", "declare", "--title", "t", "--system", "scorer")
    _, seen = run("observe", "x", "--system", "scorer")
    _, joined = run("observe", "--join", seen["id"], known["reference"])
    assert joined["incident"] == known["reference"]
    _, shown = run("incident", "show", known["reference"])
    assert [item["text"] for item in shown["timeline"]] == ["x (internal discovery)"]


def test_a_chat_goes_to_the_timeline_and_the_timeline_to_a_file_and_back(run: Any, tmp_path: Path) -> None:
    texts = {"1577889531.000200": "rolling back &amp; holding", "1577889600.000000": "done"}
    said = [{"type": "message", "user": "U01", "text": text, "ts": ts} for ts, text in texts.items()]
    people = [{"id": "U01", "profile": {"display_name": "Operator B"}}]
    with zipfile.ZipFile(tmp_path / "chat.zip", "w") as archive:
        archive.writestr("users.json", json.dumps(people))
        archive.writestr("channels.json", "[]")
        archive.writestr("incidents/2020-01-01.json", json.dumps(said))
    _, known = run("incident", "declare", "--title", "t", "--system", "scorer")
    chat = str(tmp_path / "chat.zip")
    code, told = run("import", chat, "--system", "scorer", "--incident", known["reference"])
    assert (code, told["files"][0]["importer"]) == (0, "slack")
    assert told["files"][0]["timeline"] == {"added": 2, "already": 0, "ahead": 0}
    _, told = run("import", chat, "--system", "scorer", "--incident", known["reference"])
    assert told["files"][0]["timeline"] == {"added": 0, "already": 2, "ahead": 0}
    _, shown = run("incident", "show", known["reference"])
    assert [(item["author"], item["text"]) for item in shown["timeline"]] == [
        ("Operator B", "rolling back & holding"),
        ("Operator B", "done"),
    ]
    for name in ("timeline.csv", "timeline.jsonl"):
        code, made = run("timeline", "export", known["reference"], str(tmp_path / name))
        assert (code, made["path"]) == (0, str(tmp_path / name))
        _, other = run("incident", "declare", "--title", name, "--system", f"other {name}")
        file = str(tmp_path / name)
        _, told = run("import", file, "--system", f"other {name}", "--incident", other["reference"])
        assert told["files"][0]["importer"] == "timesketch"
        assert told["files"][0]["timeline"]["added"] == 2
    code, told = run("import", chat, "--system", "scorer", "--incident", "INC-0")
    assert (code, told["error"]["what"]) == (1, "there is no such incident.")
