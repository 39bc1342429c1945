"""Are the words that say which column is what understood."""

import pytest

from tocsin.errors import BadInput
from tocsin.importers.base import mapping


def test_a_mapping_is_taken_apart() -> None:
    assert mapping("") == {}
    assert mapping("time=ts, value=a,b,unit=ms") == {"time": "ts", "value": "a,b", "unit": "ms"}
    assert mapping("text={host, all}: {what},unit='a, b',value=x") == {
        "text": "{host, all}: {what}",
        "unit": "'a, b'",
        "value": "x",
    }
    with pytest.raises(BadInput):
        mapping("ts")
