"""Fairness of the decisions of a log: by each column of groups, rates, impact, gaps and calibration (D12)."""

from dataclasses import dataclass

import numpy as np

from tocsin.detectors.base import Span
from tocsin.detectors.fairness import LEAST, Audit, audit
from tocsin.detectors.fairness_calibration import Calibration, calibration
from tocsin.detectors.fairness_decided import Decided, decided, groups
from tocsin.detectors.segments_measured import truths
from tocsin.detectors.table import Table, Words
from tocsin.errors import BadInput
from tocsin.model.decision import Roles

__all__ = ["FairnessView", "report"]


@dataclass(frozen=True, slots=True)
class FairnessView:
    """Fairness by one column: the audit, calibration (empty without scores or outcomes), and what is meant.

    `favourable` and `positive` say in words which decision counts as what.
    """

    audit: Audit
    calibration: tuple[Calibration, ...]
    favourable: str
    positive: str
    rows: int


def report(
    table: Table,
    roles: Roles,
    *,
    by: str = "",
    reference: str = "",
    span: Span | None = None,
    least: int = LEAST,
) -> list[FairnessView]:
    """Return fairness by each column with the role `group`, or by the one named.

    `reference` is a group that others are compared with. Groups of fewer than `least` rows decide nothing.
    Raises BadInput without decisions, the favourable one, or groups.
    """
    if least < 1:
        raise BadInput("a group needs at least one row.", where=str(least))
    part = table if span is None else table.between(span)
    if not len(part):
        raise BadInput("there are no decisions.", hint="Times run from the first to before the last.")
    what = decided(part, roles)
    if what is None:
        hint = "Name them with --set decision=COLUMN and --favourable VALUE."
        raise BadInput("it is not known which decision a person hopes for.", hint=hint)
    if roles.favourable and not np.nansum(what.favoured):
        hint = "Write it as the log does."
        raise BadInput("no decision has the favourable value.", where=roles.favourable, hint=hint)
    columns = (by,) if by else roles.all("group")
    if not columns:
        raise BadInput("no column tells the group.", hint="Name it with --by COLUMN or --set group=COLUMN.")
    return [_view(part, roles, name, what, reference, least) for name in columns]


def _view(table: Table, roles: Roles, name: str, what: Decided, reference: str, least: int) -> FairnessView:
    if name not in table.columns:
        there = ", ".join(list(table.columns)[:20])
        raise BadInput("the decisions have no such column.", where=name, hint=f"There are {there}.")
    members = groups(table.columns[name])
    if members is None:
        raise BadInput("this column has too many different numbers to be groups.", where=name)
    found = audit(name, members, what.favoured, what.positive, what.outcome, reference=reference, least=least)
    if found is None:
        hint = f"Groups are {', '.join(members.labels[:20])}; each needs {least} rows."
        raise BadInput("there are not two groups to compare, or not that reference.", where=name, hint=hint)
    means = tuple(_calibrated(table, roles, members, what))
    return FairnessView(found, means, what.favourable, what.positively, len(table))


def _calibrated(table: Table, roles: Roles, members: Words, what: Decided) -> list[Calibration]:
    score = table.columns.get(roles.one("score"))
    if what.outcome is None or score is None or isinstance(score, Words) or truths(score) is not None:
        return []
    return calibration(members, score, what.outcome)
