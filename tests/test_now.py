"""The clock that tests move, and the watch that notices when somebody sets the real one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.now import JumpWatch, ManualClock, SystemClock


def test_the_machines_clock_is_aware_and_its_elapsed_time_never_goes_back() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    first = clock.elapsed_s()
    assert clock.elapsed_s() >= first


def test_time_that_passes_is_no_jump_however_long_it_was(clock: ManualClock) -> None:
    watch = JumpWatch(clock)
    clock.advance(days=3)
    assert watch.check() is None


@pytest.mark.parametrize("hours", [-1, 1, 24 * 400])
def test_a_clock_that_was_set_is_noticed_once_with_its_size(clock: ManualClock, hours: int) -> None:
    watch = JumpWatch(clock)
    clock.advance(minutes=5)
    clock.set_wall(clock.now() + timedelta(hours=hours))
    assert watch.check() == timedelta(hours=hours)
    assert watch.check() is None


@given(st.floats(-2, 2))
def test_the_small_corrections_of_a_time_server_are_not_jumps(seconds: float) -> None:
    clock = ManualClock(datetime(2026, 11, 2, tzinfo=UTC))
    watch = JumpWatch(clock)
    clock.set_wall(clock.now() + timedelta(seconds=seconds))
    assert watch.check() is None
