"""`tocsin escalation`, `call`, `acknowledge`, `roster`, `contact` and `channel`, as a person types them."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.hooks import hook
from tocsin.cli import main

ICS = """BEGIN:VCALENDAR
X-WR-CALNAME:on call
BEGIN:VEVENT
UID:1
SUMMARY:On call: Operator B
DTSTART:20260101T080000Z
DTEND:20260102T080000Z
RRULE:FREQ=DAILY
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Operator C
DTSTART:20260101T080000Z
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def tocsin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command on a store of its own; give what it printed, as JSON with --json."""

    def run(*words: str, code: int = 0) -> Any:
        assert main([*words, "--store", str(tmp_path / "w.tocsin")]) == code
        printed = capsys.readouterr()
        return json.loads(printed.out) if "--json" in words else printed.out + printed.err

    return run


def test_whom_to_call_what_came_of_it_and_who_took_over(tocsin: Any, tmp_path: Path) -> None:
    (tmp_path / "roster.ics").write_text(ICS.replace("\n", "\r\n"))
    taken = tocsin("roster", "import", str(tmp_path / "roster.ics"), "--json")
    assert taken["stored"] is True
    assert taken["refused"] == [{"line": 10, "reason": "it has no end"}]
    tocsin("contact", "set", "Operator B", "--phone", "+49 30 1", "--by", "Operator A")
    tocsin("contact", "set", "CISO", "--person", "Operator C", "--phone", "+49 30 2")
    known = tocsin(
        "incident", "declare", "--title", "Loans", "--system", "credit", "--severity", "SEV-1", "--json"
    )
    reference = known["reference"]
    told = tocsin("escalation", reference, "--json")
    assert told["now"]["person"] == "Operator B"
    assert told["now"]["number"] == "+49 30 1"
    assert "Call now: Operator B, +49 30 1" in tocsin("escalation", reference)
    told = tocsin("call", reference, "--outcome", "no answer", "--json")
    assert (told["step"], told["now"]["target"]) == ("leaders", "CISO")
    assert told["steps"][0]["given_up"] is True
    told = tocsin("acknowledge", reference, "--person", "Operator C", "--json")
    assert told["state"] == "acknowledged"
    assert [one["target"] for one in told["owed"]] == ["VP Engineering", "Legal"]
    assert "has acknowledged already" in tocsin("acknowledge", reference, code=1)
    [duty] = tocsin("roster", "on-duty", "ON CALL", "--json")
    assert duty["on_duty"] == ["Operator B"]
    assert "on call: Operator B until" in tocsin("roster", "on-duty")


def test_contacts_and_channels_are_listed_changed_and_removed(
    tocsin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No contact" in tocsin("init") + tocsin("contact", "list")
    tocsin("contact", "set", "Legal", "--person", "Operator L", "--email", "l@example.org")
    assert tocsin("contact", "list", "--json") == [
        {"name": "Legal", "phone": "", "email": "l@example.org", "person": "Operator L", "zone": ""}
    ]
    assert "is there no more" in tocsin("contact", "set", "Legal")
    with hook() as web:
        tocsin("channel", "add", "chat", "webhook", web.url)
        assert "took a test message" in tocsin("channel", "test", "chat")
        assert web.got[0]["test"] is True
        reference = tocsin(
            "incident", "declare", "--title", "Loans", "--system", "credit", "--severity", "SEV-1", "--json"
        )["reference"]
        told = tocsin("escalation", reference, "--send", "--json")
        assert [one["outcome"] for one in told["notices"]] == ["sending", "sent"]
    assert [one["name"] for one in tocsin("channel", "list", "--json")] == ["chat"]
    assert tocsin("channel", "remove", "chat", "--json") == {"removed": "chat"}
    assert "nothing goes out by itself" in tocsin("channel", "list")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    refused = tocsin("channel", "add", "x", "webhook", "https://h.example.org", "--set", "secret=yes", code=1)
    assert "nothing was entered" in refused


def test_a_dry_run_of_a_roster_sets_nothing(tocsin: Any, tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text(
        "rota,person,begins,ends\non call,A,2026-11-02,2026-11-03\non call,B,2026-11-04,2026-11-05\nx\n"
    )
    said = tocsin("roster", "import", str(file), "--dry-run", "--zone", "UTC")
    assert "nobody from 2026-11-03 00:00" in said
    assert "line 4 is refused: the person is missing" in said
    assert "a dry run" in said
    assert tocsin("roster", "list", "--json") == []
    assert "no such rota" in tocsin("roster", "on-duty", "night", code=1)


def test_a_roster_that_is_none_is_named(tocsin: Any, tmp_path: Path) -> None:
    file = tmp_path / "tomorrow.csv"
    file.write_text("not,a\nroster\n")
    said = tocsin("roster", "import", str(file), code=1)
    assert "tomorrow.csv: the header has no column for person" in said
