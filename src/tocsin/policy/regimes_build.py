"""Makes regimes and questions of the tables of a file; a span nobody can read is told with its key."""

from collections.abc import Callable
from typing import Any

from tocsin.model.calendar import DAY_MINUTES, Calendar, Offset
from tocsin.model.regime import Answers, Choice, Field, Needs, Question, Regime, Scope, Stage
from tocsin.policy.check import Problem
from tocsin.policy.regimes_tables import (
    CalendarsTable,
    FieldTable,
    FileTable,
    NeedsTable,
    QuestionTable,
    RegimeTable,
    StageTable,
    listed,
    offset,
    words,
)

CONFIRM = "confirm:"  # with the id of a regime: the question that a regime to be confirmed asks of its own
_ENABLED = {"true": "yes", "false": "no"}
_WEEK = frozenset(range(1, 6))
Tell = Callable[[str, str], None]


def regimes_of(table: FileTable, file: str, problems: list[Problem]) -> tuple[Regime, ...]:
    """Return the regimes of a file's table; what cannot be read is added to the problems."""

    def tell(key: str, reason: str) -> None:
        problems.append(Problem(file, key, reason))

    return tuple(_regime(one, tell) for one in table.regimes)


def questions_of(table: FileTable) -> tuple[Question, ...]:
    """Return the questions of a file's table."""
    return tuple(_question(one) for one in table.questions)


def calendars_of(table: CalendarsTable) -> dict[str, Calendar]:
    """Return the calendars by name, Monday to Friday, all day long, public holidays not written out yet."""
    return {
        name: Calendar(
            _WEEK,
            0,
            DAY_MINUTES,
            frozenset(one.closed),
            one.zone,
            country=one.country,
            subdivision=one.subdivision,
        )
        for name, one in table.calendars.items()
    }


def confirming(regime: Regime) -> Question:
    """Return the question that a regime asks which has to be confirmed."""
    return Question(
        f"{CONFIRM}{regime.id}",
        f"Does this apply to you: {regime.title}?",
        Scope.SYSTEM,
        Answers.YES_NO,
        help=regime.confirm,
        citation=regime.citation,
    )


def _regime(table: RegimeTable, tell: Tell) -> Regime:
    of = listed(table)
    enabled = words(of.pop("enabled"))
    return Regime(
        **of
        | {
            "enabled": _ENABLED.get(enabled, enabled),
            "needs": _needs(table.needs),
            "groups": _needs(table.groups),
            "sources": tuple(table.sources),
            "portal": tuple(table.portal),
            "stages": tuple(_stage(one, table.id, tell) for one in table.stages),
            "fields": tuple(_field(one) for one in table.fields),
        }
    )


def _stage(table: StageTable, regime: str, tell: Tell) -> Stage:
    def span(name: str) -> Offset | None:
        text = getattr(table, name)
        try:
            return offset(text) if text else None
        except ValueError as error:
            tell(f"{regime}.stages.{table.id}.{name}", str(error))
            return None

    of = listed(table) | {name: span(name) for name in ("offset", "not_after", "house")}
    return Stage(**of | {"needs": _needs(table.needs), "settled_by": tuple(table.settled_by)})


def _field(table: FieldTable) -> Field:
    changed: dict[str, Any] = {
        "stages": tuple(table.stages),
        "required": words(table.required),
        "needs": _needs(table.needs),
    }
    return Field(**listed(table) | changed)


def _question(table: QuestionTable) -> Question:
    choices = tuple(Choice(one.id, one.title) for one in table.choices)
    return Question(**listed(table) | {"choices": choices})


def _needs(table: NeedsTable) -> Needs:
    return {question: tuple(answers) for question, answers in table.items()}
