"""The import sheet: look first, then import; a refusal stays on the sheet in words."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tocsin.operations import systems
from tocsin.store import series
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.importing import ImportSheet
from tocsin.ui.text import not_plain
from tocsin.ui.window import Window


@pytest.fixture
def sheet(qtbot: QtBot, desk: Desk) -> ImportSheet:
    window = Window(desk)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    made = ImportSheet(desk, window)
    made.open()
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "latency.csv"
    rows = [f"2026-10-{day:02} 00:00:00,{day * 1.5}" for day in range(1, 20)]
    path.write_text("\n".join(["timestamp,value", *rows]) + "\n")
    return path


def known(store: Store) -> list[str]:
    with store.signals.read() as connection:
        return [signal.metric for _, signal in series.list_all(connection)]


def fill(sheet: ImportSheet, file: Path) -> None:
    sheet.file.setText(str(file))
    sheet.system.setEditText("scorer")


def test_looking_first_stores_nothing(qtbot: QtBot, sheet: ImportSheet, file: Path, store: Store) -> None:
    fill(sheet, file)
    qtbot.mouseClick(sheet.preview, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "would be stored" in sheet.outcome.text(), timeout=20_000)
    assert "19" in sheet.outcome.text()
    assert "UTC" in sheet.outcome.text(), "what was assumed of the times is said"
    assert known(store) == []
    assert systems.names(store) == []


def test_importing_stores_and_closes_the_sheet(
    qtbot: QtBot, sheet: ImportSheet, file: Path, store: Store
) -> None:
    fill(sheet, file)
    with qtbot.waitSignal(sheet.imported, timeout=20_000) as imported:
        qtbot.mouseClick(sheet.go, Qt.MouseButton.LeftButton)
    report = (imported.args or [None])[0]
    assert report is not None
    assert report.stored == 19
    assert len(known(store)) == 1
    assert not sheet.isVisible()


@pytest.mark.parametrize("field", ["file", "system", "record", "zone", "unit", "columns"])
def test_enter_looks_first_in_every_field(
    qtbot: QtBot, sheet: ImportSheet, file: Path, store: Store, field: str
) -> None:
    fill(sheet, file)
    getattr(sheet, field).setFocus()
    keyed = sheet.window().focusWidget()
    assert keyed is not None
    qtbot.keyClick(keyed, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "would be stored" in sheet.outcome.text(), timeout=20_000)
    assert known(store) == []


def test_control_and_enter_imports(qtbot: QtBot, sheet: ImportSheet, file: Path, store: Store) -> None:
    fill(sheet, file)
    with qtbot.waitSignal(sheet.imported, timeout=20_000):
        qtbot.keyClick(sheet.system, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(known(store)) == 1


def test_enter_on_the_button_presses_it(qtbot: QtBot, sheet: ImportSheet, file: Path, store: Store) -> None:
    fill(sheet, file)
    sheet.go.setFocus()
    with qtbot.waitSignal(sheet.imported, timeout=20_000):
        qtbot.keyClick(sheet.go, Qt.Key.Key_Return)
    assert len(known(store)) == 1


def test_a_refusal_stays_on_the_sheet(qtbot: QtBot, sheet: ImportSheet, tmp_path: Path, store: Store) -> None:
    fill(sheet, tmp_path / "gone.csv")
    qtbot.mouseClick(sheet.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "gone.csv" in sheet.outcome.text(), timeout=20_000)
    assert sheet.isVisible()
    assert known(store) == []
    assert not_plain(sheet) == []


EPOCHS = "ts,latency\n" + "".join(f"{1_793_000_000 + i},{i}.5\n" for i in range(30))


@pytest.mark.parametrize(
    ("content", "columns", "told"),
    [
        (EPOCHS, "", "Choose s, ms, us or ns under “Unit of numeric times”."),
        ("a,b\nx,y\nz,w\n", "", "Or write time=COLUMN under “Columns”."),
        ("time,word\n2026-10-01,x\n2026-10-02,y\n", "", "Write value=COLUMN under “Columns”."),
        ('time,v\n2026-10-01,"1,5"\n2026-10-02,"2,5"\n', "", "Write decimal=comma or decimal=point under"),
        (EPOCHS, "colour=ts", "“Columns” knows no “colour” for samples."),
        (EPOCHS, "latency", "latency: “Columns” is KEY=COLUMN"),
    ],
)
def test_a_refusal_names_the_fields_of_the_sheet(
    qtbot: QtBot, sheet: ImportSheet, tmp_path: Path, content: str, columns: str, told: str
) -> None:
    path = tmp_path / "some.csv"
    path.write_text(content)
    fill(sheet, path)
    qtbot.keyClicks(sheet.columns, columns)
    qtbot.mouseClick(sheet.preview, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: told in sheet.outcome.text(), timeout=20_000)
    assert "--" not in sheet.outcome.text()


def test_what_the_fields_say_is_done(qtbot: QtBot, sheet: ImportSheet, tmp_path: Path, store: Store) -> None:
    path = tmp_path / "some.csv"
    path.write_text(EPOCHS)
    fill(sheet, path)
    qtbot.keyClicks(sheet.columns, "time=ts, value=latency, metric=p99")
    sheet.unit.choose("s")
    with qtbot.waitSignal(sheet.imported, timeout=20_000):
        qtbot.mouseClick(sheet.go, Qt.MouseButton.LeftButton)
    assert known(store) == ["p99"]


def test_a_file_whose_name_holds_what_nobody_sees_is_found(
    qtbot: QtBot, sheet: ImportSheet, file: Path, store: Store
) -> None:
    odd = file.rename(file.with_name("lat\u202eency.csv"))
    sheet.open_with(odd)
    assert "‹U+202E›" in sheet.file.text()
    sheet.system.setEditText("scorer")
    qtbot.mouseClick(sheet.preview, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "would be stored" in sheet.outcome.text(), timeout=20_000)


def test_escape_closes_and_keeps_what_was_typed(qtbot: QtBot, sheet: ImportSheet, file: Path) -> None:
    fill(sheet, file)
    qtbot.keyClick(sheet.file, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    sheet.open()
    assert sheet.file.text() == str(file)


def test_into_a_store_that_can_only_be_read_nothing_is_imported(
    qtbot: QtBot, desk: Desk, store: Store
) -> None:
    store.journal.read_only = True
    window = Window(desk)
    qtbot.addWidget(window)
    assert not ImportSheet(desk, window).go.isEnabled()
