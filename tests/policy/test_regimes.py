"""Regimes from files: what is shipped can be used, what a team writes is read back, what is wrong is told."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.model.calendar import Offset, Unit
from tocsin.model.regime import Answers, Kind, Regime, Rules
from tocsin.paths import resource
from tocsin.policy.regimes import Problem, examine, load, load_shipped, merged, problems, read, text_of
from tocsin.policy.regimes_files import contents
from tocsin.policy.regimes_tables import offset

OWN = """
[[regimes]]
id = "house-bank"
title = "Our bank's contract"
jurisdiction = "Contract"
kind = "notification"
enabled = true
citation = "Contract of 2025, s. 9"
authority = "The bank"
who = "We"
trigger = "An incident with its service"
as_of = 2026-11-20
needs = { jurisdictions = ["eu"], clients_financial = ["yes"] }

[[regimes.stages]]
id = "call"
name = "Call the bank"
recipient = "bank"
audience = "business_partner"
from = "awareness"
counting = "elapsed_hours"
offset = "2 h"
citation = "s. 9.1"
document = "notice"

[[regimes.stages]]
id = "report"
name = "Report to the bank"
recipient = "bank"
audience = "business_partner"
from = "submission:house-bank/call"
counting = "business_days"
calendar = "us_federal"
offset = "5 business days"
citation = "s. 9.2"

