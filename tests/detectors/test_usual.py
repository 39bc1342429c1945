"""Which part of a series tells when it left what was usual."""

import numpy as np
import pytest

from tests.start_cases import autoregressive
from tocsin.detectors.usual import departure

N = 1200


def levels(seed: int, *steps: tuple[int, float], ar: float = 0.3) -> np.ndarray:
    values = autoregressive(np.random.default_rng(seed), 1, N, ar)[0]
    for at, size in steps:
        values[at:] += size
    return values


@pytest.mark.parametrize("seed", range(4))
def test_a_departure_that_went_back_is_between_its_neighbours(seed: int) -> None:
    part = departure(levels(seed, (700, 3.0), (900, -3.0)))
    assert part.start == 0
    assert abs(part.stop - 900) <= 15


def test_an_older_change_is_left_out() -> None:
    part = departure(levels(1, (150, 4.0), (900, -3.0)))
    assert abs(part.start - 150) <= 15
    assert part.stop == N


def test_the_first_of_several_steps_away_counts() -> None:
    part = departure(levels(2, (600, 4.0), (1050, 8.0)))
    assert part.start == 0
    assert abs(part.stop - 1050) <= 15


def test_what_follows_a_known_departure_is_not_what_is_usual() -> None:
    values = levels(3, (250, 3.0), (700, -6.0))
    assert departure(values).start > 200
    assert departure(values, by=400).start == 0


def test_a_slow_departure_is_left_whole_although_the_new_level_lasts_longer() -> None:
    ramp = np.clip((np.arange(N) - 350) / 150, 0, 1)
    part = departure(levels(6) + 8 * ramp)
    assert part.start == 0
    assert part.stop > 420


def test_one_change_or_none_is_the_whole_series() -> None:
    assert departure(levels(4)) == departure(levels(5, (600, 3.0))) == slice(0, N)


def test_slow_noise_is_no_change() -> None:
    parts = [departure(levels(seed, ar=0.8)) for seed in range(6)]
    assert sum(part != slice(0, N) for part in parts) <= 1
