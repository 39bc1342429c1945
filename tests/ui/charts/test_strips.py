"""Is what was measured drawn where and when it was, and told apart from what is usual."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tocsin.model.instant import When, to_us
from tocsin.ui.charts.painting import SILENT, _together
from tocsin.ui.charts.scene import HEAD
from tocsin.ui.charts.strip import Floats, Frame, Lane, Times
from tocsin.ui.charts.strips import Strips
from tocsin.ui.palette import Tone
from tocsin.ui.theme import Theme

START = datetime(2026, 10, 28, tzinfo=UTC)
END = START + timedelta(hours=10)


def evenly(values: list[float]) -> tuple[Times, Floats]:
    times = np.linspace(to_us(START), to_us(END), len(values)).astype(np.int64)
    return times, np.array(values)


@pytest.fixture
def strips(qtbot: QtBot, theme: Theme) -> Strips:
    strips = Strips(theme, ZoneInfo("Europe/Berlin"))
    qtbot.addWidget(strips)
    strips.resize(648, 222)
    strips.set_range(START, END)
    strips.show()
    qtbot.waitExposed(strips)
    return strips


def picture(strips: Strips, qapp: QApplication) -> QImage:
    qapp.processEvents()
    return strips._view.grab().toImage()


def rows_of(image: QImage, x: int, colour: str) -> list[int]:
    """Return the rows of a column that are nearer to the colour than smooth edges make them."""
    wanted = QColor(colour)
    return [y for y in range(image.height()) if distance(image.pixelColor(x, y), wanted) < 92]


def distance(one: QColor, other: QColor) -> int:
    return max(abs(one.red() - other.red()), abs(one.green() - other.green()), abs(one.blue() - other.blue()))


def test_a_curve_goes_through_its_samples(strips: Strips, theme: Theme, qapp: QApplication) -> None:
    strips.add("a", "approval rate").set_data(*evenly([0.0] * 50 + [1.0] * 50))
    image = picture(strips, qapp)
    early, late = rows_of(image, 100, theme.palette.curve), rows_of(image, 400, theme.palette.curve)
    assert 0 < max(late) < image.height() * 0.3
    assert image.height() * 0.7 < min(early) < image.height()


def test_a_gap_stays_a_gap(strips: Strips, theme: Theme, qapp: QApplication) -> None:
    strips.add("a", "x").set_data(*evenly([0.3, 0.4] * 40 + [float("nan")] * 40 + [0.3, 0.4] * 40))
    image = picture(strips, qapp)
    assert rows_of(image, 250, theme.palette.curve) == []
    assert rows_of(image, 100, theme.palette.curve) != []


def test_least_and_greatest_are_both_drawn(strips: Strips, theme: Theme, qapp: QApplication) -> None:
    times, low = evenly([0.0] * 500)
    strips.add("a", "x").set_data(times, low, low + 1.0, last=0.5)
    image = picture(strips, qapp)
    for x in (5, image.width() // 2, image.width() - 5):
        assert len(rows_of(image, x, theme.palette.curve)) > strips._view.height() * 0.6


def test_strips_do_not_leave_their_lanes(strips: Strips, theme: Theme, qapp: QApplication) -> None:
    strips.add("a", "upper").set_data(*evenly([1e9, -1e9] * 200))
    strips.add("b", "lower").set_tone(Tone.RED)
    lower = strips.strip("b")
    assert lower is not None
    lower.set_data(*evenly([1e-9, -1e-9] * 200))
    image = picture(strips, qapp)
    half = image.height() / 2
    assert max(rows_of(image, 300, theme.palette.curve)) < half
    assert min(rows_of(image, 300, theme.palette.red)) > half


def test_the_band_lies_where_values_are_usual(strips: Strips, theme: Theme, qapp: QApplication) -> None:
    times, values = evenly([0.0, 10.0])
    strip = strips.add("a", "x")
    strip.set_data(times, values)
    strip.set_band(times, np.array([2.0, 2.0]), np.array([0.0, 0.0]), np.array([4.0, 4.0]))
    image, band = picture(strips, qapp), QColor(theme.palette.band)
    rows = [y for y in range(image.height()) if image.pixelColor(400, y) == band]
    lane = strips._scene.lane(0)
    assert strip.between is not None
    expected = lane.y(np.array([4.0, 0.0]), strip.between) * strips._view.height()
    assert min(rows) == pytest.approx(expected[0], abs=2)
    assert max(rows) == pytest.approx(expected[1], abs=2)


def test_the_incident_window_is_shaded_from_its_start_on(
    strips: Strips, qapp: QApplication, theme: Theme
) -> None:
    strips.add("a", "x")
    at = START + timedelta(hours=5)
    strips.set_window(When(at, at - timedelta(hours=1), at + timedelta(hours=1)), END - timedelta(hours=2))
    image = picture(strips, qapp)
    width = image.width()
    before, unsure, during, after = (
        image.pixelColor(round(width * part), 30) for part in (0.3, 0.45, 0.7, 0.9)
    )
    assert before == after == QColor(theme.palette.panel)
    assert before.red() < during.red() < unsure.red()
    strips.set_window(None)
    assert picture(strips, qapp).pixelColor(round(width * 0.7), 30) == before


def test_marks_that_would_touch_become_one(strips: Strips) -> None:
    at = START + timedelta(hours=5)
    marks = [
        (When(at), "v14"),
        (When(at + timedelta(minutes=2)), "v14.1"),
        (When(END), "v15"),
        (When(END + timedelta(days=1)), "later"),
    ]
    strips.set_marks(marks)
    assert [label for _, label in _together(strips._scene)] == ["v14 +1", "v15"]


def test_a_bar_shows_since_when_a_version_may_have_served(strips: Strips, qapp: QApplication) -> None:
    at = START + (END - START) / 2
    strips.set_marks([(When(at, START + (END - START) / 4), "v14")])
    image = picture(strips, qapp)
    low, inside, after = (image.pixelColor(round(image.width() * part), HEAD - 2) for part in (0.2, 0.4, 0.7))
    assert low == after != inside


def test_a_dragged_stretch_is_told_as_times(strips: Strips, qtbot: QtBot) -> None:
    view = strips._view.viewport()
    width = strips._view.width()
    with qtbot.waitSignal(strips.brushed) as brushed:
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(width * 3 // 4, 50))
        qtbot.mouseMove(view, QPoint(width // 2, 50))
        qtbot.mouseMove(view, QPoint(width // 4, 50))
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(width // 4, 50))
    start, end = brushed.args
    assert abs(start - (START + timedelta(hours=2.5))) < timedelta(minutes=2)
    assert abs(end - (START + timedelta(hours=7.5))) < timedelta(minutes=2)
    with qtbot.assertNotEmitted(strips.brushed):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 50))


def test_a_stretch_can_be_selected_from_the_keyboard(strips: Strips, qtbot: QtBot) -> None:
    view = strips._view
    both = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
    for _ in range(4):
        qtbot.keyClick(view, Qt.Key.Key_Right, both)
    with qtbot.waitSignal(strips.brushed) as brushed:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    length = brushed.args[1] - brushed.args[0]
    assert abs(length - timedelta(hours=10) * 100 / view.width()) < timedelta(seconds=1)


def test_new_range_or_width_asks_for_new_data(strips: Strips, qtbot: QtBot) -> None:
    with qtbot.waitSignal(strips.outdated):
        assert strips.set_range(START, END + timedelta(hours=1))
    with qtbot.assertNotEmitted(strips.outdated):
        assert not strips.set_range(START, END + timedelta(hours=1))
    before = strips.pixels()
    with qtbot.waitSignal(strips.outdated):
        strips.resize(900, 222)
    assert strips.pixels() == before + 900 - 648
    assert strips.range() == (START, END + timedelta(hours=1))


def test_new_samples_leave_the_ground_alone_until_values_jump(strips: Strips, qapp: QApplication) -> None:
    strip, painted = strips.add("a", "x"), list[int]()
    times, values = evenly([0.0, 1.0, 0.5])
    strip.set_band(times, values, values, values)
    strip.set_data(times, values)
    original = strips._view.repaint_ground
    strips._view.repaint_ground = lambda: painted.append(1) or original()  # type: ignore[func-returns-value]
    strip.set_data(times, values * 0.99)
    assert painted == []
    strip.set_data(times, values * 3)
    assert painted == [1]


def test_the_last_finite_value_is_read(strips: Strips) -> None:
    strip = strips.add("a", "x")
    strip.set_data(*evenly([0.1, 0.31, float("nan")]))
    assert strip.last == 0.31
    strip.set_data(*evenly([float("nan")]))
    assert np.isnan(strip.last)
    strip.set_data(*evenly([0.1]), last=0.7)
    assert strip.last == 0.7


def test_a_strip_without_samples_in_the_range_says_so_and_shows_no_value(
    strips: Strips, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    strip = strips.add("a", "approval rate")
    strip.set_data(*evenly([0.0] * 50), last=0.0)
    words: list[str] = []
    draw = QPainter.drawText

    def record(painter: QPainter, *given: Any) -> Any:
        words.extend(one for one in given if isinstance(one, str))
        return draw(painter, *given)

    def painted() -> set[str]:
        words.clear()
        strips.grab()
        return set(words)

    monkeypatch.setattr(QPainter, "drawText", record)
    assert {"approval rate", "0"} <= painted()
    assert SILENT not in painted()
    strips.set_range(END + timedelta(hours=1), END + timedelta(hours=2))
    assert {"approval rate", "–", SILENT} <= painted()
    assert "0" not in painted()
    strip.set_data(np.array([to_us(END + timedelta(minutes=90))]), np.array([0.0]), last=0.0)
    assert "0" in painted()
    strip.set_data(np.array([to_us(END + timedelta(minutes=90))]), np.array([np.nan]), last=0.0)
    assert {"–", SILENT} <= painted()


def test_the_nearest_sample_is_found() -> None:
    frame, lane = Frame(0, 100), Lane(0.0, 1.0)
    assert frame.x(np.array([0, 50, 100])).tolist() == [0.0, 0.5, 1.0]
    assert lane.y(np.array([0.0, 10.0]), (0.0, 10.0)).tolist() == [1.0, 0.0]
    assert frame.inside(np.array([-50, -10, 20, 99, 130, 140])) == slice(1, 5)


def test_clearing_takes_all_strips_away(strips: Strips, theme: Theme, qapp: QApplication) -> None:
    strips.add("a", "x").set_data(*evenly([0.0, 1.0]))
    strips.clear()
    assert strips.strip("a") is None
    assert rows_of(picture(strips, qapp), 300, theme.palette.curve) == []
