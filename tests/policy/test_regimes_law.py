"""The regimes shipped, fact by fact against the collection of the law that they were made from."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tocsin.model.calendar import Unit
from tocsin.model.deadline import due
from tocsin.model.regime import Regime, Rules
from tocsin.policy.regimes import load_shipped
from tocsin.policy.regimes_tables import offset

REGIMES, STAGES, FIELDS = 53, 160, 364
# Where ours says on purpose something else: a later stage runs from whichever of several was filed.
ANCHORS = {
    "eu-nis2-23/final": "submission:any_notification",  # a trust service provider files the 24 h one
    "eu-nis2-23/progress": "submission:any_notification",
    "eu-mdr-87/followup": "submission:any_initial",  # of a death or a public health threat as well
}
CALENDARS = {"au-ndb/assessment": "au", "jp-appi/prelim": "jp", "jp-appi/final": "jp",
             "jp-appi/final_malicious": "jp"}  # fmt: skip
# The deployer's report in the provider's place has three limits as the provider's has, not one; and a
# processor tells its controller in the United Kingdom as well (Art. 33(2)).
ADDED = (
    "eu-ai-act-26/fallback_death",
    "eu-ai-act-26/fallback_critical",
    "uk-gdpr-33/processor_to_controller",
)
# The same citation in fewer words: it stands behind each field on the screen.
SHORTER = (
    (r"Commission draft template v1\.0\.0, ([\d.]+) \(.*\)", r"Draft template 1.0.0, \1"),
    (r"ITS \(EU\) 2025/302 Annex I-II field ", "ITS 2025/302, "),
    (r"EDPB draft common template \(June 2026\) - not in force", "EDPB draft, not in force"),
    (r" - no (list|content) (prescribed|in the rule|in the standard)", ", no list"),
    (r"Measures \(list read in the 2023 draft\)", "Measures, 2023 draft"),
)
LONGEST = 40
_UNITS = {"H": "h", "D": "days", "W": "weeks", "M": "months", "Y": "years"}


@pytest.fixture(scope="module")
def law(shared_data: Path) -> dict[str, Any]:
    path = shared_data.parent / "spec" / "regulations.yaml"
    if not path.is_file():
        pytest.skip(f"no collection of the law at {path}")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), loader)
    return found


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_shipped()


def _offset(value: Any) -> tuple[Any, str]:
    """An offset of the collection as ours, with the calendar it names."""
    if value is None:
        return None, ""
    if isinstance(value, dict):
        return offset(f"{value['business_days']} business days"), value["calendar"]
    number = "".join(c for c in value if c.isdigit())
    return offset(f"{number} {_UNITS[value[-1]]}"), ""


def _anchor(regime: str, anchor: str) -> str:
    stem, colon, rest = anchor.partition(":")
    return f"{stem}:{regime}/{rest}" if colon else anchor


def _same(value: object) -> str:
    return {True: "yes", False: "no", "confirm": "confirm"}[value]  # type: ignore[index]


def test_every_regime_is_there_with_its_kind_and_dates(law: dict[str, Any], rules: Rules) -> None:
    assert len(law["regimes"]) == len(rules.regimes) == REGIMES
    told = {one["id"]: (one["kind"], _same(one["default_enabled"]), one["citation"], one["authority"],
                        one["status"], one["as_of"], one.get("applies_from"), tuple(one.get("sources") or ()))
            for one in law["regimes"]}  # fmt: skip
    ours = {one.id: (one.kind.value, one.enabled, one.citation, one.authority, one.status,
                     one.as_of.isoformat(), one.applies_from.isoformat() if one.applies_from else None,
                     one.sources) for one in rules.regimes}  # fmt: skip
    assert ours == told


def test_every_stage_is_there_with_what_it_counts(law: dict[str, Any], rules: Rules) -> None:
    count = 0
    for told in law["regimes"]:
        regime = rules.regime(told["id"])
        assert regime is not None
        ours = [one.id for one in regime.stages if f"{regime.id}/{one.id}" not in ADDED]
        assert [one["id"] for one in told["stages"]] == ours
        for each in told["stages"]:
            _stage(regime, each)
            count += 1
    assert count == sum(len(one.stages) for one in rules.regimes) - len(ADDED) == STAGES


def _stage(regime: Regime, told: dict[str, Any]) -> None:
    stage = regime.stage(told["id"])
    assert stage is not None
    duty = f"{regime.id}/{stage.id}"
    span, calendar = _offset(told.get("offset"))
    assert (stage.offset, stage.calendar) == (span, CALENDARS.get(duty, calendar)), duty
    assert stage.anchor == _anchor(regime.id, ANCHORS.get(duty, told["from"])), duty
    assert (stage.counting, stage.citation) == (told["counting"], told["citation"]), duty
    assert (stage.recipient, stage.audience) == (told["recipient"], told["audience"]), duty
    assert (stage.basis, stage.standard) == (told.get("basis", ""), told.get("standard", "")), duty
    assert stage.when == told.get("when", ""), duty
    assert bool(stage.needs) or not stage.when, duty
    assert stage.optional or not told.get("optional", False), duty
    cap = told.get("not_after") or {}
    assert (stage.not_after, stage.not_after_from) == (_offset(cap.get("offset"))[0], cap.get("from", "")), (
        duty
    )


def _shorter(citation: str) -> str:
    for long, short in SHORTER:
        citation = re.sub(long, short, citation)
    return citation


def test_every_field_is_there_in_the_laws_order(law: dict[str, Any], rules: Rules) -> None:
    count = 0
    for told in law["regimes"]:
        regime = rules.regime(told["id"])
        assert regime is not None
        by_id = {one.id: one for one in regime.fields}
        ids = [one["id"] for one in told["fields"]]
        assert [one.id for one in regime.fields][: len(ids)] == ids  # what we added stands behind
        for each in told["fields"]:
            ours, where = by_id[each["id"]], f"{regime.id} {each['id']}"
            required = str(each["required"]).lower()
            assert (ours.citation, ours.required) == (_shorter(each["citation"]), required), where
            assert len(ours.citation) < LONGEST, where
            assert ours.phase_ok == each["phase_ok"], where
            assert set(ours.stages) >= set(each["stages"]), where
            # Ours says of which form a number is: our notice numbers its fields, too.
            assert ours.when.replace("ITS field ", "") == each.get("when", ""), where
            count += 1
    assert count == FIELDS


def test_what_was_added_to_the_law_says_that_it_was(law: dict[str, Any], rules: Rules) -> None:
    known = {(one["id"], each["id"]) for one in law["regimes"] for each in one["fields"]}
    added = [(r, f) for r in rules.regimes for f in r.fields if (r.id, f.id) not in known]
    assert added
    assert [(r.id, f.id) for r, f in added if not (f.basis and f.citation)] == []


def test_every_vector_of_the_collection(law: dict[str, Any], rules: Rules) -> None:
    from datetime import date, datetime

    for one in law["test_vectors"]:
        given = dict(one["given"])
        zone, entity = given.pop("tz", ""), given.pop("entity", "")
        free = [date.fromisoformat(day) for day in given.pop("holidays", [])]
        moments = {
            fact: datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
            for fact, text in given.items()
        }
        found = due(
            rules, f"{one['regime']}/{one['stage']}", moments, zone=zone, entity=entity, holidays=free
        )
        expected = one["expect"] if isinstance(one["expect"], dict) else {"plan_to": one["expect"]}
        for name, text in expected.items():
            at = getattr(found, name)
            if "+" in text:
                assert at == datetime.fromisoformat(text), one["id"]
            else:
                assert at.isoformat().startswith(text), one["id"]


def test_business_days_name_their_calendar(rules: Rules) -> None:
    stages = [(r.id, s) for r in rules.regimes for s in r.stages if s.offset]
    bare = [(id_, s.id) for id_, s in stages
            if s.offset and s.offset.unit is Unit.BUSINESS_DAYS and not s.calendar]  # fmt: skip
    assert bare == []
