"""Diagnosis: each of the five layers cleared, suspected or confirmed, and what that rests on (C4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.conduct import Said
from tocsin.model.incident import Incident
from tocsin.model.playbook import FINDINGS, LAYERS
from tocsin.model.response import LayerJudged
from tocsin.model.steps import DONE, StepState


@dataclass(frozen=True, slots=True)
class LayerState:
    """One layer. `finding` is empty while nobody knows; `at` and `by` tell who found it and when.

    `questions` are the playbook's about it; `judged` says that a person judged the layer as a whole.
    """

    layer: str
    title: str
    finding: str = ""
    evidence: str = ""
    by: str = ""
    at: datetime | None = None
    files: tuple[str, ...] = ()
    judged: bool = False
    questions: tuple[StepState, ...] = ()


def layers(incident: Incident, states: Iterable[StepState]) -> tuple[LayerState, ...]:
    """Return the five layers in order.

    A judgement holds until a question about the layer is answered later. Of questions answered since then the
    gravest finding counts: one that is cleared does not clear what another one confirms.
    """
    asked: dict[str, list[StepState]] = {layer: [] for layer in LAYERS}
    for one in states:
        if one.step.layer in asked:
            asked[one.step.layer].append(one)
    judged = {said.body.layer: said for said in incident.conduct.layers}
    return tuple(_layer(layer, asked[layer], judged.get(layer)) for layer in LAYERS)


def _layer(layer: str, questions: list[StepState], said: Said[LayerJudged] | None) -> LayerState:
    title, asked = LAYERS[layer], tuple(questions)
    newer = [
        (one, one.at)
        for one in questions
        if one.state == DONE and one.finding in FINDINGS and one.at is not None
        if said is None or one.at > said.at
    ]
    if newer:
        gravest, at = max(newer, key=lambda each: (FINDINGS.index(each[0].finding), each[1]))
        return LayerState(
            layer, title, gravest.finding, gravest.evidence, gravest.by, at, gravest.files, questions=asked
        )
    if said is not None:
        body = said.body
        return LayerState(
            layer, title, body.finding, body.evidence, said.by, said.at, body.files, True, asked
        )
    return LayerState(layer, title, questions=asked)
