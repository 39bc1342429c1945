"""The import sheet: look first, then import; a refusal stays on the sheet in words."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tocsin.operations import systems
from tocsin.store import series
from tocsin.store.folder import Store
from tocsin.ui.columns import ColumnsTable
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
    qtbot.waitUntil(lambda: "would be stored" in sheet.outcome.text())
    assert "19" in sheet.outcome.text()
    assert "UTC" in sheet.outcome.text(), "what was assumed of the times is said"
    assert known(store) == []
    assert systems.names(store) == []


def test_importing_stores_and_closes_the_sheet(
    qtbot: QtBot, sheet: ImportSheet, file: Path, store: Store
) -> None:
    fill(sheet, file)
    with qtbot.waitSignal(sheet.imported) as imported:
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
    qtbot.waitUntil(lambda: "would be stored" in sheet.outcome.text())
    assert known(store) == []


def test_what_was_stopped_is_said_to_have_stored_nothing(
    qtbot: QtBot, sheet: ImportSheet, tmp_path: Path, store: Store
) -> None:
    path = tmp_path / "long.csv"
    path.write_text("time,value\n" + "".join(f"2026-10-01T00:00:00.{i:06}Z,{i}\n" for i in range(300_000)))
    fill(sheet, path)
    sheet.go.click()
    sheet.window().footer.stop.click()
    qtbot.waitUntil(lambda: "Stopped; nothing" in sheet.outcome.text())
    assert known(store) == []


def test_control_and_enter_imports(qtbot: QtBot, sheet: ImportSheet, file: Path, store: Store) -> None:
    fill(sheet, file)
    with qtbot.waitSignal(sheet.imported):
        qtbot.keyClick(sheet.system, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(known(store)) == 1


def test_enter_on_the_button_presses_it(qtbot: QtBot, sheet: ImportSheet, file: Path, store: Store) -> None:
    fill(sheet, file)
    sheet.go.setFocus()
    with qtbot.waitSignal(sheet.imported):
        qtbot.keyClick(sheet.go, Qt.Key.Key_Return)
    assert len(known(store)) == 1


def test_a_refusal_stays_on_the_sheet(qtbot: QtBot, sheet: ImportSheet, tmp_path: Path, store: Store) -> None:
    fill(sheet, tmp_path / "gone.csv")
    qtbot.mouseClick(sheet.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "gone.csv" in sheet.outcome.text())
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
    qtbot.waitUntil(lambda: told in sheet.outcome.text())
    assert "--" not in sheet.outcome.text()


def test_what_the_fields_say_is_done(qtbot: QtBot, sheet: ImportSheet, tmp_path: Path, store: Store) -> None:
    path = tmp_path / "some.csv"
    path.write_text(EPOCHS)
    fill(sheet, path)
    qtbot.keyClicks(sheet.columns, "time=ts, value=latency, metric=p99")
    sheet.unit.choose("s")
    with qtbot.waitSignal(sheet.imported):
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
    qtbot.waitUntil(lambda: "would be stored" in sheet.outcome.text())


LONG = "ts,region,host,metric,value\n" + "".join(
    f"2026-10-01T00:{minute:02d}:00Z,NE,web-1,latency,{minute}\n" for minute in range(30)
)


@pytest.fixture
def table(qtbot: QtBot, sheet: ImportSheet, tmp_path: Path) -> ColumnsTable:
    """The columns of a long table, the keyboard on the first."""
    path = tmp_path / "long-1.csv"
    path.write_text(LONG)
    fill(sheet, path)
    qtbot.waitUntil(sheet.table.isVisible)
    sheet.table.table.setFocus()
    return sheet.table.table


def becomes(table: ColumnsTable) -> dict[str, str]:
    columns = table.columns
    return {columns.index(row, 0).data(): columns.index(row, 1).data() for row in range(columns.rowCount())}


def test_a_table_shows_what_its_columns_become(table: ColumnsTable, sheet: ImportSheet) -> None:
    assert becomes(table) == {
        "ts": "time", "region": "label", "host": "label", "metric": "metric", "value": "value",
    }  # fmt: skip
    assert "latency" in table.columns.index(3, 2).data()
    assert sheet.columns.text() == "", "nothing is said until something is changed"
    assert not_plain(sheet) == []


def test_keys_say_what_a_column_becomes(
    qtbot: QtBot, sheet: ImportSheet, table: ColumnsTable, store: Store
) -> None:
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_S)
    assert becomes(table)["region"] == "segment"
    assert "segment=region" in sheet.columns.text()
    qtbot.keyClick(table, Qt.Key.Key_S)
    assert becomes(table)["region"] == "system"
    qtbot.keyClick(table, Qt.Key.Key_Left)
    assert becomes(table)["region"] == "group"
    sheet.table.field.setCurrentText("unit")
    sheet.table.words.setFocus()
    qtbot.keyClicks(sheet.table.words, "ms")
    qtbot.keyClick(sheet.table.words, Qt.Key.Key_Return)
    assert becomes(table)["'ms'"] == "unit"
    table.setFocus()
    table.setCurrentIndex(table.columns.index(2, 1))
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert becomes(table)["host"] == "ignored"
    with qtbot.waitSignal(sheet.imported):
        qtbot.keyClick(table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    with store.signals.read() as connection:
        [(_, signal)] = series.list_all(connection)
    assert (signal.metric, signal.unit, signal.group) == ("latency", "ms", "NE")
    assert signal.labels == {"region": "NE"}


def test_the_next_file_like_it_is_read_as_the_last(
    qtbot: QtBot, sheet: ImportSheet, table: ColumnsTable, tmp_path: Path
) -> None:
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_S)
    said = sheet.columns.text()
    with qtbot.waitSignal(sheet.imported):
        sheet.go.click()
    sheet.columns.clear()
    second = tmp_path / "long-2.csv"
    second.write_text(LONG)
    sheet.open_with(second)
    qtbot.waitUntil(lambda: sheet.columns.text() == said)
    qtbot.waitUntil(lambda: becomes(table)["region"] == "segment")
    assert "like the last file" in sheet.outcome.text()


def test_another_file_is_read_by_its_own_columns(
    qtbot: QtBot, sheet: ImportSheet, table: ColumnsTable, file: Path
) -> None:
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_S)
    assert "segment=region" in sheet.columns.text()
    sheet.file.setText(str(file))
    qtbot.waitUntil(lambda: becomes(table).get("timestamp") == "time")
    assert "region" not in becomes(table)
    assert (sheet.columns.text(), sheet.table.missing.text()) == ("", "")


def test_a_refusal_is_said_once_and_is_gone_when_the_columns_are_said(
    qtbot: QtBot, sheet: ImportSheet, table: ColumnsTable, tmp_path: Path
) -> None:
    path = tmp_path / "unknown.csv"
    path.write_text("a,b\nx,y\nz,w\n")
    sheet.file.setText(str(path))
    qtbot.waitUntil(lambda: "b" in becomes(table))
    qtbot.waitUntil(lambda: "no column holds times" in sheet.table.missing.text())
    sheet.preview.click()
    qtbot.waitUntil(lambda: "no column holds times" in sheet.outcome.text())
    assert sheet.table.missing.text() == ""
    table.setFocus()
    table.setCurrentIndex(table.columns.index(0, 1))
    qtbot.keyClick(table, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: "no column holds times" not in sheet.outcome.text())


def test_what_is_missing_is_said_below_the_columns_before_anything_is_read(
    qtbot: QtBot, sheet: ImportSheet, tmp_path: Path
) -> None:
    path = tmp_path / "epochs.csv"
    path.write_text(EPOCHS)
    fill(sheet, path)
    qtbot.waitUntil(lambda: "“Unit of numeric times”" in sheet.table.missing.text())
    assert becomes(sheet.table.table) == {"ts": "–", "latency": "–"}, "nothing is decided yet"
    qtbot.mouseClick(sheet.unit.group.button(1), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: sheet.table.missing.text() == "")
    assert becomes(sheet.table.table) == {"ts": "time", "latency": "value"}


def test_a_folder_is_looked_at_and_counted_by_kind(
    qtbot: QtBot, sheet: ImportSheet, tmp_path: Path, file: Path
) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    file.rename(folder / "latency.csv")
    (folder / "other.csv").write_text(LONG)
    sheet.open_with(folder)
    sheet.system.setEditText("scorer")
    sheet.preview.click()
    qtbot.waitUntil(lambda: "49 samples" in sheet.outcome.text())
    assert not sheet.table.isVisible(), "two tables have no columns in common"


def test_the_time_of_a_file_that_states_none_is_taken_from_its_field(
    qtbot: QtBot, sheet: ImportSheet, tmp_path: Path
) -> None:
    path = tmp_path / "now.csv"
    path.write_text("latency,errors\n1.5,2\n")
    fill(sheet, path)
    qtbot.keyClicks(sheet.at, "yesterday")
    sheet.preview.click()
    qtbot.waitUntil(lambda: "yesterday" in sheet.outcome.text())
    sheet.at.setText("2026-11-01 14:20")
    sheet.preview.click()
    qtbot.waitUntil(lambda: "All at 1 Nov 14:20 CET" in sheet.outcome.text())


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
