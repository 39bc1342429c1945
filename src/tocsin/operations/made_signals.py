"""Made-up signals of demonstrations and drills: a level, a daily wave, noise that lingers, and a shift."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

DAY_S = 86_400.0


def values(
    ages_s: NDArray[np.float64], shape: dict[str, Any], random: np.random.Generator
) -> NDArray[np.float64]:
    """Return one signal, oldest first, `ages_s` seconds before the end.

    `shape` has `level`, `daily` (height of the wave), `noise` (one standard deviation), `low` and `high`
    (what a value can never pass) and `shift`: `by` how much it moves from `days` before the end on, full
    after `over_days`.
    """
    white = random.normal(0.0, shape["noise"], len(ages_s))
    noise = white.copy()
    noise[1:] += 0.4 * white[:-1]
    found = shape["level"] + shape["daily"] * np.sin(2 * np.pi * ages_s / DAY_S) + noise
    if shift := shape.get("shift"):
        grown = (shift["days"] * DAY_S - ages_s) / (shift["over_days"] * DAY_S)
        found += shift["by"] * np.clip(grown, 0.0, 1.0)
    clipped: NDArray[np.float64] = np.clip(found, shape.get("low"), shape.get("high"))
    return clipped
