"""Which duties apply: a function of the law, of answers given, of what people ruled, and of a day.

Nothing follows from an incident alone: without an answer no duty applies. Every verdict has its reason in
words; an undecided one names the question that decides it next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from tocsin.model import answers as answering
from tocsin.model.answers import CONFIRM, YES, Answer, question_of, said
from tocsin.model.calendar import Unit
from tocsin.model.counting import said_day
from tocsin.model.facts import title
from tocsin.model.regime import COUNTING_KINDS, Answers, Kind, Question, Regime, Rules, Scope, Stage

__all__ = [
    "Answer",
    "Duty",
    "Ruling",
    "Verdict",
    "hinges",
    "open_questions",
    "question_of",
    "said",
    "standing",
]

_NEVER = {
    Kind.SUPERSEDED: "was replaced and is no law any more",
    Kind.WATCH: "is watched only: it asks for nothing yet",
}
_HOURS = {
    Unit.MINUTES: 1 / 60,
    Unit.HOURS: 1,
    Unit.BUSINESS_HOURS: 3,
    Unit.DAYS: 24,
    Unit.BUSINESS_DAYS: 24,
    Unit.WEEKS: 168,
    Unit.MONTHS: 730,
}
_MUTE = frozenset({"yes", "no", "none", "neither"})  # answers that say nothing without their question
_LAST = 1e9  # where the law gives no number
_MOST_BOOKS, _MOST_TOLD = 8, 256

# Questions with the answers that satisfy each; a question may come twice, and then has to satisfy both.
Needed = tuple[tuple[str, tuple[str, ...]], ...]


class Verdict(StrEnum):
    """Whether a duty applies."""

    APPLIES = "applies"
    DOES_NOT = "does not apply"
    UNDECIDED = "undecided"


_Told = tuple[Verdict, str, str]  # with the reason, and the question that decides


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person ruled on a duty, and why: it goes before what the answers say."""

    duty: str
    applies: bool
    reason: str
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """One stage of a regime, and whether it applies; `id` is REGIME/STAGE.

    `because` is the reason in words, `question` the id of the one that decides next while it is undecided.
    `optional` is what the law permits and does not ask for. `ruled` is what a person decided against, or
    without, the answers.
    """

    id: str
    regime: Regime
    stage: Stage
    verdict: Verdict
    because: str
    question: str = ""
    optional: bool = False
    ruled: bool = False

    @property
    def applies(self) -> bool:
        """Whether it applies."""
        return self.verdict is Verdict.APPLIES

    @property
    def counts(self) -> bool:
        """Whether its kind counts down once it applies; of the others one that a person ruled on does."""
        return self.regime.kind in COUNTING_KINDS or self.regime.kind is Kind.FUTURE or self.ruled


def standing(
    rules: Rules,
    answers: Mapping[str, Answer],
    rulings: Mapping[str, Ruling],
    on: date,
    known: Mapping[str, date] | None = None,
) -> tuple[Duty, ...]:
    """Return every duty of the rules with its verdict, in their order.

    `on` is the day as of which is asked, `known` the days of the facts on record: a stage whose anchor is
    known is judged by the law of that day. Answers that are none by these rules do not count.
    """
    book = _book(rules)
    days = {fact: known[fact] for fact in book.dated if fact in known} if known else {}
    given = frozenset((one.question, one.values) for one in answers.values())
    key = given, tuple(rulings.values()), on, tuple(days.items())
    found = book.told.get(key)
    if found is None:
        if len(book.told) >= _MOST_TOLD:
            book.told.clear()
        found = book.told[key] = book.standing(answering.standing(rules, answers), rulings, on, days)
    return found


def needs_of(regime: Regime, stage: Stage) -> Needed:
    """Return all that has to hold: the regime's needs, the stage's, and that somebody confirmed it."""
    needs = (*regime.needs.items(), *stage.needs.items())
    confirm = f"{CONFIRM}{regime.id}"
    asks = regime.enabled == "confirm" or regime.kind is Kind.FUTURE or not needs
    return (*needs, (confirm, (YES,))) if asks and confirm not in dict(needs) else needs


def hinges(rules: Rules, duties: Sequence[Duty], answers: Mapping[str, Answer]) -> dict[str, tuple[str, ...]]:
    """Return by question that is still open the undecided duties it has a part in."""
    values = answering.standing(rules, answers)
    found: dict[str, list[str]] = {}
    for duty in duties:
        if duty.verdict is Verdict.UNDECIDED:
            for id_ in dict(needs_of(duty.regime, duty.stage)):
                if id_ not in values:
                    found.setdefault(id_, []).append(duty.id)
    return {id_: tuple(ids) for id_, ids in found.items()}


