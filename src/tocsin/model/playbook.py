"""Playbooks: what to do in an incident of a type, by phase, and the layers a diagnosis walks (C4, C9)."""

from dataclasses import dataclass, field

PHASES = ("detection", "containment", "investigation", "remediation")

DO, ASK, PRESERVE = "do", "ask", "preserve"
KINDS = (DO, ASK, PRESERVE)

CLEARED, SUSPECTED, CONFIRMED = "cleared", "suspected", "confirmed"
FINDINGS = (CLEARED, SUSPECTED, CONFIRMED)

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
    `evidence` asks for what it rests on. `categories` narrows it to these; empty is all.
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


@dataclass(frozen=True, slots=True)
class Playbook:
    """The steps for incidents of one type, in order. `reviewed` is when people last went through it (ISO)."""

    type: str
    title: str
    steps: tuple[Step, ...]
    reviewed: str = ""
