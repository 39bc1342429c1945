"""A worked deadline for each stage that has an offset, against what was reckoned by hand."""

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tocsin.model.deadline import due
from tocsin.model.regime import Rules
from tocsin.policy.expand import written_out
from tocsin.policy.regimes import load_shipped

FILE = Path(__file__).parents[1] / "data" / "regimes" / "deadlines.toml"
WORKED: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["deadlines"]


@pytest.fixture(scope="module")
def rules() -> Rules:
    return written_out(load_shipped(), "UTC", datetime(2026, 7, 1, tzinfo=UTC))


def _moment(text: str) -> datetime | date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _said(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _ends(rules: Rules, worked: dict[str, Any]) -> tuple[str, str]:
    given = {fact: _moment(text) for fact, text in worked["given"].items()}
    context = {key: worked[key] for key in ("zone", "state", "entity") if key in worked}
    found = due(rules, worked["duty"], given, **context)
    return _said(found.plan_to), _said(found.legal_outer)


@pytest.mark.parametrize("place", sorted({one["duty"].partition("-")[0] for one in WORKED}))
def test_ends_when_reckoned_by_hand(rules: Rules, place: str) -> None:
    mine = [one for one in WORKED if one["duty"].startswith(f"{place}-")]
    found = {one["duty"]: _ends(rules, one) for one in mine}
    assert found == {one["duty"]: (_said(one["plan_to"]), _said(one.get("legal_outer"))) for one in mine}


def test_every_stage_with_an_offset_is_worked(rules: Rules) -> None:
    stages = {f"{r.id}/{stage.id}" for r in rules.regimes for stage in r.stages if stage.offset is not None}
    assert {one["duty"] for one in WORKED} == stages
