"""Values of a column as labels, and back: each label stands for its own rows and no others."""

import numpy as np
import pytest

from tocsin.detectors.segments_attributes import MISSING, attribute, matching


@pytest.mark.parametrize(
    "values",
    [
        [123456.0, 123457.0, 123458.0],
        [1 / 3, 2 / 3, -1 / 3],
        [0.0, 1e-12, 1.0],
        [1e9, 1e9 + 1, np.nan],
        list(np.linspace(0, 1, 50)),
    ],
)
def test_each_label_stands_for_its_own_rows(values: list[float]) -> None:
    column = np.tile(np.array(values), 40)
    made = attribute("postcode", column, np.arange(len(column)) % 2, 5, 5)
    assert made is not None
    assert len(set(made.labels)) == len(made.labels)
    for code, label in enumerate(made.labels):
        assert np.array_equal(matching(column, label), made.codes == code)
    assert (MISSING in made.labels) == bool(np.isnan(column).any())
