"""Does a folded axis keep the order of times, both ways, and give the busy hours the room."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.axis import folded

HOUR = 3_600_000_000
DAY = 24 * HOUR


def test_three_quiet_weeks_leave_the_room_to_the_two_busy_hours() -> None:
    busy = [23 * DAY + minutes * HOUR // 60 for minutes in range(0, 120, 10)]
    axis = folded([0, *busy])
    whole = axis.place(busy[-1]) - axis.place(0)
    assert (axis.place(busy[-1]) - axis.place(busy[0])) / whole > 0.8
    assert len(axis.folds) == 1


def test_an_even_day_is_not_folded() -> None:
    axis = folded(hour * HOUR for hour in range(24))
    assert axis.folds == ()
    assert axis.place(10 * HOUR) - axis.place(4 * HOUR) == 6 * HOUR


def test_stretches_as_long_as_a_folded_one_are_folded_too() -> None:
    ends = [0, 9 * HOUR, 18 * HOUR, 18 * HOUR + HOUR // 2, 19 * HOUR]
    assert len(folded(ends).folds) == 2


def test_two_moments_far_apart_are_all_there_is_and_stay_unfolded() -> None:
    assert folded([0, 30 * DAY]).folds == ()


def test_an_axis_of_nothing_still_maps_times() -> None:
    axis = folded([])
    assert axis.time(axis.place(5 * DAY)) == 5 * DAY


@given(st.lists(st.integers(0, 400 * DAY), min_size=1, max_size=30), st.integers(-DAY, 401 * DAY))
def test_a_place_leads_back_to_its_time(moments: list[int], us: int) -> None:
    axis = folded(moments)
    # A folded stretch has fewer places than microseconds; a second is finer than anybody can point.
    assert abs(axis.time(axis.place(us)) - us) <= 1_000_000


@given(st.lists(st.integers(0, 400 * DAY), min_size=2, max_size=30, unique=True))
def test_later_is_always_further_right(moments: list[int]) -> None:
    places = folded(moments).place_all(np.array(sorted(moments)))
    assert (np.diff(places) > 0).all()
