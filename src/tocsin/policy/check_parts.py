"""What must hold within a pack's triage, escalation, playbooks and templates of updates."""

from collections.abc import Iterator
from datetime import date

from tocsin.model import playbook, triage, updates
from tocsin.model.incident import ROLES
from tocsin.model.playbook import Playbook
from tocsin.model.severity import Scheme
from tocsin.policy.check import Found, Problem, problems, span, twice, unknown, unknown_levels
from tocsin.policy.files import NAME

_SENDS = ("webhook", "smtp")
_TEXT = 20_000


def everything_wrong(scheme: Scheme) -> list[Problem]:
    """Return what is wrong with any part of a pack; empty when it can be used."""
    found = problems(scheme)
    levels = [level.id for level in scheme.levels]
    found += [Problem("triage.toml", key, reason) for key, reason in triage.problems(scheme.triage, levels)]
    found += [Problem("escalation.toml", key, reason) for key, reason in _escalation(scheme)]
    for book in scheme.playbooks:
        found += [Problem(f"playbooks/{book.type}.toml", key, reason) for key, reason in _playbook(book)]
    same = twice("playbooks", (book.type for book in scheme.playbooks))
    found += [Problem("playbooks", "", reason) for _, reason in same]
    return found + list(_updates(scheme))


def _escalation(scheme: Scheme) -> Found:
    yield from twice("steps", (step.id for step in scheme.escalation))
    kinds = [route.kind for route in scheme.routes]
    for i, step in enumerate(scheme.escalation):
        yield from unknown_levels(scheme, f"steps[{i}].levels", step.levels)
        yield from unknown(f"steps[{i}].send", step.send, _SENDS)
        yield from unknown(f"steps[{i}].kinds", step.kinds, kinds)
        yield from span(f"steps[{i}].within", step.within)


def _playbook(book: Playbook) -> Found:
    if book.reviewed and not _is_date(book.reviewed):
        yield "reviewed", f"{book.reviewed!r} is not a date such as 2026-11-20"
    for i, step in enumerate(book.steps):
        yield from unknown(f"steps[{i}].role", [step.role] if step.role else [], ROLES)
    yield from playbook.problems(book)


def _updates(scheme: Scheme) -> Iterator[Problem]:
    for key, reason in twice("updates", (one.audience for one in scheme.updates)):
        yield Problem("updates.toml", key, reason)
    for i, one in enumerate(scheme.updates):
        if not NAME.fullmatch(one.audience):
            yield Problem("updates.toml", f"updates[{i}].audience", "is not lower-case a-z 0-9 _ -")
        if not one.text.strip() or len(one.text) > _TEXT:
            yield Problem(f"updates/{one.audience}.md", "", f"the text has not between 1 and {_TEXT} letters")
        for key, reason in updates.problems(one):
            file = "updates.toml" if key == "to" else f"updates/{one.audience}.md"
            yield Problem(file, f"updates[{i}].to" if key == "to" else "", reason)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
