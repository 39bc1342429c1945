"""Which duties apply: nothing without answers, a reason for each verdict, no flip but by a new answer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.small_rules import QUESTIONS, RULES, regime, stage
from tocsin.model import answers as answering
from tocsin.model.duties import Answer, Duty, Ruling, Verdict, hinges, open_questions, standing
from tocsin.model.regime import Answers, Question, Rules

TODAY = date(2026, 11, 22)


def duties(
    said: Mapping[str, tuple[str, ...]], rules: Rules = RULES, on: date = TODAY, **more: object
) -> dict[str, Duty]:
    given_ = {id_: Answer(id_, values) for id_, values in said.items()}
    return {one.id: one for one in standing(rules, given_, more.get("rulings", {}), on, more.get("known"))}  # type: ignore[arg-type]


def test_from_an_incident_alone_nothing_follows() -> None:
    found = duties({})
    assert not [one.id for one in found.values() if one.applies]
    assert {one.verdict for id_, one in found.items() if not id_.startswith(("old/", "later/"))} == {
        Verdict.UNDECIDED
    }


def test_a_verdict_tells_question_and_answer_in_words() -> None:
    said = {"jurisdictions": ("eu",), "breach": ("no",), "dora_entity": ("none",)}
    found = duties(said)
    assert found["gdpr/notify"].because == "Was personal data breached? No."
    assert found["dora/initial"].because == (
        "Which financial entity? None; it would take credit institution or other."
    )
    found = duties({**said, "breach": ("yes",)})
    assert found["gdpr/notify"].applies
    assert found["gdpr/notify"].because == "Eu · breach: yes"
    open_ = duties({"jurisdictions": ("eu",)})["gdpr/notify"]
    assert (open_.verdict, open_.question) == (Verdict.UNDECIDED, "breach")
    assert open_.because == "Undecided: Was personal data breached?"


def test_one_answer_against_it_decides_though_others_are_open() -> None:
    assert duties({"breach": ("no",)})["gdpr/notify"].verdict is Verdict.DOES_NOT
    assert duties({"persons": ("500",)})["dora/small"].verdict is Verdict.DOES_NOT


@pytest.mark.parametrize(
    ("persons", "small", "large"),
    [("499", Verdict.APPLIES, Verdict.DOES_NOT), ("500", Verdict.DOES_NOT, Verdict.APPLIES)],
)
def test_numbers_have_bounds(persons: str, small: Verdict, large: Verdict) -> None:
    found = duties({"dora_entity": ("other",), "major": ("yes",), "persons": (persons,)})
    assert (found["dora/small"].verdict, found["dora/large"].verdict) == (small, large)
    assert found["dora/small" if small is Verdict.DOES_NOT else "dora/large"].because.endswith(
        "would take fewer than 500." if small is Verdict.DOES_NOT else "would take 500 or more."
    )


def test_a_regime_to_be_confirmed_asks_its_own_question() -> None:
    one = duties({"high_risk": ("yes",)})["act/report"]
    assert (one.verdict, one.question) == (Verdict.UNDECIDED, "confirm:act")
    question = answering.question_of(RULES, "confirm:act")
    assert question is not None
    assert question.help == "only if it is legally high-risk"
    assert duties({"high_risk": ("yes",), "confirm:act": ("yes",)})["act/report"].applies
    assert duties({"confirm:act": ("no",)})["act/report"].verdict is Verdict.DOES_NOT


def test_a_regime_without_needs_is_confirmed_too() -> None:
    assert duties({})["bare/tell"].question == "confirm:bare"


def test_before_its_day_and_after_it_a_regime_does_not_apply() -> None:
    us = {"jurisdictions": ("us",)}
    one = duties(us)["later/adverse"]
    assert one.verdict is Verdict.DOES_NOT
    assert one.because == "LATER - rules of later does not apply before Fri 1 Jan 2027."
    assert duties(us, on=date(2027, 1, 1))["later/adverse"].applies
    before = duties(us, on=date(2027, 2, 1), known={"decision_made": date(2026, 12, 31)})["later/adverse"]
    assert before.verdict is Verdict.DOES_NOT
    assert "decision was on Thu 31 Dec 2026" in before.because
    ended = replace(RULES, regimes=(replace(RULES.regimes[0], applies_until=date(2026, 11, 21)),))
    assert "applied until Sat 21 Nov 2026" in duties(us, ended)["gdpr/notify"].because


def test_what_was_replaced_or_switched_off_says_so() -> None:
    assert duties({})["old/ag"].because.endswith("no law any more (replaced by another act).")
    off = replace(RULES, regimes=(regime("off", stage("a", "awareness"), enabled="no", status="stayed"),))
    assert duties({}, off)["off/a"].because.endswith("switched off in the rules: stayed.")


def test_a_ruling_goes_before_the_answers() -> None:
    ruled = Ruling("gdpr/notify", True, "the processor told us", "Operator B")
    one = duties({"breach": ("no",)}, rulings={"gdpr/notify": ruled})["gdpr/notify"]
    assert (one.applies, one.ruled) == (True, True)
    assert one.because == "Ruled by Operator B: the processor told us"


def test_answers_that_are_none_by_these_rules_do_not_count() -> None:
    for values in (("maybe",), ("yes", "no"), ()):
        assert duties({"breach": values})["gdpr/notify"].verdict is Verdict.UNDECIDED
    assert duties({"jurisdictions": ("none",)})["gdpr/notify"].verdict is Verdict.DOES_NOT
    assert duties({"jurisdictions": ("eu", "none")})["gdpr/notify"].verdict is Verdict.UNDECIDED


def test_questions_come_by_how_much_they_decide_then_by_the_nearest_limit() -> None:
    found = duties({})
    asked = [one.id for one in open_questions(RULES, tuple(found.values()), {})]
    decides = hinges(RULES, tuple(found.values()), {})
    assert [len(decides[id_]) for id_ in asked] == sorted((len(decides[id_]) for id_ in asked), reverse=True)
    assert asked[:3] == ["dora_entity", "major", "jurisdictions"]
    assert {"member_state", "contact"}.isdisjoint(asked)
    answered = {id_: Answer(id_, ("none",)) for id_ in ("dora_entity", "jurisdictions")}
    left = standing(RULES, answered, {}, TODAY)
    assert {one.id for one in open_questions(RULES, left, answered)} == {
        "high_risk", "confirm:act", "confirm:bare"
    }  # fmt: skip


def values_of(question: Question) -> st.SearchStrategy[tuple[str, ...]]:
    ids = [choice.id for choice in question.choices]
    match question.answers:
        case Answers.YES_NO:
            return st.sampled_from([("yes",), ("no",)])
        case Answers.ONE:
            return st.sampled_from(ids).map(lambda one: (one,))
        case Answers.MANY:
            some = st.sets(st.sampled_from([one for one in ids if one != "none"]), min_size=1)
            return st.one_of(st.just(("none",)), some.map(lambda found: tuple(sorted(found))))
        case Answers.NUMBER:
            return st.integers(0, 1000).map(lambda number: (str(number),))
        case _:
            return st.just(("somebody",))


confirmed = st.dictionaries(
    st.sampled_from(["confirm:act", "confirm:bare"]), st.sampled_from([("yes",), ("no",)])
)
some_answers = st.fixed_dictionaries(
    {}, optional={question.id: values_of(question) for question in QUESTIONS}
).flatmap(lambda given_: confirmed.map(lambda more: {**given_, **more}))


@given(some_answers, st.data())
def test_a_verdict_once_decided_flips_only_by_a_changed_answer(
    said: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    fewer = {id_: values for id_, values in said.items() if data.draw(st.booleans())}
    before, after = duties(fewer), duties(said)
    for id_, one in before.items():
        if one.verdict is not Verdict.UNDECIDED:
            assert after[id_].verdict is one.verdict


@given(some_answers)
def test_the_verdict_is_that_of_reading_the_needs_one_by_one(said: dict[str, tuple[str, ...]]) -> None:
    for one in duties(said).values():
        if one.regime.id in ("old", "later"):
            continue
        needs = [*one.regime.needs.items(), *one.stage.needs.items()]
        if one.regime.id in ("act", "bare"):
            needs.append((f"confirm:{one.regime.id}", ("yes",)))
        verdicts = [None if id_ not in said else _met(said[id_], wanted) for id_, wanted in needs]
        expected = (
            Verdict.DOES_NOT
            if False in verdicts
            else Verdict.UNDECIDED
            if None in verdicts
            else Verdict.APPLIES
        )
        assert one.verdict is expected, one.id


def _met(values: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    for want in wanted:
        if want.startswith("<") and int(values[0]) < int(want[1:]):
            return True
        if want.startswith(">=") and int(values[0]) >= int(want[2:]):
            return True
        if want in values:
            return True
    return False


@given(some_answers)
@settings(max_examples=30)
def test_every_open_question_can_still_decide_something(said: dict[str, tuple[str, ...]]) -> None:
    found = tuple(duties(said).values())
    given_ = {id_: Answer(id_, values) for id_, values in said.items()}
    asked = {one.id for one in open_questions(RULES, found, given_)}
    assert asked.isdisjoint(said)
    assert {one.question for one in found if one.question} <= asked
