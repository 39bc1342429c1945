"""Comparing: every input of two windows of decisions, the most changed first (domain.md C8, D7)."""

from tocsin.detectors.base import Span
from tocsin.detectors.distributions_ranked import Comparison, Feature, ranked
from tocsin.detectors.table import Table
from tocsin.errors import BadInput
from tocsin.model.decision import Roles

__all__ = ["Comparison", "Feature", "compare"]


def compare(table: Table, roles: Roles, baseline: Span, window: Span, *, fdr: float = 0.05) -> Comparison:
    """Return how each column differs in the window from the baseline; what changed is as `ranked` says.

    Spans hold their first instant and not their last. Raises BadInput where one has no decision.
    """
    for name, span in (("baseline", baseline), ("window", window)):
        if not len(table.between(span)):
            hint = "Times run from the first to before the last; `tocsin decisions list` tells what there is."
            raise BadInput(f"the {name} has no decision.", hint=hint)
    if not 0 < fdr < 1:
        raise BadInput("the false-discovery rate lies between 0 and 1.", where=str(fdr))
    return ranked(table, roles, baseline, window, fdr=fdr)
