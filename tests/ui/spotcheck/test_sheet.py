"""The review form by its keys: verdicts, notes, moving, the live rate, drawing, and text that stays text."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tocsin.errors import BadInput
from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.operations import spotcheck
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.spotcheck.drawing import share_or_size
from tocsin.ui.spotcheck.sheet import SpotCheckSheet
from tocsin.ui.text import Label, not_plain
from tocsin.ui.window import Window

Key = Qt.Key
B = Author("Operator B")
LONG = "word " * 4_100


@pytest.fixture
def log(store: Store, author: Author, tmp_path: Path) -> str:
    """A log of 60 decisions, whose answers are hostile, long, or both."""
    file = tmp_path / "log.csv"
    rows = "".join(
        f"d{n:02},2026-10-01T{n % 24:02}:00:00Z,{'NE' if n % 3 else 'SW'},<b>why {n}</b>,"
        f'"no\u202e\n{LONG if n % 5 == 0 else ""}"\n'
        for n in range(60)
    )
    file.write_text("id,time,region,prompt,answer\n" + rows)
    finish(ingest(store, author, file, system="shop", options=Options(record="decisions")))
    return "shop"


@pytest.fixture
def draw(store: Store, author: Author, log: str) -> str:
    return spotcheck.draw(store, author, log, size=30, by=("region",), seed=2).id


@pytest.fixture
def window(qtbot: QtBot, desk: Desk) -> Window:
    made = Window(desk)
    qtbot.addWidget(made)
    made.show()
    with qtbot.waitActive(made):
        made.activateWindow()
    return made


@pytest.fixture
def sheet(qtbot: QtBot, desk: Desk, window: Window) -> SpotCheckSheet:
    return SpotCheckSheet(desk, window)


@pytest.fixture
def press(qtbot: QtBot) -> Callable[..., None]:
    """Press keys one after the other where the keyboard is."""

    def pressed(*keys: Key) -> None:
        for key in keys:
            widget = QApplication.focusWidget()
            assert widget is not None
            qtbot.keyClick(widget, key)

    return pressed


def opened(qtbot: QtBot, sheet: SpotCheckSheet, system: str = "") -> tuple[str, ...]:
    sheet.open(system)
    qtbot.waitUntil(lambda: bool(sheet.view.decision))
    return sheet.ids


def texts(sheet: SpotCheckSheet) -> str:
    return "\n".join(label.text() for label in sheet.findChildren(Label))


def test_a_key_a_verdict_and_the_rate_beside_it(
    qtbot: QtBot, sheet: SpotCheckSheet, store: Store, draw: str, press: Callable[..., None]
) -> None:
    ids = opened(qtbot, sheet)
    assert sheet.view.decision == ids[0]
    assert (sheet.head.rate.text(), sheet.head.interval.text()) == ("–", "no error rate yet")
    for key, n in ((Key.Key_1, 1), (Key.Key_2, 2), (Key.Key_3, 3), (Key.Key_1, 4)):
        press(key)
        qtbot.waitUntil(lambda n=n: sheet.view.decision == ids[n])  # type: ignore[misc]
    qtbot.waitUntil(lambda: sheet.head.counted.text() == "4 of 30 reviewed · 1 wrong · 1 unsure")
    assert sheet.head.rate.text().endswith("%")
    assert "95 %: " in sheet.head.interval.text()
    check = spotcheck.get(store, draw)
    said = [check.verdicts[one]["Operator A"] for one in ids[:4]]
    assert [one.verdict for one in said] == ["right", "wrong", "unsure", "right"]
    assert all(one.seconds is not None for one in said)


def test_next_and_back_change_nothing_and_a_verdict_can_be_changed(
    qtbot: QtBot, sheet: SpotCheckSheet, store: Store, draw: str, press: Callable[..., None]
) -> None:
    ids = opened(qtbot, sheet)
    press(Key.Key_J, Key.Key_J, Key.Key_K)
    qtbot.waitUntil(lambda: sheet.view.decision == ids[1])
    press(Key.Key_K, Key.Key_K, Key.Key_K)
    qtbot.waitUntil(lambda: sheet.view.decision == ids[0])
    assert spotcheck.report(store, draw).reviewed == 0
    with qtbot.waitSignal(sheet.judged):
        press(Key.Key_1)
    press(Key.Key_K)
    qtbot.waitUntil(lambda: sheet.verdicts["right"].property("role") == "main")
    with qtbot.waitSignal(sheet.judged):
        press(Key.Key_2)
    assert spotcheck.report(store, draw).wrong == 1
    qtbot.waitUntil(lambda: sheet.view.decision == ids[1])


def test_undo_takes_the_newest_verdict_back(
    qtbot: QtBot, sheet: SpotCheckSheet, store: Store, draw: str, desk: Desk, press: Callable[..., None]
) -> None:
    opened(qtbot, sheet)
    with qtbot.waitSignal(sheet.judged):
        press(Key.Key_2)
    qtbot.waitUntil(lambda: "1 of 30" in sheet.head.counted.text())
    desk.undo()
    qtbot.waitUntil(lambda: "0 of 30" in sheet.head.counted.text())
    assert spotcheck.report(store, draw).reviewed == 0


def test_a_note_goes_with_the_verdict(
    qtbot: QtBot, sheet: SpotCheckSheet, store: Store, draw: str, press: Callable[..., None]
) -> None:
    ids = opened(qtbot, sheet)
    press(Key.Key_N)
    qtbot.waitUntil(sheet.note.hasFocus)
    qtbot.keyClicks(sheet.note, "j1 contradicts itself")
    assert sheet.view.decision == ids[0], "keys in a note are letters"
    press(Key.Key_Return)
    assert not sheet.note.hasFocus()
    with qtbot.waitSignal(sheet.judged):
        press(Key.Key_2)
    kept = spotcheck.get(store, draw).verdicts[ids[0]]["Operator A"]
    assert (kept.verdict, kept.note) == ("wrong", "j1 contradicts itself")
    qtbot.waitUntil(lambda: sheet.view.decision == ids[1])
    assert sheet.note.text() == ""
    qtbot.waitUntil(lambda: "1 of 30" in sheet.head.counted.text())
    press(Key.Key_K, Key.Key_N)
    qtbot.keyClicks(sheet.note, ", twice")
    with qtbot.waitSignal(sheet.judged):
        press(Key.Key_Return)
    kept = spotcheck.get(store, draw).verdicts[ids[0]]["Operator A"]
    assert (kept.verdict, kept.note) == ("wrong", "j1 contradicts itself, twice")
    press(Key.Key_Escape)
    assert not sheet.isVisible()


def test_it_goes_on_where_nobody_has_been_and_hides_what_others_said(
    qtbot: QtBot, sheet: SpotCheckSheet, store: Store, draw: str, press: Callable[..., None]
) -> None:
    ids = spotcheck.get(store, draw).drawn.drawn
    for one in (ids[0], ids[1], ids[3]):
        spotcheck.record(store, B, draw, one, "wrong", "secret")
    opened(qtbot, sheet)
    assert sheet.view.decision == ids[2]
    with qtbot.waitSignal(sheet.judged):
        press(Key.Key_1)
    qtbot.waitUntil(lambda: sheet.view.decision == ids[4])
    press(Key.Key_K)
    qtbot.waitUntil(lambda: sheet.view.decision == ids[3])
    assert "judged by Operator B too" in sheet.others.text()
    assert "secret" not in texts(sheet)
    assert sheet.note.text() == ""
    assert all(button.property("role") != "main" for button in sheet.verdicts.values())


def test_who_takes_the_desk_sees_their_own_verdicts(
    qtbot: QtBot, sheet: SpotCheckSheet, store: Store, draw: str, desk: Desk, press: Callable[..., None]
) -> None:
    ids = opened(qtbot, sheet)
    spotcheck.record(store, B, draw, ids[0], "wrong", "so B says")
    qtbot.waitUntil(lambda: "1 of 30" in sheet.head.counted.text())
    desk.choose_operator("Operator B")
    assert sheet.note.text() == "so B says"
    assert sheet.verdicts["wrong"].property("role") == "main"
    with qtbot.waitSignal(sheet.judged):
        press(Key.Key_1)
    assert spotcheck.get(store, draw).verdicts[ids[0]]["Operator B"].verdict == "right"


def test_what_another_person_judges_is_counted_at_once(
    qtbot: QtBot, sheet: SpotCheckSheet, store: Store, draw: str
) -> None:
    ids = opened(qtbot, sheet)
    spotcheck.record(store, B, draw, ids[5], "wrong")
    qtbot.waitUntil(lambda: "1 of 30 reviewed · 1 wrong" in sheet.head.counted.text())
    assert sheet.view.decision == ids[0]


@pytest.mark.usefixtures("draw")
def test_every_column_is_shown_as_text_and_long_ones_are_bounded(
    qtbot: QtBot, sheet: SpotCheckSheet, press: Callable[..., None]
) -> None:
    ids = opened(qtbot, sheet)
    long = next(at for at, one in enumerate(ids) if int(one[1:]) % 5 == 0)
    press(*[Key.Key_J] * long)
    qtbot.waitUntil(lambda: sheet.view.decision == ids[long])
    shown = texts(sheet)
    assert "<b>why" in shown
    assert "no‹U+202E›" in shown
    assert "more characters" in shown
    assert "2026" in shown
    assert len(shown) < 21_500
    assert not_plain(sheet) == []
    bar = sheet.view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    press(Key.Key_PageDown)
    assert bar.value() > 0
    press(Key.Key_J)
    qtbot.waitUntil(lambda: bar.value() == 0)


def test_a_verdict_that_was_not_saved_brings_its_decision_back(
    qtbot: QtBot, sheet: SpotCheckSheet, store: Store, draw: str, desk: Desk, press: Callable[..., None]
) -> None:
    ids = opened(qtbot, sheet)
    sheet.note.setMaxLength(5_000)
    sheet.note.setText("x" * 4_001)
    press(Key.Key_1)
    qtbot.waitUntil(lambda: "Not saved" in sheet.trouble.text())
    assert sheet.view.decision == ids[0]
    assert spotcheck.report(store, draw).reviewed == 0
    press(Key.Key_1)
    qtbot.waitUntil(lambda: spotcheck.report(store, draw).reviewed == 1)


def test_all_are_reviewed(
    qtbot: QtBot, sheet: SpotCheckSheet, store: Store, draw: str, press: Callable[..., None]
) -> None:
    ids = spotcheck.get(store, draw).drawn.drawn
    for one in ids[:-1]:
        spotcheck.record(store, B, draw, one, "right")
    opened(qtbot, sheet)
    assert sheet.view.decision == ids[-1]
    with qtbot.waitSignal(sheet.judged):
        press(Key.Key_1)
    qtbot.waitUntil(lambda: "30 of 30" in sheet.head.counted.text())
    assert sheet.head.bar.value() == 30
    sheet.dismiss()
    sheet.open("shop")
    qtbot.waitUntil(lambda: sheet.isVisible() and bool(sheet.view.decision))


@pytest.mark.usefixtures("log")
def test_without_a_draw_one_is_drawn_from_here(
    qtbot: QtBot, sheet: SpotCheckSheet, store: Store, press: Callable[..., None]
) -> None:
    sheet.open()
    qtbot.waitUntil(lambda: sheet.form.isVisible() and sheet.form.system.currentText() == "shop")
    qtbot.waitUntil(lambda: "region" in sheet.form.columns.text())
    sheet.form.many.setText("a lot")
    sheet.form.many.setFocus()
    press(Key.Key_Return)
    assert "no number" in sheet.form.note.text()
    sheet.form.many.setText("10 %")
    sheet.form.by.setText("prompt")
    press(Key.Key_Return)
    qtbot.waitUntil(lambda: "one of each of 60 strata" in sheet.form.note.text())
    sheet.form.by.setText("region")
    with qtbot.waitSignal(sheet.form.drawn):
        press(Key.Key_Return)
    qtbot.waitUntil(lambda: bool(sheet.view.decision))
    [check] = spotcheck.listed(store)
    assert (len(check.drawn.drawn), check.drawn.by) == (6, ("region",))
    assert "shop · 6 of 60 decisions · by region" in sheet.head.about.text()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("1 %", (0.01, None)), ("2,5%", (0.025, None)), ("0.05", (0.05, None)), ("300", (None, 300)),
     ("1,000", (None, 1000))],
)  # fmt: skip
def test_how_many_is_a_share_or_a_number(typed: str, meant: tuple[float | None, int | None]) -> None:
    assert share_or_size(typed) == pytest.approx(meant)


def test_how_many_must_be_a_number() -> None:
    with pytest.raises(BadInput, match="no number"):
        share_or_size("some")
