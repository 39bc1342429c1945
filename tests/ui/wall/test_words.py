"""A length of time in one unit."""

from datetime import timedelta

import pytest

from tocsin.ui.wall.words import brief


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=23), "23 h"),
        (timedelta(days=729), "729 d"),
        (timedelta(days=4584), "12 y"),
    ],
)
def test_the_largest_unit_tells(length: timedelta, words: str) -> None:
    assert brief(length) == words
