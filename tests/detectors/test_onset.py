"""When a share changed: the interval holds the true row as often as it says; a ramp is told from a step."""

import numpy as np
import pytest

from tocsin.detectors.base import DAY
from tocsin.detectors.onset import onset

N = 1200
TIMES = 20_000 * DAY + np.arange(N) * DAY // 40


def drawn(seed: int, share: np.ndarray) -> np.ndarray:
    random = np.random.Generator(np.random.PCG64(seed))
    return (random.random(len(share)) < share).astype(float)


@pytest.mark.parametrize(("before", "after"), [(0.3, 0.05), (0.15, 0.02), (0.02, 0.2)])
def test_the_interval_of_a_step_holds_its_row(before: float, after: float) -> None:
    truth, held, steps = 800, 0, 0
    share = np.where(np.arange(N) < truth, before, after)
    for seed in range(100):
        found = onset(TIMES, drawn(seed, share))
        assert found is not None
        held += found.earliest_us <= TIMES[truth] <= found.latest_us
        steps += not found.gradual
    assert held >= 82
    assert steps >= 80


def test_a_ramp_is_no_step_and_begins_where_it_bends() -> None:
    share = 0.6 - 0.55 * np.maximum(np.linspace(-0.5, 1, N), 0)
    found = [onset(TIMES, drawn(seed, share)) for seed in range(60)]
    assert sum(one is not None and one.gradual for one in found) >= 50
    bend = TIMES[N // 3]
    assert sum(one is not None and one.earliest_us <= bend <= one.latest_us for one in found) >= 46


def test_few_rows_say_nothing_and_an_even_share_is_wide() -> None:
    assert onset(TIMES[:5], np.array([1.0, 1, 1, 0, 0])) is None
    found = onset(TIMES, drawn(3, np.full(N, 0.2)))
    assert found is not None
    assert found.earliest_us <= found.at_us <= found.latest_us
    assert found.latest_us - found.earliest_us > 10 * DAY
