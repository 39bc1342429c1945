"""What must hold within a pack's triage, escalation, playbooks and templates of updates."""

from collections.abc import Iterator
from datetime import date

from tocsin.model.classification import CATEGORIES, TYPES
from tocsin.model.playbook import KINDS, LAYERS, PHASES, Playbook, Step
from tocsin.model.severity import Scheme
from tocsin.policy.check import Found, Problem, problems, span, twice, unknown, unknown_levels
from tocsin.policy.files import NAME

UNKNOWN = "unknown"  # an answer that is always there
_SENDS = ("webhook", "smtp")
_TEXT = 20_000


def everything_wrong(scheme: Scheme) -> list[Problem]:
    """Return what is wrong with any part of a pack; empty when it can be used."""
    found = problems(scheme)
    found += [Problem("triage.toml", key, reason) for key, reason in _triage(scheme)]
    found += [Problem("escalation.toml", key, reason) for key, reason in _escalation(scheme)]
    for book in scheme.playbooks:
        found += [Problem(f"playbooks/{book.type}.toml", key, reason) for key, reason in _playbook(book)]
    same = twice("playbooks", (book.type for book in scheme.playbooks))
    found += [Problem("playbooks", "", reason) for _, reason in same]
    return found + list(_updates(scheme))


def _triage(scheme: Scheme) -> Found:
    triage = scheme.triage
    answers = {one.id: [answer.id for answer in one.answers] for one in triage.questions}
    yield from twice("questions", (one.id for one in triage.questions))
    for i, question in enumerate(triage.questions):
        yield from twice(f"questions[{i}].answers", answers[question.id])
        keys = (answer.key for answer in question.answers if answer.key)
        yield from twice(f"questions[{i}].answers.key", keys)
    for i, rule in enumerate(triage.rules):
        yield from unknown_levels(scheme, f"rules[{i}].level", [rule.level])
        for asked, given in rule.when.items():
            yield from unknown(f"rules[{i}].when", [asked], answers)
            yield from unknown(f"rules[{i}].when.{asked}", given, [*answers.get(asked, given), UNKNOWN])
    if triage.otherwise or triage.rules:
        yield from unknown_levels(scheme, "otherwise", [triage.otherwise])


def _escalation(scheme: Scheme) -> Found:
    yield from twice("steps", (step.id for step in scheme.escalation))
    kinds = [route.kind for route in scheme.routes]
    for i, step in enumerate(scheme.escalation):
        yield from unknown_levels(scheme, f"steps[{i}].levels", step.levels)
        yield from unknown(f"steps[{i}].send", step.send, _SENDS)
        yield from unknown(f"steps[{i}].kinds", step.kinds, kinds)
        yield from span(f"steps[{i}].within", step.within)


def _playbook(book: Playbook) -> Found:
    if book.type not in TYPES:
        yield "", f"{book.type!r} is no type of incident; there are {', '.join(TYPES)}"
    if book.reviewed and not _is_date(book.reviewed):
        yield "reviewed", f"{book.reviewed!r} is not a date such as 2026-11-20"
    yield from twice("steps", (step.id for step in book.steps))
    for i, step in enumerate(book.steps):
        yield from _step(f"steps[{i}]", step)


def _step(key: str, step: Step) -> Found:
    yield from unknown(f"{key}.phase", [step.phase], PHASES)
    yield from unknown(f"{key}.kind", [step.kind], KINDS)
    yield from unknown(f"{key}.layer", [step.layer] if step.layer else [], LAYERS)
    yield from unknown(f"{key}.categories", step.categories, CATEGORIES)


def _updates(scheme: Scheme) -> Iterator[Problem]:
    for key, reason in twice("updates", (one.audience for one in scheme.updates)):
        yield Problem("updates.toml", key, reason)
    for i, one in enumerate(scheme.updates):
        if not NAME.fullmatch(one.audience):
            yield Problem("updates.toml", f"updates[{i}].audience", "is not lower-case a-z 0-9 _ -")
        if not one.text.strip() or len(one.text) > _TEXT:
            yield Problem(f"updates/{one.audience}.md", "", f"the text has not between 1 and {_TEXT} letters")


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
