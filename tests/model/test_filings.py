"""Filings as a fold: whatever is written in whatever order, nothing is approved or filed by one person."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.conduct import Conduct, Said
from tocsin.model.filing import (
    FilingApproved,
    FilingEdited,
    FilingOpened,
    FilingReturned,
    Filled,
    NoticeFiled,
    ReviewAsked,
)
from tocsin.model.filings import State, changes, digest, filings, same_person
from tocsin.model.incident import Incident

DUTY = "eu-gdpr-33/notify_sa"
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
PEOPLE = st.sampled_from(["Operator A", "Operator B", "operator  a"])
VALUES = st.sampled_from(["one", "two"])
MOSTLY = st.sampled_from([True, True, True, False])
WHAT = ["ask", "approve", "approve", "file", "edit", "return"]
STEPS = st.lists(
    st.tuples(st.sampled_from(WHAT), PEOPLE, VALUES, MOSTLY),
    min_size=4,
    max_size=20,
)


def story(steps: list[tuple[str, str, str, bool]]) -> Iterator[Incident]:
    """An incident after each of these steps, also such as no operation would write.

    The flag tells whether a step names what stands then, or something of before.
    """
    conduct = Conduct(opened=(Said("f", NOW, "Operator A", FilingOpened(DUTY)),))
    for number, (what, by, value, right) in enumerate(steps):
        one = filings(_incident(conduct))[0]
        contents = one.digest if right else digest(DUTY, "initial", {"nature": Filled(value)})
        review = conduct.reviews[-1 if right else 0].entry if conduct.reviews else ""
        edit = one.last_edit if right else (conduct.edits[0].entry if conduct.edits else "")
        entry, at = f"e{number}", NOW + timedelta(minutes=number)
        match what:
            case "edit":
                body = FilingEdited("f", {"nature" if right else "effect": Filled(value)})
                conduct = _with(conduct, edits=(*conduct.edits, Said(entry, at, by, body)))
            case "ask":
                asked = ReviewAsked("f", contents, edit=edit)
                conduct = _with(conduct, reviews=(*conduct.reviews, Said(entry, at, by, asked)))
            case "return":
                back = FilingReturned("f", "no", review)
                conduct = _with(conduct, returned=(*conduct.returned, Said(entry, at, by, back)))
            case "approve":
                approved = FilingApproved("f", contents, review=review)
                conduct = _with(conduct, approvals=(*conduct.approvals, Said(entry, at, by, approved)))
            case _:
                filed = NoticeFiled("f", DUTY, contents, "portal")
                conduct = _with(conduct, filed=(*conduct.filed, Said(entry, at, by, filed)))
        yield _incident(conduct)


def told(steps: list[tuple[str, str, str, bool]]) -> Incident:
    """The incident after all of them."""
    return list(story(steps))[-1]


def _with(conduct: Conduct, **values: object) -> Conduct:
    from dataclasses import replace

    return replace(conduct, **values)  # type: ignore[arg-type]


def _incident(conduct: Conduct) -> Incident:
    return Incident("i", "INC-1", "shop", "", NOW, NOW, "Operator A", conduct=conduct)


@given(STEPS)
def test_no_one_pair_of_eyes_ever_approves_or_files(steps: list[tuple[str, str, str, bool]]) -> None:
    for incident in story(steps):
        (one,) = filings(incident)
        if one.state in (State.APPROVED, State.FILED):
            assert one.approved is not None
            assert one.asked is not None
            assert one.approved.body.digest == one.digest
            wrote = {edit.by for edit in one.editors.values()} | {one.asked.by}
            assert not any(same_person(one.approved.by, each) for each in wrote)


@given(STEPS, PEOPLE, VALUES)
def test_a_change_makes_a_draft_of_it_and_only_a_new_round_approves(
    steps: list[tuple[str, str, str, bool]], by: str, value: str
) -> None:
    edited = told([*steps, ("edit", by, value, True)])
    assert filings(edited)[0].state is State.DRAFT
    assert filings(edited)[0].fields["nature"] == Filled(value)  # nothing acknowledged is lost
    old = told([*steps, ("edit", by, value, True), ("approve", "Operator B", value, True)])
    assert filings(old)[0].state is State.DRAFT


@given(STEPS)
def test_a_return_ends_a_review(steps: list[tuple[str, str, str, bool]]) -> None:
    (one,) = filings(told([*steps, ("return", "Operator B", "one", True)]))
    assert one.state is State.DRAFT


def test_changes_tell_what_reads_otherwise_and_not_where_it_came_from() -> None:
    before = {"a": Filled("1"), "b": Filled("2", origin=("here",)), "gone": Filled("3")}
    after = {"new": Filled("4"), "a": Filled("5"), "b": Filled("2", origin=("there",))}
    assert [one.field for one in changes(after, before)] == ["new", "a", "gone"]
