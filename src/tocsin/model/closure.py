"""What has to hold before an incident is closed (domain.md L5): conditions a pack may name, how they stand.

A condition is a function of incident, scheme and clocks that says what is still open, in words; empty means
settled.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tocsin.model import facts
from tocsin.model.clocks import ClockState, State
from tocsin.model.incident import Incident
from tocsin.model.severity import Scheme

REVIEW = "review"  # the clock that runs until the review was held
_SETTLED = frozenset({State.MET, State.WAIVED, State.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of an incident's pack: whether it holds, and what is open while it does not."""

    id: str
    title: str
    settled: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Rule:
    title: str
    open: Callable[[Incident, Scheme, Sequence[ClockState]], str]


def standing(incident: Incident, scheme: Scheme, clocks: Sequence[ClockState]) -> tuple[Condition, ...]:
    """Return how each condition of the pack stands, in its order. `clocks` are those of the same instant."""
    found = ((id_, RULES[id_]) for id_ in scheme.closure if id_ in RULES)
    told = ((id_, rule, rule.open(incident, scheme, clocks)) for id_, rule in found)
    return tuple(Condition(id_, rule.title, not why, why) for id_, rule, why in told)


def _verified(incident: Incident, scheme: Scheme, clocks: Sequence[ClockState]) -> str:
    if "verified" in facts.facts(incident):
        return ""
    quiet = f"; what raised it has to stay quiet for {scheme.quiet.words}" if scheme.quiet else ""
    return f"no fix is verified in production{quiet}"


def _clocks(incident: Incident, scheme: Scheme, clocks: Sequence[ClockState]) -> str:
    # Not by `ticking`: closing stops a clock without settling it.
    still = [
        clock.name
        for clock in clocks
        if clock.rule != REVIEW and clock.started is not None and clock.ended is None
    ]
    return f"not met, waived or found not applicable: {', '.join(still)}" if still else ""


def _review(incident: Incident, scheme: Scheme, clocks: Sequence[ClockState]) -> str:
    if scheme.clock(REVIEW) is None:
        return ""
    held = any(clock.rule == REVIEW and clock.state in _SETTLED for clock in clocks)
    return "" if held else "the review is neither held nor waived"


def _duties(incident: Incident, scheme: Scheme, clocks: Sequence[ClockState]) -> str:
    # Duties are clocks chained to a filing; a pack has none of its own.
    filings = {rule.id for rule in scheme.clocks if rule.anchor.startswith(facts.SUBMISSION)}
    still = [clock.name for clock in clocks if clock.rule in filings and clock.ended is None]
    return f"neither filed nor waived: {', '.join(still)}" if still else ""


RULES: dict[str, _Rule] = {
    "verified": _Rule("The fix is verified in production", _verified),
    "clocks": _Rule("Every clock is met, waived or not applicable", _clocks),
    "review": _Rule("The review was held", _review),
    "duties": _Rule("Every duty is met or waived with a reason", _duties),
}

TITLES = {id_: rule.title for id_, rule in RULES.items()}
