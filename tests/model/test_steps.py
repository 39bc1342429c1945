"""How steps stand: the last word counts, time boxes run from the acknowledgement, nothing done is lost."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.model.test_incident import DECLARED, START, folded
from tocsin.model import steps
from tocsin.model.diagnosis import layers
from tocsin.model.incident import Incident
from tocsin.model.journal import Body, FieldsSet, StatusMoved
from tocsin.model.response import FreezeDeclared, LayerJudged, StepAdded, StepMarked
from tocsin.model.steps import ACKNOWLEDGED, ASSIGNED, DONE, NOTED, OPEN, SKIPPED, StepState, find, standing
from tocsin.policy.load import load_shipped

SCHEME = load_shipped()
BIAS = FieldsSet({"type": "bias"})
PULL, KEEP, ASK = "suspend-group", "keep-served", "ask-threshold"


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def marked(id: str, state: str, **said: str) -> StepMarked:
    return StepMarked(id, state, text="…", phase="containment", **said)


def state_of(known: Incident, id: str, minutes: float = 60) -> StepState:
    found = find(standing(known, SCHEME, after(minutes)), id)
    assert found is not None
    return found


def at(minutes: float, body: Body) -> tuple[Body, datetime]:
    return body, after(minutes)


def test_a_step_goes_from_hand_to_hand() -> None:
    story: list[tuple[Body, datetime]] = [at(0, DECLARED), at(1, BIAS)]
    assert state_of(folded(*story), KEEP).state == OPEN
    story.append(at(10, marked(KEEP, ASSIGNED, person="Operator B")))
    one = state_of(folded(*story), KEEP, 12)
    assert (one.state, one.person, one.due, one.unanswered) == (ASSIGNED, "Operator B", None, False)
    assert state_of(folded(*story), KEEP, 16).unanswered
    story.append(at(20, marked(KEEP, ACKNOWLEDGED)))
    one = state_of(folded(*story), KEEP, 25)
    assert (one.person, one.due, one.over) == ("Operator B", after(25), False)
    assert state_of(folded(*story), KEEP, 25.1).over
    story.append(at(30, marked(KEEP, DONE, evidence="v14")))
    one = state_of(folded(*story), KEEP, 90)
    assert (one.state, one.late, one.over, one.evidence, one.person) == (
        DONE,
        True,
        False,
        "v14",
        "Operator B",
    )
    story.append(at(31, marked(KEEP, OPEN, note="wrong file")))
    one = state_of(folded(*story), KEEP, 90)
    assert (one.state, one.person, one.due, one.evidence) == (OPEN, "", None, "v14")


def test_only_expired_boxes_ring_and_another_box_rings_anew() -> None:
    story = [at(0, DECLARED), at(1, BIAS), at(2, marked(KEEP, ACKNOWLEDGED)),
             at(2, StepAdded("t-1", "containment", "roll back", "Operator B", 5))]  # fmt: skip
    assert steps.expired(folded(*story), SCHEME, after(6)) == ()
    box, waiting = steps.expired(folded(*story), SCHEME, after(8))
    assert (box.step, box.since, waiting.step, waiting.since) == (KEEP, after(7), "t-1", after(7))
    story.append(at(9, marked(KEEP, ACKNOWLEDGED)))
    assert [one.step for one in steps.expired(folded(*story), SCHEME, after(10))] == ["t-1"]
    again = steps.expired(folded(*story), SCHEME, after(20))[0]
    assert again.step == KEEP
    assert again.id != box.id


def test_another_type_keeps_what_was_done() -> None:
    done = [at(2, marked(PULL, DONE)), at(3, marked(KEEP, DONE, evidence="v14")),
            at(4, marked("tell-ethics", NOTED, evidence="mail"))]  # fmt: skip
    known = folded(at(0, DECLARED), at(1, BIAS), *done, at(5, FieldsSet({"type": "oversight"})))
    assert state_of(known, KEEP).kept is False
    assert state_of(known, PULL).kept is True
    assert state_of(known, "tell-ethics").evidence == "mail"
    assert find(standing(known, SCHEME, after(9)), "people-for-group") is None
    counted = steps.progress(known, SCHEME, standing(known, SCHEME, after(9)))
    assert (counted.title, counted.done) == ("oversight", 1)
    back = folded(at(0, DECLARED), at(1, BIAS), *done, at(5, BIAS))
    assert state_of(back, PULL).kept is False


def test_a_step_no_pack_knows_any_more_is_shown_in_its_own_words() -> None:
    gone = StepMarked("old-step", DONE, text="Call the ministry", phase="detection")
    one = state_of(folded(at(0, DECLARED), at(1, BIAS), at(2, gone)), "old-step")
    assert (one.step.text, one.step.phase, one.kept) == ("Call the ministry", "detection", True)
    orphan = StepMarked("t-9", DONE, text="a task that was undone")
    assert find(standing(folded(at(0, DECLARED), at(2, orphan)), SCHEME, after(9)), "t-9") is None


def test_without_a_type_there_is_what_all_share() -> None:
    known = folded(at(0, DECLARED))
    ids = {one.step.id for one in standing(known, SCHEME, after(1))}
    assert KEEP in ids
    assert PULL not in ids
    assert len(steps.preserved(known, SCHEME)) == 3


def test_the_category_brings_steps_of_its_own() -> None:
    known = folded(at(0, DECLARED), at(1, FieldsSet({"type": "oversight", "category": "data_exposure"})))
    ids = [one.step.id for one in standing(known, SCHEME, after(1))]
    assert "revoke-secrets" in ids
    assert "cap-spending" not in ids
    assert "keep-exposure" in {one.id for one in steps.preserved(known, SCHEME)}


def test_preserved_when_done_or_skipped_with_a_reason() -> None:
    keep = steps.preserved(folded(at(0, DECLARED), at(1, BIAS)), SCHEME)
    marks = [at(2 + n, marked(one.id, DONE if n else SKIPPED, note="no logs")) for n, one in enumerate(keep)]
    assert steps.preserved(folded(at(0, DECLARED), at(1, BIAS), *marks[:-1]), SCHEME)
    assert not steps.preserved(folded(at(0, DECLARED), at(1, BIAS), *marks), SCHEME)


def test_layers_take_the_gravest_answer_and_the_newest_judgement() -> None:
    def finding(*bodies: tuple[Body, datetime]) -> str:
        known = folded(at(0, DECLARED), at(1, BIAS), *bodies)
        one = next(x for x in layers(known, standing(known, SCHEME, after(99))) if x.layer == "deployment")
        return one.finding

    confirmed = at(5, marked(ASK, DONE, finding="confirmed"))
    cleared = at(6, marked("ask-deployment", DONE, finding="cleared"))
    assert finding() == ""
    assert finding(confirmed, cleared) == "confirmed"
    assert finding(confirmed, cleared, at(7, LayerJudged("deployment", "cleared", "by hand"))) == "cleared"
    assert finding(at(4, LayerJudged("deployment", "suspected", "hunch")), cleared) == "cleared"
    assert finding(confirmed, at(7, LayerJudged("deployment", "cleared", "…")),
                   at(8, marked("ask-deployment", DONE, finding="suspected"))) == "suspected"  # fmt: skip
    assert finding(confirmed, at(9, marked(ASK, OPEN))) == ""


MARKS = st.lists(
    st.tuples(st.sampled_from([KEEP, PULL, ASK, "t-1"]),
              st.sampled_from([OPEN, ASSIGNED, ACKNOWLEDGED, DONE, SKIPPED, NOTED]),
              st.integers(0, 20)), max_size=25)  # fmt: skip


@given(MARKS, st.sampled_from(["bias", "oversight", "behaviour_change", ""]), st.integers(0, 600))
def test_any_order_of_marks(marks: list[tuple[str, str, int]], type: str, look: int) -> None:
    """Against a reading of the marks step by step: the last state, all evidence, the box of the last one."""
    story: list[tuple[Body, datetime]] = [
        at(0, DECLARED),
        at(0, StepAdded("t-1", "detection", "call", minutes=7)),
    ]
    minute = 0
    expected: dict[str, list[tuple[str, int]]] = {}
    for number, (id, state, gap) in enumerate(marks):
        minute += gap
        story.append(at(minute, marked(id, state, evidence=f"e{number}")))
        expected.setdefault(id, []).append((state, minute))
    known = folded(*story, at(minute, FieldsSet({"type": type})))
    found = {one.step.id: one for one in standing(known, SCHEME, after(look))}
    assert len(found) == len(standing(known, SCHEME, after(look)))
    for id, said in expected.items():
        one = found[id]  # whatever the type: somebody did something with it
        states = [each for each in said if each[0] != NOTED]
        assert one.state == (states[-1][0] if states else OPEN)
        assert len(one.evidence.splitlines()) == len(said)
        if one.state == ACKNOWLEDGED:
            minutes = one.step.minutes or 0
            assert one.due == after(states[-1][1] + minutes)
            assert one.over == (look > states[-1][1] + minutes)
    planned = [one for one in found.values() if not one.kept and not one.task]
    assert steps.progress(known, SCHEME, tuple(found.values())).total == len(planned)


def test_what_the_incident_says_already_is_not_ticked_by_hand() -> None:
    story: list[tuple[Body, datetime]] = [at(0, DECLARED), at(1, BIAS)]
    assert state_of(folded(*story), "declare-freeze").state == OPEN
    story += [at(2, FreezeDeclared("now")), at(5, StatusMoved("contained"))]
    frozen, seen = (state_of(folded(*story), id) for id in ("declare-freeze", "see-contained"))
    assert (frozen.state, frozen.derived, frozen.at, frozen.by) == (DONE, True, after(2), "Operator A")
    assert (seen.state, seen.at) == (DONE, after(5))
    story.append(at(6, StatusMoved("re-opened")))
    assert state_of(folded(*story), "see-contained").state == OPEN
    story.append(at(7, marked("declare-freeze", SKIPPED, note="by hand")))
    one = state_of(folded(*story), "declare-freeze")
    assert (one.state, one.derived) == (SKIPPED, False)
