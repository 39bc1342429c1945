"""What duties ask to do next: notices to prepare, moments to state, questions to answer."""

from collections.abc import Iterator, Sequence

from tocsin.model import facts
from tocsin.model.action import Action
from tocsin.model.clocks import ClockState
from tocsin.model.duty_rule import DutyRule
from tocsin.model.incident import CLOSED, Incident
from tocsin.model.regime import Question
from tocsin.model.severity import Scheme

_MOST_NOTICES = 5  # of those the duties screen lists
_GRAVE = 2  # levels at which it is asked which duties apply


def notices(scheme: Scheme, clocks: Sequence[ClockState]) -> Iterator[Action]:
    """Yield the notices due next, and the moments that duties wait for; nothing of what is over."""
    rules = {rule.id: rule for rule in scheme.clocks if isinstance(rule, DutyRule)}
    own = [(clock, rules[clock.rule]) for clock in clocks if clock.rule in rules and clock.ended is None]
    begun = [(clock, rule) for clock, rule in own if clock.started is not None and not clock.stopped]
    for clock, rule in begun[:_MOST_NOTICES]:
        reason = f"to {rule.recipient} · {clock.basis}" if rule.recipient else clock.basis
        text = f"Prepare notice: {clock.name}" if rule.document else clock.name
        yield Action(f"clock:{clock.id}", text, f"duty:{rule.id}", False, reason, clock.due)
    waits: dict[str, list[str]] = {}
    for clock, rule in own:
        if clock.started is None and rule.waits_for in facts.FINDINGS:
            waits.setdefault(rule.waits_for, []).append(rule.name)
    for fact, names in waits.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        reason = f"{names[0]}{more} counts from it"
        yield Action(f"fact:{fact}", f"State when: {facts.title(fact)}", f"fact:{fact}", False, reason)


def questions(incident: Incident, scheme: Scheme, asked: Sequence[Question]) -> Iterator[Action]:
    """Yield the question that decides most duties, at levels where a duty is likely."""
    if asked and scheme.rank(incident.severity) < _GRAVE and incident.status != CLOSED:
        more = f"it decides which duties apply; {len(asked)} are open"
        yield Action("question", f"Answer: {asked[0].text}", f"question:{asked[0].id}", False, more)
