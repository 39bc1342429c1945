"""Triage: the tables of every pack say what the domain asks for, and the answers that tipped a level did."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations, product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.triage import (
    UNKNOWN,
    Answer,
    Question,
    Rule,
    Triage,
    Verdict,
    checked,
    explained,
    problems,
    verdict,
)
from tocsin.paths import resource

LEVELS = {
    "p0-p2": ("P0", "P1", "P2"),
    "p1-p4": ("P1", "P2", "P3", "P4"),
    "severity-1-3": ("Severity 1", "Severity 2", "Severity 3"),
    "sev-1-4": ("SEV-1", "SEV-2", "SEV-3", "SEV-4"),
}
PACKS = tuple(LEVELS)
HARMLESS = {"harm": "no", "data": "no", "protected": "no", "legal": "no", "function": "fine",
            "reach": "nobody", "growing": "no"}  # fmt: skip


@cache
def triage_of(pack: str) -> Triage:
    base, own = (
        tomllib.loads(resource(f"policies/{name}/triage.toml").read_text()) for name in ("base", pack)
    )
    return msgspec.convert({**base, **own}, Triage)


def found(pack: str, answers: dict[str, str]) -> Verdict:
    result = verdict(triage_of(pack), answers)
    assert result is not None
    return result


def rank(pack: str, **answers: str) -> int:
    """The rank of a harmless incident with some answers changed, 0 the gravest."""
    return LEVELS[pack].index(found(pack, {**HARMLESS, **answers}).level)


def every(triage: Triage) -> Iterator[dict[str, str]]:
    ids = [question.id for question in triage.questions]
    for answered in product(*([a.id for a in question.answers] for question in triage.questions)):
        yield dict(zip(ids, answered, strict=True))


def by_hand(triage: Triage, answers: dict[str, str]) -> str:
    """The level of answers that are all known: an independent reading of the table."""
    for rule in triage.rules:
        if all(answers[question] in fits for question, fits in rule.when.items()):
            return rule.level
    return triage.otherwise


answered = st.fixed_dictionaries({
    q.id: st.sampled_from([*(a.id for a in q.answers), UNKNOWN]) for q in triage_of("sev-1-4").questions
})  # fmt: skip


@pytest.mark.parametrize("pack", PACKS)
def test_the_tables_hold_together(pack: str) -> None:
    triage = triage_of(pack)
    assert list(problems(triage, LEVELS[pack])) == []
    assert {by_hand(triage, answers) for answers in every(triage)} == set(LEVELS[pack])
    assert 5 <= len(triage.questions) <= 8


@pytest.mark.parametrize("pack", PACKS)
def test_a_graver_answer_never_makes_it_milder(pack: str) -> None:
    triage = triage_of(pack)
    for answers in every(triage):
        here = LEVELS[pack].index(by_hand(triage, answers))
        for question in triage.questions:
            ids = [answer.id for answer in question.answers]
            for graver in ids[: ids.index(answers[question.id])]:
                other = by_hand(triage, {**answers, question.id: graver})
                assert LEVELS[pack].index(other) <= here, (answers, question.id, graver)


@pytest.mark.parametrize("pack", PACKS)
def test_a_slight_difference_for_a_protected_group_outranks_a_large_one_in_a_harmless_use(pack: str) -> None:
    slight = rank(pack, protected="yes", function="slight", reach="subset")
    for reach, growing in product(("all", "subset", "nobody"), ("yes", "no")):
        assert slight < rank(pack, function="below", reach=reach, growing=growing)
    assert slight <= rank(pack, function="broken", reach="all")


@pytest.mark.parametrize("pack", PACKS)
def test_what_the_schemes_call_gravest_is_gravest_whatever_else_is_said(pack: str) -> None:
    assert rank(pack, harm="yes") == rank(pack, data="yes") == 0
    assert rank(pack) == len(LEVELS[pack]) - 1


def test_the_schemes_differ_where_their_sources_do() -> None:
    assert found("sev-1-4", {**HARMLESS, "function": "broken", "reach": "all"}).level == "SEV-1"
    assert found("p1-p4", {**HARMLESS, "function": "broken", "reach": "all"}).level == "P2"
    assert found("p1-p4", {**HARMLESS, "legal": "yes"}).level == "P1"
    assert found("p0-p2", {**HARMLESS, "function": "below", "reach": "subset"}).level == "P1"
    assert found("p0-p2", {**HARMLESS, "function": "below"}).level == "P2"
    assert found("sev-1-4", {**HARMLESS, "growing": "yes"}).level == "SEV-3"
    assert found("severity-1-3", {**HARMLESS, "function": "below", "reach": "all"}).level == "Severity 2"


@pytest.mark.parametrize("pack", PACKS)
@given(answers=answered)
def test_while_unsure_it_is_the_gravest_of_what_could_be(pack: str, answers: dict[str, str]) -> None:
    triage, levels = triage_of(pack), LEVELS[pack]
    could_be = [
        levels.index(by_hand(triage, full))
        for full in every(triage)
        if all(answers[id_] in (UNKNOWN, answer) for id_, answer in full.items())
    ]
    result = found(pack, answers)
    assert levels.index(result.level) == min(could_be)
    assert result.settled <= (min(could_be) == max(could_be))
    without = {id_: answer for id_, answer in answers.items() if answer != UNKNOWN}
    assert found(pack, without) == result, "not answered and not known count alike"
    assert set(result.unknown).isdisjoint(without)


@pytest.mark.parametrize("pack", PACKS)
@given(answers=answered)
def test_the_answers_that_tipped_it_are_the_fewest_that_make_it_milder(
    pack: str, answers: dict[str, str]
) -> None:
    triage, levels = triage_of(pack), LEVELS[pack]
    result = found(pack, answers)
    here = levels.index(result.level)

    def milder(questions: tuple[str, ...]) -> bool:
        others = [
            [a.id for a in question.answers if a.id != answers[question.id]]
            for question in triage.questions
            if question.id in questions
        ]
        return any(
            levels.index(found(pack, {**answers, **dict(zip(questions, some, strict=True))}).level) > here
            for some in product(*others)
        )

    ids = tuple(question.id for question in triage.questions)
    if result.tipped:
        assert milder(result.tipped)
    sizes = range(1, len(result.tipped)) if result.tipped else range(1, 3)
    assert not any(milder(some) for size in sizes for some in combinations(ids, size))


def test_two_reasons_for_a_level_tip_it_together() -> None:
    both = found("sev-1-4", {**HARMLESS, "harm": "yes", "data": "yes"})
    assert both.tipped == ("harm", "data")
    assert found("sev-1-4", {**HARMLESS, "harm": "yes"}).tipped == ("harm",)


def test_the_reason_is_said_in_words_with_what_tipped_it() -> None:
    answers = {**HARMLESS, "protected": "yes", "reach": "subset"}
    triage = triage_of("sev-1-4")
    said = explained(triage, found("sev-1-4", answers), answers)
    assert said.startswith("A protected group is treated worse, and it reaches people. Tipped by: ")
    assert "Is a protected group treated worse? Yes, even slightly" in said


def test_what_is_not_known_is_named() -> None:
    answers = {**HARMLESS, "harm": UNKNOWN}
    result = found("sev-1-4", answers)
    assert (result.level, result.unknown, result.settled) == ("SEV-1", ("harm",), False)
    assert result.because == "It cannot be ruled out yet: people are being harmed or put in danger"
    assert "not known yet" in explained(triage_of("sev-1-4"), result, answers)


def test_a_pack_without_rules_suggests_nothing() -> None:
    assert verdict(Triage(), {}) is None


def test_answers_that_do_not_exist_are_told() -> None:
    triage = triage_of("sev-1-4")
    assert checked(triage, {"harm": "yes", "reach": UNKNOWN}) == ""
    assert "there is no question 'mood'" in checked(triage, {"mood": "good"})
    assert "'maybe' is no answer to harm; there are yes, possible, no, unknown" in checked(
        triage, {"harm": "maybe"}
    )


def test_faults_of_a_table_are_named_with_their_key() -> None:
    question = Question("q", "?", (Answer("a", "A", "x"), Answer("b", "B", "X"), Answer(UNKNOWN, "U", "u")))
    rules = (Rule("mild", "m"), Rule("grave", "g", {"q": ("c",), "z": ("a",)}), Rule("none", "n"))
    told = dict(problems(Triage((question, replace(question)), rules, "other"), ("grave", "mild")))
    assert told["otherwise"] == "there is no level 'other'"
    assert told["questions"] == "'q' is there 2 times"
    assert told["rules[1].level"] == "grave stands after a milder one; the gravest come first"
    assert told["rules[1].when.q"] == "'c' is none of its answers"
    assert told["rules[1].when.z"] == "there is no question 'z'"
    assert told["rules[2].level"] == "there is no level 'none'"
    assert {reason for key, reason in problems(Triage((question,), (), "grave"), ("grave",))} == {
        "two answers have the key 'x'",
        "'unknown' stands for not knowing",
        "the key 'u' stands for not knowing",
    }
