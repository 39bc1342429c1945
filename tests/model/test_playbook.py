"""The playbooks that ship can be followed: every phase and layer, evidence before anything goes offline."""

from dataclasses import replace
from itertools import product

import pytest

from tocsin.model.classification import CATEGORIES, TYPES
from tocsin.model.incident import ROLES
from tocsin.model.playbook import ASK, LAYERS, PHASES, PRESERVE, Playbook, Step, joined, problems
from tocsin.policy.load import load_shipped, shipped


@pytest.mark.parametrize("pack", shipped())
def test_every_pack_has_the_four(pack: str) -> None:
    assert {book.type for book in load_shipped(pack).playbooks} == set(TYPES)


@pytest.mark.parametrize(("type", "category"), list(product(TYPES, ["", *CATEGORIES])))
def test_each_can_be_followed(type: str, category: str) -> None:
    book = load_shipped().playbook(type)
    assert book is not None
    assert book.title == TYPES[type]
    steps = [one for one in book.steps if not one.categories or category in one.categories]
    assert [one.phase for one in steps] == sorted((one.phase for one in steps), key=PHASES.index)
    assert {one.phase for one in steps} == set(PHASES)
    assert {one.layer for one in steps if one.kind == ASK} == set(LAYERS)
    offline = [number for number, one in enumerate(steps) if one.takes_offline]
    keeping = [number for number, one in enumerate(steps) if one.kind == PRESERVE]
    assert len(keeping) >= 3
    assert not offline or max(keeping) < min(offline)
    assert all(one.role in ROLES and one.help and len(one.text) < 90 for one in steps)


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_category_differs(category: str) -> None:
    """Each has steps of its own somewhere, in what contains it, and in no other."""
    found = {
        one.id: one for book in load_shipped().playbooks for one in book.steps if category in one.categories
    }
    own = [one for one in found.values() if one.categories == (category,)]
    assert "containment" in {one.phase for one in own}


def book(*steps: Step) -> Playbook:
    rest = [Step(f"{phase}-0", phase, "…") for phase in PHASES]
    return Playbook("bias", "Bias", tuple(sorted((*rest, *steps), key=lambda one: PHASES.index(one.phase))))


KEEP = Step("keep", "containment", "Keep", PRESERVE)
PULL = Step("pull", "containment", "Pull", takes_offline=True)


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        (Step("x", "containment", "…", ASK, evidence=True), "layer"),
        (Step("x", "containment", "…", ASK, layer="inputs"), "evidence"),
        (Step("x", "containment", "…", ASK, layer="moon", evidence=True), "layer"),
        (Step("x", "containment", "…", layer="inputs"), "layer"),
        (Step("x", "containment", "…", kind="dance"), "kind"),
        (Step("x", "containment", "…", categories=("weather",)), "categories"),
        (Step("detection-0", "containment", "…"), "steps"),
        (PULL, "takes_offline"),
    ],
)
def test_what_is_wrong_is_named(wrong: Step, key: str) -> None:
    [(where, reason)] = problems(book(wrong))
    assert where.endswith(key)
    assert reason


def test_evidence_after_taking_offline_is_wrong() -> None:
    assert list(problems(book(KEEP, PULL))) == []
    late = replace(KEEP, id="late", phase="investigation")
    [(where, reason)] = problems(book(KEEP, PULL, late))
    assert where.startswith("steps[")
    assert "pull" in reason


def test_an_unknown_type_and_a_missing_phase_are_named() -> None:
    found = list(problems(Playbook("weather", "…", (Step("a", "detection", "…"),))))
    assert "weather" in found[0][1]
    assert {reason.split()[-1] for _, reason in found[1:]} == set(PHASES[1:])


def test_shared_steps_stand_around_those_of_the_type() -> None:
    shared = [
        Step("freeze", "containment", "…"),
        KEEP,
        Step("filter", "containment", "…", takes_offline=True),
    ]
    own = [
        Step("look", "detection", "…"),
        PULL,
        replace(KEEP, id="keep-own"),
        Step("filter", "containment", "own"),
    ]
    last = [Step("seen", "containment", "…"), Step("count", "investigation", "…")]
    steps = joined(shared, own, last)
    assert [one.id for one in steps] == [
        "look",
        "freeze",
        "keep",
        "keep-own",
        "pull",
        "filter",
        "seen",
        "count",
    ]
    assert next(one for one in steps if one.id == "filter").text == "own"
