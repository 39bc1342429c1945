"""The questions that decide which duties apply, in the order they are asked, with what hangs on each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tocsin.model.answers import NO, NONE, YES, Answer, question_of, said
from tocsin.model.calendar import Offset, Unit
from tocsin.model.duties import Duty, Verdict
from tocsin.model.regime import Answers, Question, Rules, Scope

KEYS = "123456789abcdefghijkmnopqrstuvwxyz"  # of the choices, in their order; L logs a line everywhere
NONE_KEY = "0"
_ORDER = (Scope.ORGANISATION, Scope.SYSTEM, Scope.INCIDENT)
_MINUTES = {
    Unit.MINUTES: 1, Unit.HOURS: 60, Unit.BUSINESS_HOURS: 60, Unit.DAYS: 1440, Unit.BUSINESS_DAYS: 1440,
    Unit.WEEKS: 7 * 1440, Unit.MONTHS: 30 * 1440,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: the key that gives it (empty where keys ran out), its id and its words."""

    key: str
    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer, if there is one, and the undecided duties that hang on it.

    `nearest` is the shortest time any of them gives; `heads` whether it is the first of its scope.
    """

    question: Question
    answer: Answer | None
    decides: tuple[str, ...] = ()
    nearest: str = ""
    heads: bool = False

    @property
    def options(self) -> tuple[Option, ...]:
        """The answers to choose from, none where a number or words are typed."""
        kind = self.question.answers
        if kind is Answers.YES_NO:
            return Option("y", YES, "Yes"), Option("n", NO, "No")
        choices = [one for one in self.question.choices if one.id != NONE]
        keys = (*KEYS, *[""] * len(choices))
        found = [Option(key, one.id, one.title) for key, one in zip(keys, choices, strict=False)]
        if kind is Answers.MANY:
            title = next((one.title for one in self.question.choices if one.id == NONE), "None of these")
            found.append(Option(NONE_KEY, NONE, title))
        return tuple(found)

    @property
    def typed(self) -> bool:
        """Whether the answer is typed."""
        return self.question.answers in (Answers.NUMBER, Answers.TEXT)

    @property
    def hangs(self) -> str:
        """What it decides: "decides 4 duties, nearest 24 h"."""
        if not self.decides:
            return "goes into the notices" if self.question.answers is Answers.TEXT else "decides nothing now"
        count = "1 duty" if len(self.decides) == 1 else f"{len(self.decides)} duties"
        return f"decides {count}, nearest {self.nearest}" if self.nearest else f"decides {count}"

    @property
    def said(self) -> str:
        """The answer in words, empty where there is none."""
        if self.answer is None:
            return ""
        if self.question.answers is Answers.MANY and self.answer.values == (NONE,):
            return "none of them"
        return said(self.question, self.answer.values)


def toggled(chosen: Sequence[str], id: str) -> list[str]:
    """Return what is chosen of several after one more key: "none" and the others exclude each other."""
    if id in chosen:
        return [one for one in chosen if one != id]
    return [NONE] if id == NONE else [*(one for one in chosen if one != NONE), id]


def to_ask(rules: Rules, open_: Iterable[Question], answers: Mapping[str, Answer]) -> dict[str, Question]:
    """Return by id what is asked: what decides a duty, what was answered, what only goes into notices."""
    found = {one.id: one for one in open_}
    for id in answers:
        if (one := question_of(rules, id)) is not None:
            found.setdefault(id, one)
    found |= {one.id: one for one in rules.questions if one.answers is Answers.TEXT and one.id not in found}
    return found


def asked(
    questions: Sequence[Question],
    duties: Iterable[Duty],
    deciding: Mapping[str, Sequence[str]],
    answers: Mapping[str, Answer],
) -> tuple[Asked, ...]:
    """Return the questions by scope, in the order given within one, with what hangs on each."""
    known, found = {one.id: one for one in duties}, []
    for scope in _ORDER:
        for place, one in enumerate(one for one in questions if one.scope is scope):
            hang = tuple(deciding.get(one.id, ()))
            nearest = _nearest(known[id] for id in hang if id in known)
            found.append(Asked(one, answers.get(one.id), hang, nearest, place == 0))
    return tuple(found)


def counts(duties: Iterable[Duty]) -> str:
    """Return how many duties apply, do not, and are undecided."""
    verdicts = [one.verdict for one in duties]
    number = {verdict: verdicts.count(verdict) for verdict in Verdict}
    return (
        f"{number[Verdict.APPLIES]} apply · {number[Verdict.DOES_NOT]} do not · "
        f"{number[Verdict.UNDECIDED]} undecided"
    )


def _nearest(duties: Iterable[Duty]) -> str:
    offsets = [one.stage.offset for one in duties if one.stage.offset is not None]
    return min(offsets, key=_minutes).words if offsets else ""


def _minutes(offset: Offset) -> int:
    return offset.amount * _MINUTES[offset.unit]
