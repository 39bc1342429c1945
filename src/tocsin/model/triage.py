"""Triage: a few questions whose answers lead to a level, with the reason in words (domain.md T1, T2).

Rules stand gravest first and the first that fits holds. A question nobody can answer yet counts as if it had
the answer that fits: while unsure, the graver of what could be is the level.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

UNKNOWN = "unknown"
UNKNOWN_KEY = "u"
_MOST_TIPPING = 3  # answers that together made the level; more are no explanation any more

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to choose. `key` is the key that gives it."""

    id: str
    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a pack, its answers gravest first. "unknown" may always be answered."""

    id: str
    text: str
    answers: tuple[Answer, ...]
    help: str = ""

    def answer(self, id_: str) -> Answer | None:
        """Return an answer by its id."""
        return next((one for one in self.answers if one.id == id_), None)


@dataclass(frozen=True, slots=True)
class Rule:
    """Answers that lead to a level: question id to the answers that fit, all of which have to.

    `because` is the reason as people read it.
    """

    level: str
    because: str
    when: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Triage:
    """The questions in the order they are asked, and the rules: the first that fits holds, gravest first.

    `otherwise` is the level where none fits; a pack without questions has none to suggest.
    """

    questions: tuple[Question, ...] = ()
    rules: tuple[Rule, ...] = ()
    otherwise: str = ""

    def question(self, id_: str) -> Question | None:
        """Return a question by its id."""
        return next((one for one in self.questions if one.id == id_), None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The level that answers lead to, and why.

    `tipped` are the questions that tipped it: the fewest whose answers, had they been others, would have
    made it milder; empty for the mildest, and where more than three would have to be others. `unknown` are
    those it rests on that nobody has answered yet.
    `settled` tells that no answer still missing can change it.
    """

    level: str
    because: str
    tipped: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    settled: bool = True


def verdict(triage: Triage, answers: Answers) -> Verdict | None:
    """Return what the answers (question id to answer id) lead to; None where a pack has no rules."""
    if not triage.otherwise:
        return None
    known = {id_: answer for id_, answer in answers.items() if answer != UNKNOWN}
    rule = _first(triage, known)
    milder = _sure(triage, known)
    if rule is None:
        return Verdict(triage.otherwise, "None of the answers speaks for more.")
    unknown = tuple(q.id for q in triage.questions if q.id in rule.when and q.id not in known)
    because = rule.because if not unknown else f"It cannot be ruled out yet: {_lower(rule.because)}"
    return Verdict(rule.level, because, _tipped(triage, known, rule.level), unknown, milder == rule.level)


def explained(triage: Triage, found: Verdict, answers: Answers) -> str:
    """Return why it is this level, in a sentence or two: the reason, and which answers tipped it."""
    told = [f"{question.text} {_said(question, answers)}" for question in triage.questions
            if question.id in (found.tipped or found.unknown)]  # fmt: skip
    reason = found.because.rstrip(".")
    return f"{reason}. Tipped by: {'; '.join(told)}." if told else f"{reason}."


def checked(triage: Triage, answers: Answers) -> str:
    """Return what is wrong with answers, in words; empty when nothing is."""
    for id_, answer in answers.items():
        question = triage.question(id_)
        if question is None:
            return f"there is no question {id_!r:.60}; there are {', '.join(q.id for q in triage.questions)}"
        if answer != UNKNOWN and question.answer(answer) is None:
            known = ", ".join([*(one.id for one in question.answers), UNKNOWN])
            return f"{answer!r:.60} is no answer to {id_}; there are {known}"
    return ""


def problems(triage: Triage, levels: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a pack's triage as (key, reason). `levels` are their ids, gravest first."""
    if not (triage.questions or triage.rules or triage.otherwise):
        return
    if triage.otherwise not in levels:
        yield "otherwise", f"there is no level {triage.otherwise!r}"
    for id_, times in Counter(question.id for question in triage.questions).items():
        if times > 1:
            yield "questions", f"{id_!r} is there {times} times"
    for i, question in enumerate(triage.questions):
        yield from ((f"questions[{i}].answers", reason) for reason in _odd_answers(question))
    rank = 0
    for i, rule in enumerate(triage.rules):
        if rule.level not in levels:
            yield f"rules[{i}].level", f"there is no level {rule.level!r}"
            continue
        if levels.index(rule.level) < rank:
            yield f"rules[{i}].level", f"{rule.level} stands after a milder one; the gravest come first"
        rank = max(rank, levels.index(rule.level))
        yield from ((f"rules[{i}].when.{key}", reason) for key, reason in _odd_conditions(triage, rule))


def _odd_answers(question: Question) -> Iterator[str]:
    ids = Counter(answer.id for answer in question.answers)
    keys = Counter(answer.key.lower() for answer in question.answers if answer.key)
    yield from (f"{id_!r} is there {times} times" for id_, times in ids.items() if times > 1)
    yield from (f"two answers have the key {key!r}" for key, times in keys.items() if times > 1)
    yield from (f"{word!r} stands for not knowing" for word in (UNKNOWN,) if word in ids)
    yield from (f"the key {key!r} stands for not knowing" for key in (UNKNOWN_KEY,) if key in keys)
    yield from (f"the key {key!r} is no letter or digit" for key in keys if not key.isalnum())


def _odd_conditions(triage: Triage, rule: Rule) -> Iterator[tuple[str, str]]:
    for id_, fits in rule.when.items():
        question = triage.question(id_)
        if question is None:
            yield id_, f"there is no question {id_!r}"
        else:
            wrong = (answer for answer in fits if question.answer(answer) is None)
            yield from ((id_, f"{answer!r} is none of its answers") for answer in wrong)


def _first(triage: Triage, known: Answers) -> Rule | None:
    """The first rule that fits or could: a question not answered fits every rule."""
    return next((rule for rule in triage.rules if _fits(rule, known, unsure=True)), None)


def _sure(triage: Triage, known: Answers) -> str:
    """The level that is left when every question not answered turns out as mild as it can."""
    return next((r.level for r in triage.rules if _fits(r, known, unsure=False)), triage.otherwise)


def _fits(rule: Rule, known: Answers, *, unsure: bool) -> bool:
    return all(known[id_] in fits if id_ in known else unsure for id_, fits in rule.when.items())


def _tipped(triage: Triage, known: Answers, level: str) -> tuple[str, ...]:
    """The fewest questions whose answers, being others, would make it milder than `level`."""
    graver = _as_grave(triage, level)
    asked = [
        q for q in triage.questions if any(q.id in r.when for r in graver if _fits(r, known, unsure=True))
    ]
    for size in range(1, min(_MOST_TIPPING, len(asked)) + 1):
        for some in combinations(asked, size):
            others = ([a.id for a in q.answers if a.id != known.get(q.id)] for q in some)
            for answered in product(*others):
                changed = {**known, **dict(zip((q.id for q in some), answered, strict=True))}
                if not any(_fits(rule, changed, unsure=True) for rule in graver):
                    return tuple(q.id for q in some)
    return ()


def _as_grave(triage: Triage, level: str) -> list[Rule]:
    """The rules that lead to a level or a graver one: all up to the last of that level."""
    last = max(i for i, rule in enumerate(triage.rules) if rule.level == level)
    return list(triage.rules[: last + 1])


def _said(question: Question, answers: Answers) -> str:
    answer = question.answer(answers.get(question.id, UNKNOWN))
    return answer.text if answer else "not known yet"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
