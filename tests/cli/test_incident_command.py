"""The headless twins of every decision: JSON on standard output, words on standard error, exit 0, 1 or 2."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from tocsin import cli
from tocsin.cli import main

INCIDENT_KEYS = {
    "id", "reference", "title", "status", "severity", "system", "system_id", "commander", "roles", "detected",
    "declared",
    "start", "contained", "resolved", "closed", "version", "impact", "root_cause", "remediation",
    "prevention",
    "alerts", "links", "withdrawn",
}  # fmt: skip


class Line:
    """The command line on one store."""

    def __init__(self, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.store, self._capsys = store, capsys
        self.error = ""

    def __call__(self, *words: str, code: int = 0) -> Any:
        """Run a command with --json and return its document."""
        found = main([*words, "--store", str(self.store), "--json"])
        out, self.error = self._capsys.readouterr()
        assert found == code, self.error
        return json.loads(out) if out else None


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    made = Line(tmp_path / "cli.tocsin", capsys)
    made("init", "--zone", "Europe/Berlin", "--code", "WR", "--by", "Operator A")
    return made


@pytest.fixture
def incident(line: Line) -> dict[str, Any]:
    made: dict[str, Any] = line(
        "incident", "declare", "--title", "Declines doubled", "--system", "scorer", "--by", "Operator A"
    )
    return made


def test_declare_and_show_have_stable_keys(line: Line, incident: dict[str, Any]) -> None:
    assert set(incident) == INCIDENT_KEYS
    shown = line("incident", "show", incident["reference"])
    assert set(shown) == INCIDENT_KEYS | {"timeline", "evidence"}
    assert shown["commander"] == "Operator A"
    assert [one["id"] for one in line("incident", "list")] == [incident["id"]]


def test_a_first_command_makes_the_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fresh = Line(tmp_path / "first-use.tocsin", capsys)
    made = fresh("incident", "declare", "--title", "t", "--system", "s")
    assert made["reference"].startswith("INC-")
    assert "@" in made["commander"], "nobody was named, so the OS account is recorded as such"


def test_a_line_is_logged_corrected_retracted_and_undone(line: Line, incident: dict[str, Any]) -> None:
    reference = incident["reference"]
    entry = line("incident", "log", reference, "/decide @12:00 freeze", "--by", "Operator A")
    line("incident", "correct", entry["id"], "--text", "change freeze", "--by", "Operator B")
    (item,) = line("incident", "show", reference)["timeline"]
    assert (item["lane"], item["text"], item["edits"], item["author"]) == (
        "decided", "change freeze", 1, "Operator A",
    )  # fmt: skip
    line("incident", "undo", entry["id"], "--by", "Operator A", code=1)
    assert "changed it since" in line.error
    line("incident", "retract", entry["id"], "not decided after all", "--by", "Operator A")
    (item,) = line("incident", "show", reference)["timeline"]
    assert item["withdrawn"] == "not decided after all"


def test_status_fields_links_and_withdrawal(line: Line, incident: dict[str, Any]) -> None:
    reference = incident["reference"]
    moved = line("incident", "move", reference, "contained", "--by", "Operator A")
    assert moved["status"] == "contained"
    assert moved["contained"].endswith("Z")
    changed = line("incident", "set", reference, "impact=300 = many", "start=01:00..03:00", "severity=SEV-2")
    assert (changed["impact"], changed["severity"]) == ("300 = many", "SEV-2")
    assert set(changed["start"]) == {"at", "earliest", "latest", "zone"}
    other = line("incident", "declare", "--title", "the same", "--system", "scorer")
    linked = line("incident", "link", other["reference"], reference)
    assert linked["links"] == [{"other": incident["id"], "relation": "duplicate of"}]
    assert line("incident", "withdraw", other["reference"], "twice")["withdrawn"] == "twice"
    assert len(line("incident", "list", "--open")) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("incident", "show", "INC-2026-WR-0042"), "no such incident"),
        (("incident", "log", "INC-2026-WR-0001", "  "), "empty"),
        (("incident", "set", "INC-2026-WR-0001", "impact"), "FIELD=VALUE"),
        (("incident", "move", "INC-2026-WR-0001", "re-opened"), "cannot become"),
        (("incident", "alert", "INC-2026-WR-0001", "none"), "no such alert"),
        (("incident", "log", "INC-2026-WR-0001", "x", "--at", "tomorrow"), "not a time"),
    ],
)
def test_a_refusal_is_one_line_of_words_and_exit_1(
    line: Line, incident: dict[str, Any], words: tuple[str, ...], told: str
) -> None:
    line(*words, code=1)
    assert told in line.error
    assert "Traceback" not in line.error


@pytest.mark.parametrize(
    "words", [["incident"], ["incident", "declare"], ["incident", "move", "x", "gone"], ["fly"]]
)
def test_wrong_usage_is_exit_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_person_reads_words(
    line: Line, incident: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", str(line.store)]
    assert main(["incident", "list", *store]) == 0
    assert "Declines doubled" in capsys.readouterr().out
    assert main(["incident", "log", incident["reference"], "pinned", *store]) == 0
    assert "Saved" in capsys.readouterr().err
    assert main(["incident", "show", incident["reference"], *store]) == 0
    assert "pinned" in capsys.readouterr().out


def test_roles_are_given_and_told(line: Line, incident: dict[str, Any]) -> None:
    changed = line("incident", "assign", incident["id"], "technical", "Operator B", "--by", "Operator A")
    assert changed["roles"] == {"commander": "Operator A", "technical": "Operator B"}


def test_an_export_is_withdrawn_by_its_entry(line: Line, incident: dict[str, Any], tmp_path: Path) -> None:
    made = line("report", incident["id"], "-o", str(tmp_path / "report.pdf"))
    left = line("incident", "withdraw", incident["id"], "wrong segment", "--export", made["entry"])
    assert left["withdrawn"] == ""
    line("incident", "withdraw", incident["id"], "again", "--export", made["entry"], code=1)
    assert "withdrawn already" in line.error


def test_what_would_steer_a_terminal_is_printed_as_text(
    line: Line, incident: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    line("incident", "log", incident["id"], "cleared\x1b[2J")
    assert main(["incident", "show", incident["id"], "--store", str(line.store)]) == 0
    assert r"cleared\x1b[2J" in capsys.readouterr().out


def test_every_command_with_json_documents_its_keys() -> None:
    def undocumented(parser: argparse.ArgumentParser, words: str) -> list[str]:
        inner = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
        if inner:
            return [
                each
                for name, one in inner[0].choices.items()
                for each in undocumented(one, f"{words} {name}")
            ]
        has_json = any("--json" in action.option_strings for action in parser._actions)
        return [words] if has_json and "JSON" not in (parser.epilog or "") else []

    assert undocumented(cli.parser(), "tocsin") == []


# --- the store -------------------------------------------------------------------------------------------


def test_verify_tells_ok_and_the_first_bad_entry(line: Line, incident: dict[str, Any]) -> None:
    found = line("verify")
    assert found["ok"] is True
    assert found["entries"] > 3
    assert len(found["head"]) == 64
    _damage(line.store)
    found = line("verify", code=1)
    assert found["ok"] is False
    assert found["entry"]
    assert "body" in found["reason"]


def test_backup_list_and_restore(line: Line, incident: dict[str, Any]) -> None:
    made = line("backup")
    line("incident", "log", incident["reference"], "after the backup")
    assert Path(made["path"]).name in {one["backup"] for one in line("restore", "--list")}
    restored = line("restore", Path(made["path"]).name, "--by", "Operator A")
    assert restored["code"] == "WR2"
    assert line("incident", "show", incident["reference"])["timeline"] == []
    assert line("verify")["ok"] is True
    assert line("incident", "declare", "--title", "t", "--system", "s")["reference"].endswith("-WR2-0001")


def test_a_damaged_store_can_still_be_verified_and_restored(line: Line, incident: dict[str, Any]) -> None:
    line("backup")
    _damage(line.store)
    line("verify", code=1)
    line("restore")
    assert line("verify")["ok"] is True


def test_what_cannot_be_opened_is_not_ok_in_json_too(line: Line) -> None:
    (line.store / "journal.db").write_bytes(b"not a database at all " * 400)
    found = line("verify", code=1)
    assert found["ok"] is False
    assert "not a store" in found["reason"]


def test_a_store_is_not_made_over_another(line: Line) -> None:
    told = line("init", "--code", "XX", code=1)
    assert "already" in told["error"]["what"]


def test_a_failure_is_one_json_document_with_what_where_and_hint(line: Line) -> None:
    told = line("incident", "show", "INC-2026-WR-0042", code=1)
    assert set(told["error"]) == {"what", "where", "hint"}
    assert told["error"]["where"] == "INC-2026-WR-0042"


def test_operators_are_listed_and_added(line: Line) -> None:
    assert line("operators", "--by", "Operator C") == ["Operator A", "Operator C"]


def test_restore_without_any_backup_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = Line(tmp_path / "young.tocsin", capsys)
    made("init")
    made("restore", code=1)
    assert "no backup" in made.error


def _damage(store: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(store / "journal.db")) as other, other:
        other.execute("UPDATE journal SET body = CAST('{}' AS BLOB) WHERE seq = 2")
