"""Change freezes: whatever was declared, lifted and moved, they stand as somebody would who walked along."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model import freeze
from tocsin.model.conduct import Conduct, Said
from tocsin.model.deployment import Deployment
from tocsin.model.incident import CLOSED, CONTAINED, RESOLVED, Incident, Move
from tocsin.model.response import DeploymentAllowed, FreezeDeclared, FreezeLifted

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DEEDS = ("freeze", "lift", CONTAINED, RESOLVED, CLOSED)
KNOWN = Incident("i", "INC-1", "scorer", "p", NOON, NOON, "Operator A")


def told(deeds: list[str]) -> Incident:
    """An incident with one deed a minute."""
    conduct, moves = Conduct(), []
    for number, deed in enumerate(deeds):
        at, entry = NOON + number * MINUTE, f"e{number}"
        if deed == "freeze":
            said = Said(entry, at, "Operator A", FreezeDeclared("because"))
            conduct = replace(conduct, freezes=(*conduct.freezes, said))
        elif deed == "lift":
            lifted = Said(entry, at, "Operator B", FreezeLifted("enough"))
            conduct = replace(conduct, lifts=(*conduct.lifts, lifted))
        else:
            moves.append(Move(entry, deed, at))
    return replace(KNOWN, conduct=conduct, moves=tuple(moves))


def walked(deeds: list[str]) -> list[bool]:
    """Whether a freeze stands in the minute after each deed, by going along."""
    stands, found = False, []
    for deed in deeds:
        stands = deed == "freeze" or (stands and deed == CONTAINED)
        found.append(stands)
    return found


@given(st.lists(st.sampled_from(DEEDS), max_size=14))
def test_it_stands_as_somebody_would_find_who_goes_along(deeds: list[str]) -> None:
    known = told(deeds)
    for number, stands in enumerate(walked(deeds)):
        at = NOON + number * MINUTE + MINUTE / 2
        assert (freeze.standing(known, at) is not None) is stands
    spans = freeze.spans(known)
    for one, after in pairwise(spans):
        assert one.end is not None
        assert one.end <= after.begin
    assert freeze.spans(replace(known, withdrawn="a test")) == ()


@given(
    st.lists(st.sampled_from(DEEDS), max_size=8),
    st.lists(st.tuples(st.integers(-3, 11), st.integers(0, 4)), max_size=6),
)
def test_every_deployment_that_can_have_begun_in_one_is_flagged_once_and_no_other(
    deeds: list[str], begins: list[tuple[int, int]]
) -> None:
    known, stands = told(deeds), walked(deeds)
    ran = [
        Deployment(str(n), "scorer", NOON + (minute + width + 0.5) * MINUTE, f"model {n}", "v1",
                   earliest=NOON + (minute + 0.5) * MINUTE if width else None)
        for n, (minute, width) in enumerate(begins)
    ]  # fmt: skip
    ran.append(Deployment("other", "another", NOON, "model", "v1"))
    wanted = {}
    for n, (minute, width) in enumerate(begins):
        minutes = [m for m in range(minute, minute + width + 1)]
        inside = [m >= 0 and bool(stands) and stands[min(m, len(stands) - 1)] for m in minutes]
        if any(inside):
            wanted[str(n)] = all(inside)
    found = freeze.flagged(known, ran)
    assert {one.deployment.id for one in found} == set(wanted)
    assert len(found) == len(wanted)
    for one in found:
        # What spans two freezes is in neither for certain; this walk cannot tell it from what is in one.
        assert wanted[one.deployment.id] or not one.sure


def test_what_was_allowed_is_flagged_no_more_but_still_listed() -> None:
    known = told(["freeze"])
    one = Deployment("d", "scorer", NOON + MINUTE, "model", "v2")
    assert len(freeze.unallowed(freeze.flagged(known, [one]))) == 1
    said = Said("a", NOON, "Operator A", DeploymentAllowed("d", "the roll-back"))
    known = replace(known, conduct=replace(known.conduct, allowed=(said,)))
    [flag] = freeze.flagged(known, [one])
    assert flag.allowed == said
    assert freeze.unallowed([flag]) == ()


def test_only_a_version_that_served_before_another_took_over_is_a_roll_back() -> None:
    def ran(version: str, hours: float, slot: str = "") -> Deployment:
        return Deployment(
            version + slot, "scorer", NOON - timedelta(hours=hours), "model", version, slot=slot
        )

    before = [ran("v12", 30), ran("v13", 20), ran("v14", 5)]
    for version, expected in (("v13", True), ("v12", True), ("v14", False), ("v15", False)):
        again = Deployment("now", "scorer", NOON + MINUTE, "model", version)
        assert freeze.rolls_back(again, before, NOON) is expected
    elsewhere = Deployment("now", "scorer", NOON + MINUTE, "model", "v13", slot="@champion")
    assert not freeze.rolls_back(elsewhere, before, NOON)
