"""Playbooks: what to do in an incident of a type, by phase, and the layers a diagnosis walks (C4, C9)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tocsin.model.classification import CATEGORIES, TYPES

PHASES = ("detection", "containment", "investigation", "remediation")

DO, ASK, PRESERVE = "do", "ask", "preserve"
KINDS = (DO, ASK, PRESERVE)

CLEARED, SUSPECTED, CONFIRMED = "cleared", "suspected", "confirmed"
FINDINGS = (CLEARED, SUSPECTED, CONFIRMED)

# Facts of an incident that meet a step by themselves.
FREEZE, START, CONTAINED, VERIFIED = "freeze", "start", "contained", "verified"
MET_BY = (FREEZE, START, CONTAINED, VERIFIED)

LAYERS: dict[str, str] = {
    "deployment": "Deployment change",
    "inputs": "Input shift",
    "retrieval": "Retrieval and context",
    "upstream": "Upstream data",
    "vendor": "External provider",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `role` owns it, `minutes` is its time box, `layer` the layer an answered question speaks of.

    `kind` is do, ask (it ends in a finding) or preserve (evidence, before anything is taken offline).
    `evidence` asks for what it rests on. `categories` narrows it to these; empty is all. `takes_offline` says
    that it may destroy evidence, so that the steps that preserve it come first. `met_by` is one of MET_BY:
    what the incident says already is not ticked by hand.
    """

    id: str
    phase: str
    text: str
    kind: str = DO
    role: str = ""
    minutes: int | None = None
    layer: str = ""
    evidence: bool = False
    help: str = ""
    categories: tuple[str, ...] = field(default=())
    takes_offline: bool = False
    met_by: str = ""


@dataclass(frozen=True, slots=True)
class Playbook:
    """The steps for incidents of one type, in order. `reviewed` is when people last went through it (ISO)."""

    type: str
    title: str
    steps: tuple[Step, ...]
    reviewed: str = ""


def joined(first: Iterable[Step], own: Iterable[Step], last: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps of a playbook by phase: those all types share `first`, its own, the other shared ones.

    Of two with one id that of the type counts. Its own that preserve evidence come right after the shared
    ones that do, since what follows there may take something offline.
    """
    mine = list(own)
    ids = {step.id for step in mine}
    lead = [step for step in first if step.id not in ids]
    cut = 1 + max((number for number, step in enumerate(lead) if step.kind == PRESERVE), default=-1)
    keep = [step for step in mine if step.kind == PRESERVE]
    steps = [*lead[:cut], *keep, *lead[cut:], *(step for step in mine if step.kind != PRESERVE)]
    steps += [step for step in last if step.id not in ids]
    order = {phase: number for number, phase in enumerate(PHASES)}
    return tuple(sorted(steps, key=lambda step: order.get(step.phase, len(PHASES))))


def problems(playbook: Playbook) -> Iterator[tuple[str, str]]:
    """Yield (key, reason) of what is wrong with a playbook; nothing when it can be followed."""
    if playbook.type not in TYPES:
        yield "", f"{playbook.type!r} is no type of incident; there are: {', '.join(TYPES)}"
    ids = Counter(step.id for step in playbook.steps)
    yield from (("steps", f"the id {id!r} is there {n} times") for id, n in ids.items() if n > 1)
    for number, step in enumerate(playbook.steps):
        yield from ((f"steps[{number}].{key}", reason) for key, reason in _wrong(step))
    present = {step.phase for step in playbook.steps}
    yield from (("steps", f"there is no step of {phase}") for phase in PHASES if phase not in present)
    yield from _unordered(playbook.steps)


def _wrong(step: Step) -> Iterator[tuple[str, str]]:
    for key, value, known in (("phase", step.phase, PHASES), ("kind", step.kind, KINDS)):
        if value not in known:
            yield key, f"{value!r} is none of {', '.join(known)}"
    if step.met_by and step.met_by not in MET_BY:
        yield "met_by", f"{step.met_by!r} is none of {', '.join(MET_BY)}"
    if step.layer and step.layer not in LAYERS:
        yield "layer", f"{step.layer!r} is none of {', '.join(LAYERS)}"
    if step.kind == ASK and not step.layer:
        yield "layer", f"a question speaks of one of {', '.join(LAYERS)}"
    if step.kind == ASK and not step.evidence:
        yield "evidence", "a question ends in a finding, which rests on evidence"
    if step.kind != ASK and step.layer:
        yield "layer", "only a question speaks of a layer"
    for category in step.categories:
        if category not in CATEGORIES:
            yield "categories", f"{category!r} is none of {', '.join(CATEGORIES)}"


def _unordered(steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    """Evidence is preserved before anything is taken offline (C5), whatever the category."""
    taken = next((number for number, step in enumerate(steps) if step.takes_offline), None)
    if taken is None:
        return
    if not any(step.kind == PRESERVE and not step.categories for step in steps):
        yield f"steps[{taken}].takes_offline", "no step before it preserves evidence"
    for number, step in enumerate(steps[taken:], taken):
        if step.kind == PRESERVE:
            reason = f"it preserves evidence, but {steps[taken].id!r} before it takes something offline"
            yield f"steps[{number}].kind", reason
