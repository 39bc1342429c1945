"""The order of writing, held to an implementation of its own: the Rust one of `python-bidi`."""

from bidi import get_display
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.reports import bidi

LETTERS = "abc אבג دهر 12 ٣٤ ()[]{}<>«» ,.:;+-/%$€ \u0301\u05b0 !?—模"


def written(text: str, direction: int) -> str:
    levels = bidi.of_line(text, bidi.levels(text, direction), direction)
    return "".join(text[place] for place in bidi.order(levels))


@settings(max_examples=800)
@given(st.text(st.sampled_from(LETTERS), max_size=16), st.sampled_from([0, 1]))
def test_the_order_is_that_of_another_implementation(text: str, direction: int) -> None:
    assert written(text, direction) == get_display(text, base_dir="LR"[direction])


@given(st.text(max_size=40), st.sampled_from([0, 1]))
def test_no_letter_is_lost_whatever_it_is(text: str, direction: int) -> None:
    assert sorted(written(text, direction)) == sorted(text)


def test_the_first_letter_gives_the_direction() -> None:
    assert [bidi.base(text) for text in ("abc אבג", "12 אבג abc", "(محمد)", "12 34", "")] == [0, 1, 1, 0, 0]


def test_what_opens_to_the_right_closes_where_writing_runs_to_the_left() -> None:
    assert [bidi.mirror(one) for one in "([{<«≤a1"] == [*")]}>»≥a1"]
    assert bidi.mirror(bidi.mirror("⟦")) == "⟦"
