"""Inputs that became others (domain.md D7), and decisions that did (D3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import sqrt

import numpy as np

from tocsin.detectors.base import DAY, Finding, Log
from tocsin.detectors.distributions_ranked import Comparison, Feature, Sizes, ranked
from tocsin.detectors.log_start import began, groups_of
from tocsin.detectors.table import Decisions, Table, Words
from tocsin.model.alert import AlertSeverity, Compared
from tocsin.model.decision import Roles
from tocsin.model.instant import from_us
from tocsin.model.signal import Layer

_INPUTS = ("", "segment", "group")
_OUTPUTS = ("decision", "score")
_GRAVE = 0.25  # PSI by custom a shift (Siddiqi 2006)
_MOST_TOLD = 12
_FEW = 20  # more different numbers than that are no decision but a score


@dataclass(frozen=True, slots=True)
class OutputSizes(Sizes):
    """As of inputs; of decisions a smaller change matters."""

    shift: float = field(
        default=0.05,
        metadata={"unit": "share", "says": "KS of scores, change of a decision's share", "least": 0.0},
    )


class InputsDetector:
    """Compares each input with its baseline: PSI, KS or chi-square, missing values, new words, schema.

    The chance of a false alarm in one look is held over all inputs together (Benjamini and Hochberg 1995,
    which bounds it where nothing changed); a change must have a size, too (distributions_ranked.ranked).
    Measured on logs without change, looked at daily: 0.3 to 0.85 of the false alarms it may raise when no
    size is asked for, since looks of one week share their rows; next to none with the usual sizes.
    """

    name = "inputs"
    title = "Inputs that became others"
    release = "1"

    def __init__(self, parameters: Sizes | None = None) -> None:
        self.parameters = parameters or Sizes()

    @property
    def needs(self) -> Log:
        """Any decision log: four weeks, and the newest of them by day."""
        return Log((), 7 * DAY, 28 * DAY, DAY, 200)

    def find(self, decisions: Decisions) -> list[Finding]:
        """Return the inputs that changed, the most changed first."""
        roles = decisions.roles
        meant = {name: role for role, told in roles.columns.items() for name in told}
        names = [name for name in decisions.table.columns if meant.get(name, "") in _INPUTS]
        found = _ranked(decisions, decisions.table, roles, names, self.parameters)
        return [
            _finding(one, decisions, found, self.parameters, Layer.PIPELINE)
            for one in found.changed[:_MOST_TOLD]
        ]


class OutputsDetector:
    """Compares decisions and scores with their baseline, as inputs are."""

    name = "outputs"
    title = "Decisions that became others"
    release = "1"

    def __init__(self, parameters: OutputSizes | None = None) -> None:
        self.parameters = parameters or OutputSizes()

    @property
    def needs(self) -> Log:
        """A column of decisions, or of scores, is needed; without either nothing is found."""
        return Log((), 7 * DAY, 28 * DAY, DAY, 200)

    def find(self, decisions: Decisions) -> list[Finding]:
        """Return the decision rate and the scores, where they changed."""
        names = [name for role in _OUTPUTS if (name := decisions.roles.one(role))]
        table = as_words(decisions.table, names)
        found = _ranked(decisions, table, decisions.roles, names, self.parameters)
        return [_finding(one, decisions, found, self.parameters, Layer.BEHAVIOUR) for one in found.changed]


def as_words(table: Table, names: Sequence[str]) -> Table:
    """Return a table in which these columns are words where they hold few different numbers."""
    columns = dict(table.columns)
    for name in names:
        column = columns[name]
        if isinstance(column, Words):
            continue
        values = np.unique(column[~np.isnan(column)])
        if len(values) <= _FEW:
            labels = [f"{value:.15g}" for value in values]
            order = sorted(range(len(labels)), key=labels.__getitem__)
            place = np.empty(len(labels) + 1, np.int32)
            place[order], place[-1] = np.arange(len(labels)), -1
            codes = np.where(np.isnan(column), -1, np.searchsorted(values, column))
            columns[name] = Words(place[codes], tuple(labels[i] for i in order))
    return replace(table, columns=columns)


def _ranked(
    decisions: Decisions, table: Table, roles: Roles, names: Sequence[str], sizes: Sizes
) -> Comparison:
    return ranked(
        table, roles, decisions.baseline, decisions.window, fdr=decisions.chance, columns=names, sizes=sizes
    )


def _finding(one: Feature, decisions: Decisions, found: Comparison, sizes: Sizes, layer: Layer) -> Finding:
    table = decisions.table.between((decisions.baseline[0], decisions.window[1]))
    after = table.times_us >= decisions.window[0]
    before = table.times_us < decisions.baseline[1]
    start = began(table.times_us, groups_of(table.columns[one.name], before, after), decisions.window)
    lost = one.schema == "gone" or one.schema == "kind"
    psi, noise = (0.0 if np.isnan(part) else part for part in (one.psi, one.noise))  # of what is gone, none
    grave = AlertSeverity.HIGH if lost or psi - noise >= _GRAVE else AlertSeverity.MEDIUM
    spans = (("baseline", decisions.baseline, found.rows[0]), ("window", decisions.window, found.rows[1]))
    return Finding(
        severity=grave,
        message=f"{one.name} is distributed otherwise: {'; '.join(one.why)}.",
        value=psi,
        threshold=sizes.psi + noise,
        time_us=int(table.times_us[-1]),
        start_us=start.at_us,
        earliest_us=start.earliest_us,
        latest_us=start.latest_us,
        ended_us=None,
        urgent=lost,
        # The shift, in spreads, of a normal distribution with this PSI.
        effect=sqrt(max(psi, 0.0)),
        p_value=one.p,
        baseline=f"{found.rows[0]:,} decisions",
        windows=tuple(Compared(name, from_us(s[0]), from_us(s[1]), rows) for name, s, rows in spans),
        about=f"{one.name} distribution",
        labels={"layer": layer.value},
    )