[[regimes.fields]]
id = "what"
label = "What happened"
citation = "s. 9.1"
stages = ["call"]
source = "incident.description"
"""
# What is broken of it, and which key the complaint has to name.
BROKEN = {
    ('offset = "2 h"', 'offset = "soon"'): "house-bank.stages.call.offset",
    ('offset = "2 h"', 'offset = "2 days"'): "house-bank.stages.call.offset",
    ('offset = "2 h"', 'offset = "0 h"'): "house-bank.stages.call.offset",
    ('offset = "2 h"\n', ""): "house-bank.stages.call.offset",
    ('offset = "2 h"', 'offset = "2 h"\nhouse = "1 h"'): "house-bank.stages.call.house",
    ('counting = "elapsed_hours"', 'counting = "lunar_days"'): "house-bank.stages.call.counting",
    ('from = "awareness"', 'from = "rumour"'): "house-bank.stages.call.from",
    ('from = "awareness"', 'from = "met:response"'): "house-bank.stages.call.from",
    ('from = "awareness"', 'from = "submission:house-bank/report"'): "house-bank/call",
    ('submission:house-bank/call"', 'submission:house-bank/letter"'): "house-bank.stages.report.from",
    ('calendar = "us_federal"', 'calendar = "mars"'): "house-bank.stages.report.calendar",
    ('clients_financial = ["yes"]', 'clients_financial = ["maybe"]'): "house-bank.needs.clients_financial",
    ('clients_financial = ["yes"]', 'shoe_size = ["44"]'): "house-bank.needs.shoe_size",
    ('clients_financial = ["yes"]', 'people_affected = ["many"]'): "house-bank.needs.people_affected",
    ('clients_financial = ["yes"]', 'legal_name = ["Bank"]'): "house-bank.needs.legal_name",
    ('needs = { jurisdictions = ["eu"], clients_financial = ["yes"] }\n', ""): "house-bank.needs",
    ('stages = ["call"]', 'stages = ["chat"]'): "house-bank.fields.what.stages",
    ('stages = ["call"]', 'stages = []'): "house-bank.fields.what.stages",
    ('source = "incident.description"', 'source = "gossip"'): "house-bank.fields.what.source",
    ('source = "incident.description"', 'source = "answer:nobody"'): "house-bank.fields.what.source",
    ('document = "notice"', 'document = "poem"'): "house-bank.stages.call.document",
    ('document = "notice"', 'needs = { clients_financial = ["no"] }'): (
        "house-bank.stages.call.needs.clients_financial"
    ),
    ('document = "notice"', 'when = "at night"'): "house-bank.stages.call.needs",
    ('audience = "business_partner"', 'audience = "everybody"'): "house-bank.stages.call.audience",
    ('kind = "notification"', 'kind = "rumour"'): "regimes.house-bank.kind",
    ('authority = "The bank"', 'authority = "The \\u0000bank"'): "regimes.house-bank.authority",
    ("enabled = true", 'enabled = "sometimes"'): "house-bank.enabled",
    ("enabled = true", 'enabled = "confirm"'): "house-bank.confirm",
    ("as_of = 2026-11-20", 'as_of = "today"'): "regimes.house-bank.as_of",
    ('title = "Our bank\'s contract"', "title = 3"): "regimes.house-bank.title",
    ('id = "house-bank"', 'id = "house bank"'): "house bank.id",
    ('label = "What', 'colour = "red"\nlabel = "What'): "regimes.house-bank.fields.what.colour",
    ('jurisdiction = "Contract"\n', 'zone = "Atlantis/City"\njurisdiction = "Contract"\n'): "house-bank.zone",
}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ours.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_what_is_shipped_can_be_used() -> None:
    rules = load_shipped()
    assert list(problems(rules)) == []
    assert {one.origin for one in rules.regimes} == {"shipped"}
    kinds = {one.kind for one in rules.regimes}
    assert kinds == set(Kind)


def test_nothing_shipped_applies_without_an_answer_about_the_incident_or_the_system() -> None:
    rules = load_shipped()
    scopes = {one.id: one.scope.value for one in rules.questions}
    for regime in rules.regimes:
        if not regime.stages:
            continue
        for stage in regime.stages:
            asked = {scopes[id_] for id_ in (*regime.needs, *stage.needs)}
            # A yearly certificate hangs on no incident, and nobody has to begin it.
            assert stage.optional or asked - {"organisation"}, f"{regime.id}/{stage.id}"


def test_the_corrections_of_common_errors_hold() -> None:
    rules = load_shipped()
    article_22 = rules.regime("eu-gdpr-22")
    assert article_22 is not None
    assert article_22.kind is Kind.RIGHTS
    assert all(one.anchor != "awareness" and one.recipient == "data_subject" for one in article_22.stages)
    spans = {id_: _span(rules, id_) for id_ in (
        "eu-ai-act-73/report_death", "eu-ai-act-73/report_critical", "eu-ai-act-73/report_general",
        "eu-gdpr-33/notify_sa", "us-fcra-1681m/notice", "us-ecoa-regb-1002-9/correct_error",
        "us-ecoa-regb-1002-9/adverse",
    )}  # fmt: skip
    assert spans == {
        "eu-ai-act-73/report_death": Offset(10, Unit.DAYS),
        "eu-ai-act-73/report_critical": Offset(2, Unit.DAYS),
        "eu-ai-act-73/report_general": Offset(15, Unit.DAYS),
        "eu-gdpr-33/notify_sa": Offset(72, Unit.HOURS),
        "us-fcra-1681m/notice": None,
        "us-ecoa-regb-1002-9/correct_error": None,
        "us-ecoa-regb-1002-9/adverse": Offset(30, Unit.DAYS),
    }
    fcra, breach = rules.regime("us-fcra-1681m"), rules.regime("eu-gdpr-33")
    assert fcra is not None
    assert breach is not None
    assert "decision_information" in fcra.needs
    assert breach.needs["personal_data_breach"] == ("yes",)
    assert all(rules.regime(id_).enabled == "confirm" for id_ in ("eu-ai-act-73", "eu-ai-act-26"))  # type: ignore[union-attr]
    assert rules.regime("us-co-sb24-205").kind is Kind.SUPERSEDED  # type: ignore[union-attr]


def _span(rules: Rules, duty: str) -> Offset | None:
    found = rules.stage(duty)
    assert found is not None
    return found[1].offset


def test_questions_are_few_and_each_says_what_makes_it_matter() -> None:
    rules = load_shipped()
    deciding = [one for one in rules.questions if one.answers is not Answers.TEXT]
    assert len(deciding) < 80
    assert [one.id for one in deciding if not one.citation] == []
    used = {id_ for one in rules.regimes for part in (one, *one.stages, *one.fields) for id_ in part.needs}
    asked_for_other_reasons = {"member_state"}
    idle = {one.id for one in deciding if not one.id.startswith("confirm:")} - used - asked_for_other_reasons
    assert idle == set()


def test_written_and_read_again_is_the_same(tmp_path: Path) -> None:
    rules = load_shipped()
    (tmp_path / "all.toml").write_text(text_of(rules.regimes, rules.questions), encoding="utf-8")
    (tmp_path / "calendars.toml").write_bytes(resource("policies/regimes/calendars.toml").read_bytes())
    again = load(tmp_path)
    assert again.regimes == rules.regimes
    assert set(again.questions) == set(rules.questions)


def test_a_teams_own_regime_is_read(file: Path) -> None:
    (regime,) = read(file)
    assert regime.id == "house-bank"
    assert regime.stages[0].offset == Offset(2, Unit.HOURS)
    assert merged(load_shipped(), [replace(regime, origin="team")]).regime("house-bank") is not None


@pytest.mark.parametrize("part", range(3))
def test_what_is_wrong_is_told_with_file_key_and_reason(tmp_path: Path, part: int) -> None:
    path = tmp_path / "ours.toml"
    for (good, bad), key in list(BROKEN.items())[part::3]:
        assert good in OWN
        path.write_text(OWN.replace(good, bad, 1), encoding="utf-8")
        found = examine(path, load_shipped()).problems
        assert key in [one.key for one in found], (bad, found)
        assert all(one.file == "ours.toml" and one.reason for one in found), found


@pytest.mark.parametrize(
    ("good", "bad", "hint"),
    [("awareness", "awarness", "perhaps awareness"),
     ("house-bank/call", "house-bank/cal", "perhaps house-bank/call"),
     ("clients_financial", "client_financial", "perhaps clients_financial"),
     ("elapsed_hours", "hours", "there are elapsed_hours, eu_days")],
)  # fmt: skip
def test_a_slip_of_the_pen_gets_a_hint(tmp_path: Path, good: str, bad: str, hint: str) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(OWN.replace(good, bad), encoding="utf-8")
    assert any(hint in one.reason for one in examine(path, load_shipped()).problems)


@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200),
    st.sampled_from(["", "\n", "\t"]),
)
def test_any_text_is_written_and_read_again(
    tmp_path_factory: pytest.TempPathFactory, text: str, mark: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "texts.toml"
    path.write_text(OWN, encoding="utf-8")
    (regime,) = contents(path).regimes
    stages = tuple(replace(one, name=text, note=mark + text) for one in regime.stages)
    fields = tuple(replace(one, label=text) for one in regime.fields)
    hostile = replace(
        regime, title=text, notes=text + mark, sources=(text, mark + text), stages=stages, fields=fields
    )
    path.write_bytes(text_of((hostile,)).encode())
    assert contents(path).regimes == (hostile,)


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    text = OWN.replace('kind = "notification"', 'kind = "rumour"').replace("as_of = 2026-11-20", "as_of = 3")
    text = text.replace('label = "What happened"', "label = 1").replace('from = "awareness"', "frm = 2")
    path.write_text(text, encoding="utf-8")
    keys = {one.key for one in examine(path, load_shipped()).problems}
    assert {"regimes.house-bank.kind", "regimes.house-bank.as_of", "regimes.house-bank.fields.what.label",
            "regimes.house-bank.stages.call.frm"} <= keys  # fmt: skip
    with pytest.raises(BadInput) as refused:
        read(path)
    assert str(path) in str(refused.value)
    assert "rumour" in str(refused.value)


def test_a_shipped_question_is_not_asked_anew(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    asked = '[[questions]]\nid = "material"\ntext = "Is it?"\nscope = "incident"\n'
    path.write_text(OWN + asked, encoding="utf-8")
    (found,) = examine(path, load_shipped()).problems
    assert found == Problem("ours.toml", "questions.material", "is a shipped question; give yours another id")


def test_a_teams_regime_may_ask_its_own_question(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    asked = '[[questions]]\nid = "bank_service"\ntext = "Is the bank\'s service hit?"\nscope = "incident"\n'
    path.write_text(OWN.replace("clients_financial", "bank_service") + asked, encoding="utf-8")
    found = examine(path, load_shipped())
    assert found.problems == ()
    assert [one.id for one in found.questions] == ["bank_service"]


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "no regime"), ("[[regimes]", "not TOML"), ("regimes = 3", "no list of tables"),
     ("\x00", "not TOML"), ("regimes = [[[[1]]]]", "is no table"), ("x = " + "[" * 2000, "not TOML")],
)  # fmt: skip
def test_what_is_no_file_of_regimes_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(text, encoding="utf-8")
    found = examine(path, load_shipped()).problems
    assert any(told in one.reason for one in found), found


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read(tmp_path / "nowhere.toml")


PIECES = ['"', "\n", "[", "]", "=", " = 7", "id", "[[regimes]]", "\x00", "9" * 400, "{", "true", "–", "'''",
          '"yes"', "1979-13-45", "needs", "submission:", "\\u0000", "-1", ""]  # fmt: skip


@settings(max_examples=100)
@given(st.integers(0, len(OWN)), st.integers(0, 40), st.sampled_from(PIECES), st.integers(0, 3), st.data())
def test_a_file_broken_anywhere_is_told_in_words(
    tmp_path_factory: pytest.TempPathFactory, at: int, gone: int, piece: str, more: int, data: st.DataObject
) -> None:
    text = OWN[:at] + piece + OWN[at + gone :]
    for _ in range(more):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(PIECES)) + text[at:]
    path = tmp_path_factory.getbasetemp() / "broken.toml"
    path.write_text(text, encoding="utf-8")
    found = examine(path, load_shipped())
    assert all(one.reason and one.file == "broken.toml" for one in found.problems), found.problems
    if not found.problems:
        assert list(problems(merged(load_shipped(), found.regimes, found.questions))) == []


@given(st.integers(1, 9999), st.sampled_from(list(Unit)))
def test_an_offset_is_read_as_it_is_said(amount: int, unit: Unit) -> None:
    assert offset(Offset(amount, unit).words) == Offset(amount, unit)


def test_the_stages_of_a_circle_are_told(file: Path) -> None:
    rules = load_shipped()
    (regime,) = read(file)
    call, report = regime.stages
    round_ = replace(call, anchor="submission:house-bank/any_of")
    groups = {"any_of": ("report",)}
    circle: Regime = replace(regime, stages=(round_, report), groups=groups)
    found = {one.key for one in problems(merged(rules, [circle]))}
    assert {"house-bank/call", "house-bank/report"} <= found
    open_ = replace(circle, groups={"any_of": ("report", "third")},
                    stages=(round_, report, replace(call, id="third", document="")))  # fmt: skip
    assert list(problems(merged(rules, [open_]))) == []
