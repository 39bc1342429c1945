"""What must hold of questions, and of the answers that regimes, stages and fields need."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping

from tocsin.model.regime import Answers, Needs, Question
from tocsin.policy.check import twice, unknown
from tocsin.policy.regimes_tables import ID

Found = Iterator[tuple[str, str]]
_NUMBER = re.compile(r"(?:<|<=|>|>=)[0-9]{1,12}")
_YES_NO = ("yes", "no")
_CHOOSING = (Answers.ONE, Answers.MANY)


def questions(question: Question) -> Found:
    """Yield what is wrong with a question."""
    key = f"questions.{question.id}"
    if not ID.fullmatch(question.id):
        yield f"{key}.id", f"{question.id!r:.60} is not made of letters, digits, - _ . and :"
    if question.answers in _CHOOSING and len(question.choices) < 2:
        yield f"{key}.choices", "there are fewer than two to choose from"
    if question.answers not in _CHOOSING and question.choices:
        yield f"{key}.choices", f"a question answered by {question.answers.value} has none"
    yield from twice(f"{key}.choices", (one.id for one in question.choices))
    for choice in question.choices:
        if not ID.fullmatch(choice.id):
            yield f"{key}.choices", f"{choice.id!r:.60} is not made of letters, digits, - _ . and :"


def needs(key: str, asked: Needs, by_id: Mapping[str, Question]) -> Found:
    """Yield what is wrong with the answers needed: unknown questions, answers that nobody can give."""
    for id_, answers in asked.items():
        question = by_id.get(id_)
        if question is None:
            yield f"{key}.{id_}", f"there is no such question{near(id_, by_id)}"
            continue
        if not answers:
            yield f"{key}.{id_}", "names no answer"
        yield from twice(f"{key}.{id_}", answers)
        match question.answers:
            case Answers.YES_NO:
                yield from unknown(f"{key}.{id_}", answers, _YES_NO)
            case Answers.ONE | Answers.MANY:
                yield from unknown(f"{key}.{id_}", answers, [one.id for one in question.choices])
            case Answers.NUMBER:
                bad = (one for one in answers if not _NUMBER.fullmatch(one))
                yield from (
                    (f"{key}.{id_}", f"{one!r:.40} is none of <500, <=500, >500, >=500") for one in bad
                )
            case Answers.TEXT:
                yield f"{key}.{id_}", "a text decides nothing"


def never(key: str, whole: Needs, part: Needs, by_id: Mapping[str, Question]) -> Found:
    """Yield where a stage needs another answer than its regime, to a question that has one only."""
    for id_, answers in part.items():
        question = by_id.get(id_)
        one = question is not None and question.answers in (Answers.ONE, Answers.YES_NO)
        if one and id_ in whole and not set(answers) & set(whole[id_]):
            yield f"{key}.{id_}", f"never applies: the regime needs {' or '.join(whole[id_])}"


def near(word: str, known: Iterable[str]) -> str:
    """Return a hint at what was probably meant; empty where nothing is alike."""
    found = difflib.get_close_matches(word[:100], list(known), n=1)
    return f"; perhaps {found[0]}" if found else ""
