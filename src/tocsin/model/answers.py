"""Answers to the questions of the law: what may be answered, what satisfies a need, how it reads."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.regime import Answers, Question, Regime, Rules, Scope

CONFIRM = "confirm:"  # and the id of a regime: asked before it may apply
NONE = "none"  # of a question with several answers: none of them, said by a person
YES, NO = "yes", "no"
_BOUND = re.compile(r"(<=|>=|<|>)(\d{1,15})$")
_NUMBER = re.compile(r"\d{1,15}$")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a question, by whom and when. A number or text is the one value."""

    question: str
    values: tuple[str, ...]
    by: str = ""
    at: datetime | None = None
    note: str = ""


def question_of(rules: Rules, id_: str) -> Question | None:
    """Return a question by its id, also the one that confirms a regime."""
    found = rules.question(id_)
    if found is None and id_.startswith(CONFIRM):
        regime = rules.regime(id_.removeprefix(CONFIRM))
        return None if regime is None else confirming(regime)
    return found


def confirming(regime: Regime) -> Question:
    """Return the question that has to be answered with yes before a regime may apply."""
    return Question(
        f"{CONFIRM}{regime.id}",
        f"Does {regime.title} apply to this system?",
        Scope.SYSTEM,
        help=regime.confirm or "Nothing on record decides it.",
        citation=regime.citation,
    )


def fits(question: Question, values: Sequence[str]) -> bool:
    """Whether these values are an answer to a question; one of other rules may be none any more."""
    match question.answers:
        case Answers.YES_NO:
            return len(values) == 1 and values[0] in (YES, NO)
        case Answers.ONE:
            return len(values) == 1 and values[0] in {choice.id for choice in question.choices}
        case Answers.MANY:
            known = {choice.id for choice in question.choices}
            several = bool(values) and len(set(values)) == len(values) and known.issuperset(values)
            return tuple(values) == (NONE,) or (several and (NONE not in values or len(values) == 1))
        case Answers.NUMBER:
            return len(values) == 1 and _NUMBER.match(values[0]) is not None
        case Answers.TEXT:
            return len(values) == 1 and bool(values[0].strip())


def satisfies(values: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether an answer is one of those wanted; of a number a bound such as >=500 that it keeps."""
    return bool(matching(values, wanted))


def matching(values: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """Return which of the values are among those wanted."""
    return tuple(
        value for value in values if value in wanted or any(_within(value, bound) for bound in wanted)
    )


def standing(rules: Rules, answers: Mapping[str, Answer]) -> dict[str, tuple[str, ...]]:
    """Return what was answered by question, without what is no answer by these rules."""
    found = {}
    for id_, answer in answers.items():
        question = question_of(rules, id_)
        if question is not None and fits(question, answer.values):
            found[id_] = answer.values
    return found


def said(question: Question, values: Sequence[str]) -> str:
    """Return an answer, or what satisfies a need, in words: the titles of its choices."""
    titles = {choice.id: choice.title for choice in question.choices}
    return ", ".join(titles.get(value, value) for value in values)


def sentence(words: str) -> str:
    """Return words as a sentence begins."""
    return f"{words[:1].upper()}{words[1:]}"


def wanted(question: Question, values: Sequence[str]) -> str:
    """Return what would satisfy a need in words: "yes", "a bank or an insurer", "500 or more"."""
    titles = {choice.id: choice.title for choice in question.choices}
    words = [titles.get(value) or _bound_words(value) for value in values]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _within(value: str, bound: str) -> bool:
    found = _BOUND.match(bound)
    if found is None or _NUMBER.match(value) is None:
        return False
    number, limit = int(value), int(found[2])
    match found[1]:
        case "<":
            return number < limit
        case "<=":
            return number <= limit
        case ">":
            return number > limit
        case _:
            return number >= limit


_WORDS = {"<": "fewer than {}", "<=": "at most {}", ">": "more than {}", ">=": "{} or more"}


def _bound_words(value: str) -> str:
    found = _BOUND.match(value)
    return value if found is None else _WORDS[found[1]].format(f"{int(found[2]):,}")
