"""Are marks placed in their lanes with no label over another mark, however many there are."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.axis import folded
from tocsin.model.instant import When, to_us
from tocsin.model.lanes import Mark, Source
from tocsin.model.timeline import LANES
from tocsin.ui.timeline.placing import Placed, Scale, place, times_of

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR_PX = 300.0


def mark(minutes: float, text: str = "text", lane: str = "done", half_width: float = 0) -> Mark:
    at, by = NOON + timedelta(minutes=minutes), timedelta(minutes=half_width)
    when = When(at, at - by, at + by) if half_width else When(at)
    return Mark(f"{lane} {minutes} {text}", lane, text, when, Source.ENTRY)


def placed(*marks: Mark) -> list[Placed]:
    axis = folded([to_us(NOON)])
    scale = Scale(axis, axis.place(to_us(NOON)), axis.place(to_us(NOON + timedelta(hours=3))), 0, 3 * HOUR_PX)
    times = times_of(marks)
    return place(marks, times, scale, measure=lambda text: 8.0 * len(text), label_of=lambda m: m.text)


def test_a_dot_stands_at_its_time_with_its_label_beside_it() -> None:
    [spot] = placed(mark(60))
    assert (spot.x, spot.lane) == (HOUR_PX, LANES.index("done"))
    assert spot.label_x > spot.right


def test_a_range_becomes_a_bar() -> None:
    [spot] = placed(mark(60, half_width=30))
    assert (spot.left, spot.right) == (HOUR_PX / 2, HOUR_PX * 1.5)
    assert spot.is_bar


def test_a_label_goes_left_where_the_right_has_no_room() -> None:
    [spot] = placed(mark(175, "a long label beside the edge"))
    assert spot.label_x + spot.label_width < spot.left


def test_dots_on_one_place_become_one_that_tells_how_many() -> None:
    [spot] = placed(mark(60, "a"), mark(60.1, "b"), mark(60.2, "c"))
    assert [m.text for m in spot.marks] == ["a", "b", "c"]
    assert spot.label.startswith("3 × ")


def test_what_is_out_of_view_is_not_placed_and_a_bar_reaching_in_is() -> None:
    assert placed(mark(-200), mark(500)) == []
    assert len(placed(mark(-30, half_width=60))) == 1


@given(
    st.lists(
        st.tuples(st.floats(0, 180), st.sampled_from(["x", "longer text", "a really long text " * 3])),
        max_size=25,
    )
)
def test_no_label_lies_over_a_dot_or_another_label_of_its_lane(spots: list[tuple[float, str]]) -> None:
    found = [p for p in placed(*(mark(minutes, text) for minutes, text in spots)) if p.label_width]
    taken = sorted((p.label_x, p.label_x + p.label_width) for p in found)
    assert all(end <= start for (_, end), (start, _) in pairwise(taken))
    dots = placed(*(mark(minutes, text) for minutes, text in spots))
    for low, high in taken:
        assert not any(low < dot.right and dot.left < high for dot in dots)
