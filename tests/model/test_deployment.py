"""What served at an instant: until the next of the slot, with intervals left open where nobody can know."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.deployment import Deployment, serving, settled

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def one(
    version: str,
    begins: float,
    *,
    earliest: float | None = None,
    until: float | None = None,
    slot: str = "@champion",
    kind: str = "model",
) -> Deployment:
    return Deployment(
        id=f"{version} {begins} {slot}",
        system="s",
        at=at(begins),
        name="scorer",
        version=version,
        kind=kind,
        slot=slot,
        earliest=None if earliest is None else at(earliest),
        until=None if until is None else at(until),
    )


def versions(deployments: list[Deployment], hours: float) -> list[tuple[tuple[str, ...], bool]]:
    """The candidates of every slot at an instant, and whether it is sure."""
    found = serving(deployments, at(hours))
    return [(tuple(d.version for d in each.candidates), each.sure) for each in found]


def test_a_version_serves_until_the_next_of_its_slot() -> None:
    known = [one("2", 5), one("1", 0)]
    assert versions(known, -1) == []
    assert versions(known, 0) == [(("1",), True)]
    assert versions(known, 4.9) == [(("1",), True)]
    assert versions(known, 5) == [(("2",), True)]


def test_an_end_that_is_stated_leaves_nothing() -> None:
    known = [one("1", 0, until=2), one("2", 5)]
    assert versions(known, 1.9) == [(("1",), True)]
    assert versions(known, 2) == []
    assert versions(known, 5) == [(("2",), True)]


def test_slots_and_kinds_are_apart() -> None:
    known = [one("1", 0), one("7", 1, slot="Production"), one("p3", 2, kind="prompt", slot="")]
    found = serving(known, at(3))
    assert [(each.kind, each.slot, each.candidates[0].version) for each in found] == [
        ("model", "@champion", "1"),
        ("model", "Production", "7"),
        ("prompt", "", "p3"),
    ]


def test_within_the_interval_of_a_move_it_can_have_been_either() -> None:
    known = [one("1", 0), one("2", 6, earliest=4)]
    assert versions(known, 4) == [(("1",), True)]
    assert versions(known, 5) == [(("1", "2"), False)]
    assert versions(known, 6) == [(("2",), True)]


def test_the_first_of_a_slot_may_not_have_served_yet() -> None:
    known = [one("1", 6, earliest=4)]
    assert versions(known, 4) == []
    assert versions(known, 5) == [(("1",), False)]
    assert versions(known, 7) == [(("1",), True)]


def test_two_sightings_of_one_version_are_one_deployment() -> None:
    assert [(d.version, d.at) for d in settled([one("1", 0, earliest=-9), one("1", 5, earliest=-9)])] == [
        ("1", at(0))
    ]


def test_a_move_lies_between_two_sightings() -> None:
    """A version made long before the one that was there last began only after that was seen."""
    seen = [one("1", 0, earliest=-9), one("1", 3, earliest=-9), one("2", 8, earliest=-8)]
    found = settled(seen)
    assert [(d.version, d.earliest, d.at) for d in found] == [("1", at(-9), at(0)), ("2", at(3), at(8))]
    assert versions(seen, 2) == [(("1",), True)]
    assert versions(seen, 5) == [(("1", "2"), False)]


def test_a_rollback_is_a_deployment_of_its_own() -> None:
    seen = [one("1", 0, earliest=-9), one("2", 3, earliest=-5), one("1", 6, earliest=-9)]
    assert [(d.version, d.began.low) for d in settled(seen)] == [("1", at(-9)), ("2", at(0)), ("1", at(3))]
    assert versions(seen, 7) == [(("1",), True)]


def test_a_version_deployed_anew_by_somebody_who_knows_when_is_kept() -> None:
    assert len(settled([one("1", 0), one("1", 4)])) == 2


def test_after_its_end_the_same_version_is_a_new_deployment() -> None:
    found = settled([one("1", 0, until=2), one("1", 5, earliest=-9)])
    assert [(d.began.low, d.at) for d in found] == [(at(0), at(0)), (at(2), at(5))]


@given(st.integers(0, 10_000), st.integers(2, 12), st.integers(1, 6))
def test_what_really_served_is_always_among_the_candidates(seed: int, moves: int, looks: int) -> None:
    """A slot that is moved at random and looked at now and then, as a registry without history is."""
    random = Random(seed)
    minutes = sorted(random.sample(range(1, 1000), moves))
    truth = [(minute, str(random.randint(1, 3))) for minute in minutes]
    created = {version: 0 for _, version in truth}

    def really(minute: float) -> str:
        return [version for begins, version in truth if begins <= minute][-1]

    sightings = sorted(random.sample(range(minutes[0], 1100), looks))
    seen = [
        one(really(m), m / 60, earliest=created[really(m)] / 60)
        for m in random.sample(sightings, len(sightings))
    ]
    for minute in range(minutes[0], sightings[-1] + 1):
        found = versions(seen, minute / 60)
        # A version that came and went between two looks left no trace.
        before = max((s for s in sightings if s <= minute), default=minutes[0] - 1)
        after = min(s for s in sightings if s >= minute)
        traced = [m for m, _ in truth if before < m <= after]
        if before == after:
            assert found == [((really(minute),), True)]
        elif len(traced) <= 1 and before >= minutes[0]:
            assert really(minute) in found[0][0]
