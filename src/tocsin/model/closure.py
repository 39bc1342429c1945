"""What has to hold before an incident is closed (domain.md L5): conditions a pack may name, how they stand.

A condition is a function of incident, scheme and clocks that says what is still open, in words; empty means
settled.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tocsin.model import facts
from tocsin.model.clocks import ClockState, State
from tocsin.model.duties import Duty, Verdict
from tocsin.model.duty_rule import DutyRule
from tocsin.model.incident import Incident
from tocsin.model.severity import Scheme

_GRAVE = 2  # levels at which undecided duties have to be decided first
REVIEW = "review"  # the clock that runs until the review was held
_SETTLED = frozenset({State.MET, State.WAIVED, State.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of an incident's pack: whether it holds, and what is open while it does not.

    Of one that holds `why` is a remark: how many duties nobody decided.
    """

    id: str
    title: str
    settled: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Rule:
    title: str
    open: Callable[["_Stand"], str]


@dataclass(frozen=True, slots=True)
class _Stand:
    incident: Incident
    scheme: Scheme
    clocks: Sequence[ClockState]
    duties: Sequence[Duty] = ()


def standing(
    incident: Incident, scheme: Scheme, clocks: Sequence[ClockState], duties: Sequence[Duty] = ()
) -> tuple[Condition, ...]:
    """Return how each condition of the pack stands, in its order. `clocks` are those of the same instant.

    `scheme` is the pack with the clocks of duties, `duties` are all of them with their verdicts.
    """
    stand = _Stand(incident, scheme, clocks, duties)
    found = ((id_, RULES[id_]) for id_ in scheme.closure if id_ in RULES)
    told = ((id_, rule, rule.open(stand)) for id_, rule in found)
    return tuple(
        Condition(id_, rule.title, not why, why or (_undecided(duties) if id_ == "duties" else ""))
        for id_, rule, why in told
    )


def _verified(stand: _Stand) -> str:
    if "verified" in facts.facts(stand.incident):
        return ""
    quiet = stand.scheme.quiet
    until = f"; what raised it has to stay quiet for {quiet.words}" if quiet else ""
    return f"no fix is verified in production{until}"


def _clocks(stand: _Stand) -> str:
    # Not by `ticking`: closing stops a clock without settling it.
    still = [
        clock.name
        for clock in stand.clocks
        if clock.rule != REVIEW and clock.started is not None and clock.ended is None
    ]
    return f"not met, waived or found not applicable: {', '.join(still)}" if still else ""


def _review(stand: _Stand) -> str:
    if stand.scheme.clock(REVIEW) is None:
        return ""
    held = any(clock.rule == REVIEW and clock.state in _SETTLED for clock in stand.clocks)
    return "" if held else "the review is neither held nor waived"


def _duties(stand: _Stand) -> str:
    """What is neither filed, waived nor ruled on, what nobody said the start of, and what is undecided."""
    rules = {rule.id: rule for rule in stand.scheme.clocks if isinstance(rule, DutyRule)}
    own = [(clock, rules[clock.rule]) for clock in stand.clocks if clock.rule in rules]
    still = [clock.name for clock, _ in own if clock.started is not None and clock.ended is None]
    # A stage that waits for something that may never come (a ransom paid, a request) holds nothing up, as
    # long as somebody said when its regime began.
    begun = {_regime(rule.id) for clock, rule in own if clock.started is not None or clock.ended is not None}
    waiting = [rule for _, rule in own if _regime(rule.id) not in begun]
    waiting.sort(key=lambda rule: rule.waits_for in facts.FINDINGS)
    unsaid = {_regime(rule.id): rule for rule in waiting}  # of each regime one, rather one it can find out
    told = [f"neither filed nor waived: {', '.join(still)}"] if still else []
    told += [f"{rule.name} waits for {rule.anchor_title}" for rule in unsaid.values()]
    undecided = _undecided(stand.duties)
    return "; ".join([*told, undecided] if undecided and _asks(stand) else told)


def _undecided(duties: Sequence[Duty]) -> str:
    count = sum(one.verdict is Verdict.UNDECIDED for one in duties)
    return f"{count} {'duty is' if count == 1 else 'duties are'} undecided" if count else ""


def _asks(stand: _Stand) -> bool:
    """Whether undecided duties hold closing up: at grave levels, where anybody decides duties at all."""
    decides = any(one.verdict is Verdict.APPLIES or one.ruled for one in stand.duties)
    answered = decides or bool(stand.incident.conduct.answers)
    return answered and stand.scheme.rank(stand.incident.severity) < _GRAVE


def _regime(duty: str) -> str:
    return duty.partition("/")[0]


RULES: dict[str, _Rule] = {
    "verified": _Rule("The fix is verified in production", _verified),
    "clocks": _Rule("Every clock is met, waived or not applicable", _clocks),
    "review": _Rule("The review was held", _review),
    "duties": _Rule("Every duty is met, waived or ruled on with a reason", _duties),
}

TITLES = {id_: rule.title for id_, rule in RULES.items()}
