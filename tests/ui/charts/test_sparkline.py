"""Do small curves keep extremes and gaps, and stay in their box."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from tocsin.ui.charts.sparkline import paint_marks, paint_sparkline, sparkline

numbers = st.lists(st.floats(-1e12, 1e12) | st.just(float("nan")), max_size=500)


@given(numbers)
def test_a_curve_stays_in_its_box(values: list[float]) -> None:
    curve = sparkline(np.array(values, float), 40, 12)
    for line in curve.lines:
        box = line.boundingRect()
        assert box.left() >= -1e-9
        assert box.right() <= 40 + 1e-9
        assert box.top() >= -1e-6
        assert box.bottom() <= 12 + 1e-6


def test_one_spike_among_many_samples_is_kept() -> None:
    values = np.zeros(100_000)
    values[61_803] = 5.0
    (line,) = sparkline(values, 100, 20).lines
    assert line.boundingRect().top() == 0
    assert line.boundingRect().bottom() == 20
    assert line.size() == 200


def test_a_gap_parts_the_curve() -> None:
    values = np.array([1.0, 2.0, np.nan, 2.0, 1.0, np.nan])
    assert [line.size() for line in sparkline(values, 50, 10).lines] == [2, 2]
    assert sparkline(np.array([]), 50, 10).lines == ()
    assert sparkline(np.array([np.nan]), 50, 10).lines == ()


def test_a_curve_that_does_not_move_lies_in_the_middle() -> None:
    (line,) = sparkline(np.full(9, 7.0), 50, 10).lines
    assert line.boundingRect().top() == line.boundingRect().bottom() == 5


def test_it_is_painted_where_asked_in_the_colour_asked(qapp: object) -> None:
    image = QImage(60, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("#000000"))
    painter = QPainter(image)
    paint_sparkline(painter, sparkline(np.full(50, 1.0), 50, 10), QPointF(5, 10), QColor("#ff0000"))
    painter.end()
    assert image.pixelColor(30, 15) == QColor("#ff0000")
    assert image.pixelColor(2, 15) == QColor("#000000")
    assert image.pixelColor(30, 5) == QColor("#000000")
    assert sparkline(np.full(50, 1.0), 50, 10).size == pytest.approx((50, 10))


def test_marks_stand_at_their_part_of_the_width() -> None:
    image = QImage(100, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    paint_marks(painter, (0.25, 0.75), QRectF(0, 0, 100, 20), QColor("white"))
    painter.end()
    assert [x for x in range(100) if image.pixelColor(x, 10) == QColor("white")] == [25, 75]
