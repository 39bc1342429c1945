"""Who is on duty when, checked against asking every shift."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.arrangement import RosterSet, Shift
from tocsin.model.roster import Rota, rota

START = datetime(2026, 3, 28, tzinfo=UTC)


def _at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def _rota(*shifts: tuple[str, float, float]) -> Rota:
    return rota(RosterSet("on call", tuple(Shift(who, _at(a), _at(b)) for who, a, b in shifts), "UTC"))


def test_the_one_who_comes_is_on_duty_from_the_minute_of_the_hand_over() -> None:
    found = _rota(("Operator A", 0, 8), ("Operator B", 8, 16))
    assert found.on_duty(_at(8) - timedelta(microseconds=1)) == ("Operator A",)
    assert found.on_duty(_at(8)) == ("Operator B",)
    assert found.on_duty(_at(16)) == ()
    after = found.after(_at(1))
    assert after is not None
    assert (after.begins, after.persons) == (_at(8), ("Operator B",))
    assert found.after(_at(9)) is None


def test_gaps_and_overlaps_are_told_with_their_bounds() -> None:
    found = _rota(("Operator A", 0, 9), ("Operator B", 8, 12), ("Operator C", 14, 20))
    week = (_at(-2), _at(24))
    assert [(one.begins, one.ends) for one in found.gaps(*week)] == [
        (_at(-2), _at(0)), (_at(12), _at(14)), (_at(20), _at(24)),
    ]  # fmt: skip
    assert [one.persons for one in found.overlaps(*week)] == [("Operator A", "Operator B")]


def test_a_rota_without_shifts_is_a_gap_from_end_to_end() -> None:
    empty = _rota()
    assert empty.on_duty(_at(0)) == ()
    assert [(one.begins, one.ends) for one in empty.gaps(_at(0), _at(5))] == [(_at(0), _at(5))]


_SHIFTS = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.integers(0, 40), st.integers(0, 40)), min_size=0, max_size=12
)


@given(_SHIFTS, st.integers(-3, 45))
def test_on_duty_is_whoever_has_a_shift_then(shifts: list[tuple[str, int, int]], hour: int) -> None:
    found = _rota(*shifts)
    expected = sorted({who for who, begins, ends in shifts if begins <= hour < ends})
    assert list(found.on_duty(_at(hour))) == expected


@given(_SHIFTS)
def test_what_it_says_of_a_week_covers_every_hour_once(shifts: list[tuple[str, int, int]]) -> None:
    pieces = list(_rota(*shifts).within(_at(-2), _at(45)))
    assert pieces[0].begins == _at(-2)
    assert pieces[-1].ends == _at(45)
    assert all(one.ends == other.begins for one, other in pairwise(pieces))
    for piece in pieces:
        hour = (piece.begins - START) / timedelta(hours=1)
        assert set(piece.persons) == {who for who, begins, ends in shifts if begins <= hour < ends}
