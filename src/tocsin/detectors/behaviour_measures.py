"""What an answer is measured by: whether it is right, its score, whether it declines, how long it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.answers import choice, plain, refuses
from tocsin.detectors.base import Values
from tocsin.detectors.oversight_measures import coded, truth
from tocsin.detectors.table import Table, Words
from tocsin.model.decision import Roles

RIGHT, SCORE, REFUSED = "share right", "score", "share declined"
TOKENS, LENGTH = "tokens", "length"
SAME, ALIKE = "same answer", "similarity"
_MOST_CHOICES = 12
_LONGEST_CHOICE = 40


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One value a row, NaN where unknown; `better` is 1 where more is better, 0 where nobody can say."""

    name: str
    values: Values
    better: int
    share: bool


def measured(table: Table, roles: Roles) -> list[Measured]:
    """Return what the columns tell of each answer.

    Whether it is right: the column `correct`, else by the column `reference` (`graded`). Whether it declines:
    a column, else by its words. Its length in tokens where there is a column of them, else in characters.
    """
    found: list[Measured] = []
    answers = _words(table, roles, "answer")
    right = _truth(table, roles, "correct")
    if right is None and answers is not None and roles.one("reference") in table.columns:
        right = graded(answers, *coded(table.columns[roles.one("reference")]))
    if right is not None:
        found.append(Measured(RIGHT, right, 1, share=True))
    if (score := _numbers(table, roles, "score")) is not None:
        found.append(Measured(SCORE, score, 1, share=False))
    declined = _truth(table, roles, "refused")
    if declined is None and (answered := _truth(table, roles, "answered")) is not None:
        declined = 1 - answered
    if declined is None and answers is not None:
        declined = _by_label(answers, [float(refuses(text)) for text in answers.labels], missing=1.0)
    if declined is not None:
        found.append(Measured(REFUSED, declined, 0, share=True))
    if (tokens := _numbers(table, roles, "tokens")) is not None:
        found.append(Measured(TOKENS, tokens, 0, share=False))
    elif answers is not None:
        lengths = _by_label(answers, [float(len(text)) for text in answers.labels], missing=0.0)
        found.append(Measured(LENGTH, lengths, 0, share=False))
    return found


def graded(answers: Words, references: tuple[str, ...], codes: NDArray[np.int64]) -> Values:
    """Return whether each answer is its reference: 1, 0, or NaN without one.

    Where all references are few and short (yes and no, A to D), the choice an answer makes is compared
    (answers.choice), else the whole answer but for case, blanks and a full stop.
    """
    wanted = [plain(one) for one in references]
    few = len(set(wanted)) <= _MOST_CHOICES and all(len(one) <= _LONGEST_CHOICE for one in wanted)
    choices = set(wanted)
    said = [choice(text, choices) if few else plain(text) for text in answers.labels]
    places = {text: at for at, text in enumerate(dict.fromkeys([*wanted, *said, ""]))}
    of_said = np.array([*(places[text] for text in said), places[""]])
    of_wanted = np.array([*(places[text] for text in wanted), -1])
    right = of_said[answers.codes] == of_wanted[codes]
    return np.where(codes < 0, np.nan, right)


def _words(table: Table, roles: Roles, role: str) -> Words | None:
    column = table.columns.get(roles.one(role))
    return column if isinstance(column, Words) else None


def _numbers(table: Table, roles: Roles, role: str) -> Values | None:
    column = table.columns.get(roles.one(role))
    return None if column is None or isinstance(column, Words) else column


def _truth(table: Table, roles: Roles, role: str) -> Values | None:
    column = table.columns.get(roles.one(role))
    return None if column is None else truth(column)


def _by_label(column: Words, values: list[float], *, missing: float) -> Values:
    return np.asarray(np.array([*values, missing])[column.codes])
