"""Values by their ranks: as scipy ranks them, whatever the unit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, rankdata

from tocsin.detectors.ranks import normal_scores


@given(st.lists(st.integers(-5, 5) | st.floats(-1e9, 1e9), min_size=1, max_size=50))
def test_scores_are_gaussian_quantiles_of_mean_ranks(values: list[float]) -> None:
    array = np.array(values, float)
    wanted = norm.ppf((rankdata(array) - 0.5) / len(array))
    assert normal_scores(array) == pytest.approx(wanted, abs=1e-9)


def test_no_values_have_no_scores() -> None:
    assert len(normal_scores(np.zeros(0))) == 0