def open_questions(
    rules: Rules, duties: Sequence[Duty], answers: Mapping[str, Answer]
) -> tuple[Question, ...]:
    """Return the questions that still decide a duty: of most duties first, then of the nearest limit."""
    by_id = {duty.id: duty for duty in duties}
    asked = {question.id: number for number, question in enumerate(rules.questions)}

    def order(item: tuple[str, tuple[str, ...]]) -> tuple[int, float, int, str]:
        id_, ids = item
        nearest = min(_hours(by_id[one].stage) for one in ids)
        return -len(ids), nearest, asked.get(id_, len(asked)), id_

    found = sorted(hinges(rules, duties, answers).items(), key=order)
    return tuple(question_of(rules, id_) or Question(id_, id_, Scope.INCIDENT) for id_, _ in found)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A stage with what does not depend on answers: what it needs, and why it never applies."""

    id: str
    regime: Regime
    stage: Stage
    needs: Needed
    shut: str


@dataclass(frozen=True, slots=True)
class _Book:
    """Rules made ready to be asked, and what they answered: the wall asks for a hundred incidents alike."""

    rules: Rules
    stages: tuple[_Prepared, ...]
    dated: tuple[str, ...]
    told: dict[object, tuple[Duty, ...]] = field(default_factory=dict)

    def standing(
        self,
        values: Mapping[str, tuple[str, ...]],
        rulings: Mapping[str, Ruling],
        on: date,
        known: Mapping[str, date],
    ) -> tuple[Duty, ...]:
        """Return every duty; stages that need the same are judged once."""
        judged: dict[Needed, _Told] = {}
        found = []
        for one in self.stages:
            ruling = rulings.get(one.id)
            if ruling is not None:
                verdict = Verdict.APPLIES if ruling.applies else Verdict.DOES_NOT
                told = verdict, f"Ruled by {ruling.by}: {ruling.reason}", ""
            elif reason := one.shut or _out_of_time(one.regime, one.stage, on, known):
                told = Verdict.DOES_NOT, reason, ""
            else:
                if one.needs not in judged:
                    judged[one.needs] = _judged(self.rules, one.needs, values)
                told = judged[one.needs]
            found.append(Duty(one.id, one.regime, one.stage, *told, one.stage.optional, ruling is not None))
        return tuple(found)


# Rules change rarely and are asked for every incident; they cannot be hashed, so they are known by identity.
_BOOKS: dict[int, _Book] = {}


def _book(rules: Rules) -> _Book:
    known = _BOOKS.get(id(rules))
    if known is not None and known.rules is rules:
        return known
    stages = tuple(
        _Prepared(f"{regime.id}/{stage.id}", regime, stage, needs_of(regime, stage), _never(regime))
        for regime in rules.regimes
        for stage in regime.stages
    )
    if len(_BOOKS) >= _MOST_BOOKS:
        _BOOKS.clear()
    book = _BOOKS[id(rules)] = _Book(rules, stages, _dated(stages))
    return book


def _dated(stages: Sequence[_Prepared]) -> tuple[str, ...]:
    """The facts whose day decides: the anchors of regimes that begin or end."""
    dated = [one for one in stages if one.regime.applies_from or one.regime.applies_until]
    both = ((one.stage.anchor, f"{one.stage.anchor}@{one.regime.id}") for one in dated)
    return tuple(dict.fromkeys(fact for each in both for fact in each))


def _never(regime: Regime) -> str:
    """Why a regime applies to nothing, empty where it may."""
    if regime.kind in _NEVER:
        status = f" ({regime.status})" if regime.status else ""
        return f"{regime.title} {_NEVER[regime.kind]}{status}."
    if regime.enabled == "no" and regime.kind in COUNTING_KINDS:
        return f"{regime.title} is switched off in the rules{_colon(regime.confirm or regime.status)}."
    if regime.kind is Kind.FUTURE and regime.applies_from is None:
        return f"{regime.title} is not in force{_colon(regime.status)}."
    return ""


def _out_of_time(regime: Regime, stage: Stage, on: date, known: Mapping[str, date]) -> str:
    """Why a regime does not apply on the day of a stage's anchor; while that is unknown on the day asked."""
    if regime.applies_from is None and regime.applies_until is None:
        return ""
    found = known.get(f"{stage.anchor}@{regime.id}") or known.get(stage.anchor)
    day = found or on
    what = f"; {title(stage.anchor)} was on {said_day(day)}" if found else ""
    if regime.applies_from is not None and day < regime.applies_from:
        return f"{regime.title} does not apply before {said_day(regime.applies_from)}{what}."
    if regime.applies_until is not None and day > regime.applies_until:
        return f"{regime.title} applied until {said_day(regime.applies_until)}{what}."
    return ""


def _judged(rules: Rules, needs: Needed, values: Mapping[str, tuple[str, ...]]) -> _Told:
    missing = ""
    for id_, wanted in needs:
        given = values.get(id_)
        if given is None:
            missing = missing or id_
        elif not answering.satisfies(given, wanted):
            return Verdict.DOES_NOT, _answered(rules, id_, given, wanted), ""
    if missing:
        question = question_of(rules, missing)
        return Verdict.UNDECIDED, f"Undecided: {question.text if question else missing}", missing
    told = [_in_short(rules, id_, answering.matching(values[id_], wanted)) for id_, wanted in needs]
    return Verdict.APPLIES, answering.sentence(" · ".join(dict.fromkeys(told))), ""


def _in_short(rules: Rules, id_: str, given: Sequence[str]) -> str:
    """An answer that made a duty apply, as short as it can be told: a choice speaks for itself."""
    question = question_of(rules, id_)
    assert question is not None
    if id_.startswith(CONFIRM):
        return "confirmed to apply"
    words = said(question, given)
    speaks = question.choices and words.casefold() not in _MUTE
    return words if speaks else f"{id_.replace('_', ' ')}: {words}"


def _answered(rules: Rules, id_: str, given: Sequence[str], wanted: Sequence[str]) -> str:
    """Question and answer in a sentence, with what it would take where that does not go without saying."""
    question = question_of(rules, id_)
    assert question is not None  # what is no question of these rules has no answer by them
    plain = question.answers is Answers.YES_NO
    end = "" if plain else f"; it would take {answering.wanted(question, wanted)}"
    return f"{question.text} {answering.sentence(said(question, given))}{end}."


def _hours(stage: Stage) -> float:
    return _LAST if stage.offset is None else stage.offset.amount * _HOURS[stage.offset.unit]


def _colon(reason: str) -> str:
    return f": {reason.rstrip('.')}" if reason else ""
