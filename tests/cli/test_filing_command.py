"""`tocsin filing` and `tocsin notice`: a notice from draft to filed without the console, and onto paper."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.filing_cases import SA, breach
from tocsin.cli import main
from tocsin.store.folder import Store

Run = Callable[..., Any]


@pytest.fixture
def run(store: Store, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a store with a breach; return what it printed as JSON, or its exit code and words."""
    case = breach(store)
    path = str(store.path)
    store.close()

    def ran(*words: str, by: str = "Operator A", fails: bool = False) -> Any:
        named = [one if one != "INCIDENT" else case.incident for one in words]
        reads = words[2] in ("list", "show")
        who = [] if reads else ["--by", by]
        code = main([*named, "--store", path, "--json", *who])
        printed = capsys.readouterr()
        assert code == (1 if fails else 0), printed.err
        return json.loads(printed.out)

    return ran


def test_a_notice_from_draft_to_filed(run: Run, tmp_path: Path) -> None:
    assert run("filing", "INCIDENT", "open", SA)["state"] == "draft"
    view = run("filing", "INCIDENT", "show", SA)
    missing = [one["field"] for one in view["fields"] if one["missing"]]
    assert missing
    assert view["due"]
    unknown = [word for name in missing[1:] for word in ("--unknown", f"{name}=48 h")]
    run("filing", "INCIDENT", "edit", SA, "--estimate", f"{missing[0]}=customers", *unknown)
    assert run("filing", "INCIDENT", "review", SA)["state"] == "in review"
    refused = run("filing", "INCIDENT", "approve", SA, fails=True)
    assert "second person" in refused["error"]["what"]
    early = run("notice", "INCIDENT", SA, "-o", str(tmp_path / "x.pdf"), "--as-filed", fails=True)
    assert "AS FILED" in early["error"]["what"]
    assert not (tmp_path / "x.pdf").exists()
    run("filing", "INCIDENT", "approve", SA, "--digest", "0" * 64, by="Operator B", fails=True)
    seen = run("filing", "INCIDENT", "show", SA)["digest"]
    assert run("filing", "INCIDENT", "approve", SA, "--digest", seen, by="Operator B")["state"] == "approved"
    run("filing", "INCIDENT", "file", SA, "--how", "portal", "--receipt", "AZ 1")
    (filed,) = run("filing", "INCIDENT", "list")
    assert (filed["state"], filed["receipt"], filed["approved_by"]) == ("filed", "AZ 1", "Operator B")
    paper = run("notice", "INCIDENT", SA, "-o", str(tmp_path / "n.pdf"), "--paper", "letter", "--internal")
    assert (paper["standing"], paper["filing"]) == ("AS FILED", filed["filing"])
    assert (tmp_path / "n.pdf").read_bytes().startswith(b"%PDF-")


def test_set_prints_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    made = run("notice", "INCIDENT", SA, "--set", "nature=Typed <b>here</b>", "-o", str(tmp_path / "n.pdf"))
    assert made["standing"] == "DRAFT"
    assert run("filing", "INCIDENT", "list") == []
    wrong = run("notice", "INCIDENT", SA, "--set", "nature", "-o", str(tmp_path / "n.pdf"), fails=True)
    assert "FIELD=VALUE" in wrong["error"]["what"]
    wrong = run("notice", "INCIDENT", "eu-gdpr-33/none", "-o", str(tmp_path / "n.pdf"), fails=True)
    assert "no such duty" in wrong["error"]["what"]
