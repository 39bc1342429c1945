"""`tocsin due`: every worked deadline of the regulations' file, and more that were counted by hand."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED_DATA
from tocsin import paths
from tocsin.cli import main

REGULATIONS = SHARED_DATA.parent / "spec" / "regulations.yaml"
PARIS = ("--tz", "Europe/Paris")


@pytest.fixture(autouse=True)
def _no_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever runs this may have a store with rules of its own."""
    monkeypatch.setattr(paths, "default_store", lambda: tmp_path / "none.tocsin")


def vectors() -> list[Any]:
    if not REGULATIONS.is_file():
        why = f"no regulations.yaml at {REGULATIONS}; the folder beside it is named by TOCSIN_SHARED_DATA"
        return [pytest.param({}, marks=pytest.mark.skip(reason=why))]
    import yaml

    found = yaml.load(REGULATIONS.read_text("utf-8"), yaml.CSafeLoader)["test_vectors"]
    return [pytest.param(each, id=each["id"]) for each in found]


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    assert main(["due", *arguments, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("vector", vectors())
def test_a_worked_vector(vector: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    given = dict(vector["given"])
    more = [item for day in given.pop("holidays", ()) for item in ("--holiday", day)]
    more += ["--tz", given.pop("tz")] if "tz" in given else []
    more += ["--entity", given.pop("entity")] if "entity" in given else []
    sets = [item for name, at in given.items() for item in ("--set", f"{name}={at}")]
    found = told(capsys, f"{vector['regime']}/{vector['stage']}", *sets, *more)
    expected = vector["expect"]
    if isinstance(expected, dict):
        for name, at in expected.items():
            assert datetime.fromisoformat(found[name]).replace(tzinfo=None).isoformat() == at
        return
    assert "legal_outer" not in found
    assert (
        found["plan_to"] == expected if "T" in expected else found["plan_to"][:19] == f"{expected}T23:59:59"
    )
    assert found["why"].endswith(".")


# Counted on a paper calendar: what is given, the deadline to plan to, the rolled one where it differs.
BY_HAND: dict[str, tuple[list[str], str, str]] = {
    "eu-gdpr-33/notify_sa": (
        ["awareness=2027-03-27T10:00:00+01:00", *PARIS], "2027-03-30T11:00:00+02:00", ""),
    "eu-ai-act-73/report_death": (
        ["awareness=2026-12-15T18:00:00+01:00", *PARIS, "--holiday", "2026-12-25"],
        "2026-12-25T23:59:59+01:00", "2026-12-28T23:59:59+01:00"),
    "eu-nis2-23/final": (
        ["submission:notification=2027-01-31T12:00:00+01:00", *PARIS],
        "2027-02-28T23:59:59+01:00", "2027-03-01T23:59:59+01:00"),
    "eu-dora-19/intermediate": (
        ["submission:initial=2026-11-20T10:00:00+01:00", *PARIS, "--entity", "payment institution"],
        "2026-11-23T10:00:00+01:00", ""),
    "eu-dora-19/final": (
        ["submission:eu-dora-19/intermediate=2026-11-05T10:00:00+01:00", *PARIS, "--entity", "a bank"],
        "2026-12-05T23:59:59+01:00", "2026-12-07T12:00:00+01:00"),
    "us-sec-8k-105/file": (["determination_material=2026-11-21", "--holiday", "2026-11-26"],
                           "2026-11-27T23:59:59", ""),
    "us-sec-8k-105/ag_delay": (["determination_material=2026-11-20"], "2026-12-27T23:59:59", ""),
    "us-hipaa-breach/hhs_small": (["discovery=2027-05-05"], "2028-02-29T23:59:59", ""),
    "sg-pdpa/pdpc": (["assessment_made=2027-01-01"], "2027-01-04T23:59:59", ""),
    "jp-appi/prelim": (["knowledge=2026-12-28"], "2026-12-30T23:59:59", "2027-01-04T23:59:59"),
    "cn-cac/summary": (["handled=2026-11-30"], "2026-12-30T23:59:59", ""),
    "cn-cac/initial_cii": (["discovery=2026-11-20T23:30:00+08:00"], "2026-11-21T00:30:00+08:00", ""),
    "us-nyc-ll144/candidate_notice": (["use_planned=2026-12-15"], "2026-12-01T23:59:59", ""),
    "au-ndb/assessment": (["awareness_suspicion=2026-11-13"], "2026-12-13T23:59:59", "2026-12-14T23:59:59"),
    "br-lgpd/complement": (["submission:anpd=2026-11-25"], "2026-12-23T23:59:59", ""),
    "eu-ai-act-55-gpai/cop_intermediate": (
        ["submission:any_initial=2026-11-20T10:00:00+01:00", *PARIS], "2026-12-18T23:59:59+01:00", ""),
    "us-fda-803/mdr5": (["awareness_remedial=2026-11-20"], "2026-11-30T23:59:59", ""),
    "us-ny-dfs-500-17/annual": (["april_15=2027-04-15"], "2027-04-15T23:59:59", ""),
    "us-bank-36h/regulator": (
        ["determination_incident=2026-10-31T20:00:00-04:00", "--tz", "America/New_York"],
        "2026-11-02T07:00:00-05:00", ""),
    "eu-mdr-87/public_health": (["awareness=2026-11-20T23:00:00+01:00", *PARIS],
                                "2026-11-22T23:59:59+01:00", "2026-11-23T23:59:59+01:00"),
}  # fmt: skip


@pytest.mark.parametrize("duty", BY_HAND)
def test_a_deadline_counted_by_hand(duty: str, capsys: pytest.CaptureFixture[str]) -> None:
    given, plan_to, outer = BY_HAND[duty]
    found = told(capsys, duty, "--set", *given)
    assert found["plan_to"].startswith(plan_to)
    assert found.get("legal_outer", "").startswith(outer) if outer else "legal_outer" not in found


def test_the_member_state_brings_its_holidays(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["eu-ai-act-73/report_general", "--set", "awareness=2026-12-10T10:00:00+01:00", *PARIS]
    assert "legal_outer" not in told(capsys, *given)
    assert told(capsys, *given, "--set", "member_state=fr")["legal_outer"] == "2026-12-28T23:59:59+01:00"


def test_without_a_number_there_is_no_deadline(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["eu-gdpr-34/letter", "--set", "awareness_high_risk=2026-11-20T10:00:00+01:00"]
    found = told(capsys, *given)
    assert found["plan_to"] is None
    assert main(["due", *given]) == 0
    assert "no number in the law" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["eu-gdpr-33/none"], "no such stage"),
        (["eu-gdpr-33/notify_sa"], "nobody said when"),
        (["eu-gdpr-33/notify_sa", "--set", "awareness"], "FACT=TIME"),
        (["eu-gdpr-33/notify_sa", "--set", "awareness=2026-11-20", "--set", "awareness=2026-11-21"], "twice"),
        (["eu-gdpr-33/notify_sa", "--set", "member_state=XX"], "member state"),
        (["eu-gdpr-33/notify_sa", "--set", "awareness=noon"], "not a time"),
        (["eu-gdpr-33/notify_sa", "--set", "awareness=2026-11-20"], "needs a time"),
        (["eu-gdpr-33/notify_sa", "--set", "awareness=2026-11-20T09:00:00Z", "--tz", "Mars"], "time zone"),
        (["eu-gdpr-33/notify_sa", "--set", "awareness=2026-11-20T09:00:00Z", "--holiday", "x"], "is a date"),
    ],
)
def test_wrong_input_is_told(arguments: list[str], what: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, *arguments, code=1)
    assert what in found["error"]["what"]
    assert found["error"]["hint"]


def test_a_fact_that_plays_no_part_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    at = "2026-11-20T09:00:00Z"
    assert main(["due", "eu-gdpr-33/notify_sa", "--set", f"awareness={at}", "--set", f"awarness={at}"]) == 0
    assert "awarness plays no part" in capsys.readouterr().err
