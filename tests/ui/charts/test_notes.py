"""Words at the foot of a chart: each beside its line, none over another, none beyond the edge."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tocsin.model.instant import EPOCH, to_us
from tocsin.ui.charts.notes import placed
from tocsin.ui.charts.scene import Note, Scene
from tocsin.ui.charts.strip import Episode, Frame
from tocsin.ui.charts.strips import Strips
from tocsin.ui.palette import Tone
from tocsin.ui.theme import Theme

WIDE = 600


@given(st.lists(st.tuples(st.floats(-0.2, 1.2), st.integers(1, 30)), max_size=8))
def test_no_words_cover_others_or_leave_the_view(notes: list[tuple[float, int]]) -> None:
    scene = Scene(Frame(0, to_us(EPOCH + timedelta(days=10))), width=WIDE, height=400)
    scene.notes = [Note(EPOCH + timedelta(days=10 * at), "w" * length) for at, length in notes]
    found = placed(scene, lambda text: 7.0 * len(text))
    boxes = [box for _, box in found]
    for place, box in enumerate(boxes):
        assert box.left() >= 0
        assert box.right() <= WIDE
        assert not any(box.intersects(other) for other in boxes[:place])
    assert len(found) == sum(0 <= scene.x(note.at) <= WIDE for note in scene.notes)


@pytest.fixture
def charts(qtbot: QtBot, theme: Theme) -> Strips:
    from zoneinfo import ZoneInfo

    made = Strips(theme, ZoneInfo("UTC"))
    qtbot.addWidget(made)
    made.resize(800, 300)
    made.show()
    made.set_range(EPOCH, EPOCH + timedelta(days=10))
    for name in ("upper", "lower"):
        made.add(name, name)
    return made


def test_a_note_and_an_episode_are_painted_in_their_tones(charts: Strips, theme: Theme) -> None:
    charts.set_notes([Note(EPOCH + timedelta(days=5), "here", Tone.GREEN)])
    lower = charts.strip("lower")
    assert lower is not None
    day = 86_400_000_000
    lower.set_episodes((Episode(7 * day, None, Tone.RED),))
    view = charts.focusProxy()
    assert view is not None
    image: QImage = view.grab().toImage()
    middle = round(view.width() / 2)
    column = {image.pixelColor(x, 30).name() for x in range(middle - 2, middle + 3)}
    assert theme.colour("green").name() in column
    foot = {
        image.pixelColor(round(0.7 * view.width()), y).name()
        for y in range(view.height() - 12, view.height())
    }
    assert theme.colour("red").name() in foot


def test_a_click_tells_the_moment_and_the_lane_and_a_drag_the_stretch(qtbot: QtBot, charts: Strips) -> None:
    view = charts.focusProxy()
    assert view is not None
    port = view.viewport()  # type: ignore[attr-defined]
    at = QPoint(round(0.5 * view.width()), view.height() - 20)
    with qtbot.waitSignal(charts.clicked) as clicked:
        qtbot.mouseClick(port, Qt.MouseButton.LeftButton, pos=at)
    earliest, latest, lane = clicked.args
    assert earliest < EPOCH + timedelta(days=5) < latest
    assert lane == 1
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseMove(port, at + QPoint(60, 0))
    with qtbot.waitSignal(charts.brushed) as brushed:
        qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=at + QPoint(60, 0))
    start, end = brushed.args
    assert start < end
