"""Decision logs as tables: what is read of a file or of a system, and what its columns mean."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.detectors.table import LARGEST, Table, Words
from tocsin.errors import BadInput, NotFound, StoreProblem
from tocsin.importers.base import Options
from tocsin.model.decision import Roles
from tocsin.model.operator import Author
from tocsin.operations import decision_table, decisions, undo
from tocsin.operations.ingest import ImportReport
from tocsin.operations.progress import finish
from tocsin.store.folder import Store

Import = Callable[..., ImportReport]

LOG = """id,time,amount,region,flag,y_pred
b,2026-05-02 00:00:00,2.5,north,True,1
a,2026-05-01 00:00:00,,south,False,0
c,2026-05-03 00:00:00,-4,,,1
"""


def read(path: Path, **said: object) -> decisions.Loaded:
    return finish(decisions.load_file(path, **said))  # type: ignore[arg-type]


def cells(table: Table, name: str) -> list[float | str | None]:
    column = table.columns[name]
    if isinstance(column, Words):
        return [column.labels[code] if code >= 0 else None for code in column.codes]
    return [None if np.isnan(value) else float(value) for value in column]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "log.csv"
    file.write_text(LOG)
    return file


def test_a_file_is_a_table_by_time(log: Path) -> None:
    loaded = read(log)
    assert loaded.ids.tolist() == ["a", "b", "c"]
    assert np.diff(loaded.table.times_us).tolist() == [86_400_000_000] * 2
    assert cells(loaded.table, "amount") == [None, 2.5, -4.0]
    assert cells(loaded.table, "region") == ["south", "north", None]
    assert cells(loaded.table, "flag") == [0.0, 1.0, None]
    assert loaded.table.words("region").labels == ("north", "south")
    assert loaded.roles.columns == {"decision": ("y_pred",), "segment": ("region",)}


def test_rows_without_time_or_id_are_in_their_order(tmp_path: Path) -> None:
    for name, text in (("a.csv", "x,y\n3,u\n1,v\n"), ("a.jsonl", '{"x":3,"y":"u"}\n{"x":1,"y":"v"}\n')):
        (tmp_path / name).write_text(text)
        with pytest.raises(BadInput):
            read(tmp_path / name)
        loaded = read(tmp_path / name, row_order=True)
        assert loaded.table.times_us.tolist() == [1, 2]
        assert cells(loaded.table, "x") == [3.0, 1.0]
        assert loaded.ids.tolist() == [f"{name}:1", f"{name}:2"]


def test_a_column_of_names_is_left_out_unless_it_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decision_table, "MOST_WORDS", 2)
    rows = "".join(f"{i},2026-05-01 00:00:0{i},n{i},q{i},k{i % 2}\n" for i in range(4))
    (tmp_path / "log.csv").write_text("id,time,name,prompt,kind\n" + rows)
    loaded = read(tmp_path / "log.csv")
    assert loaded.left == ("name",)
    assert set(loaded.table.columns) == {"prompt", "kind"}
    assert cells(read(tmp_path / "log.csv", columns=["name"]).table, "name") == ["n0", "n1", "n2", "n3"]


def test_what_is_no_log_is_refused(tmp_path: Path, log: Path) -> None:
    (tmp_path / "bad.csv").write_text(LOG.replace("2026-05-01", "yesterday").replace("2026-05-02", "then"))
    with pytest.raises(BadInput):
        read(tmp_path / "bad.csv")
    with pytest.raises(BadInput, match="no such column"):
        read(log, columns=["nothing"])
    with pytest.raises(BadInput):
        read(tmp_path / "none.csv")


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(
    names=st.lists(WORDS.filter(str.strip), min_size=1, max_size=3, unique_by=lambda n: n.strip().lower()),
    rows=st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=6),
)
def test_any_names_and_words_come_through(
    tmp_path: Path, names: list[str], rows: list[tuple[str, str, str]]
) -> None:
    file = tmp_path / "odd.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        writer.writerow(["id", "time", *(f"col {name}" for name in names)])
        for i, row in enumerate(rows):
            writer.writerow([f"r{i}", f"2026-05-01 00:00:{i:02}", *(f"={w}" for w in row[: len(names)])])
    table = read(file).table
    for at, column in enumerate(table.columns.values()):
        assert isinstance(column, Words)
        assert list(column.labels) == sorted(column.labels)
        assert [column.labels[code] for code in column.codes] == [f"={row[at]}" for row in rows]


def test_a_system_has_the_rows_of_all_its_logs_in_a_span(store: Store, run: Import) -> None:
    run(LOG, record="decisions")
    run("id,time,region,extra\nd,2026-05-02 12:00:00,7,2\ne,2026-05-09 00:00:00,8,\n", record="decisions")
    table, roles = decisions.of_system(store, "shop")
    assert cells(table, "extra") == [None, None, 2.0, None, None]
    assert cells(table, "region") == ["south", "north", "7.0", None, "8.0"]
    assert roles.one("decision") == "y_pred"
    day = 86_400_000_000
    part, _ = decisions.of_system(store, "shop", int(table.times_us[1]), int(table.times_us[0]) + 2 * day)
    assert cells(part, "region") == ["north", "7.0"]
    few, left = decisions.of_system(store, "shop", columns=["amount"])
    assert set(few.columns) == {"amount"}
    assert left.columns == {}
    with pytest.raises(NotFound):
        decisions.of_system(store, "nobody")


def test_a_column_that_is_empty_in_one_log_keeps_its_kind(store: Store, run: Import) -> None:
    run("id,time,repaid\na,2026-05-01,1\nb,2026-05-02,0\n", name="one.csv", record="decisions")
    run("id,time,repaid\nc,2026-05-03,\n", name="two.csv", record="decisions")
    table, _ = decisions.of_system(store, "shop")
    assert cells(table, "repaid") == [1.0, 0.0, None]


def test_a_log_that_is_gone_is_told(store: Store, run: Import) -> None:
    run(LOG, record="decisions")
    [log] = decisions.logs(store, "shop")
    (store.path / "imports" / log.file).unlink()
    with pytest.raises(StoreProblem, match="gone"):
        decisions.of_system(store, "shop")


def test_people_say_what_columns_mean(store: Store, run: Import, author: Author) -> None:
    run(LOG, record="decisions")
    assert decisions.said_roles(store, "shop") is None
    assert decisions.roles_of(store, "shop").one("decision") == "y_pred"
    said = Roles({"decision": ("flag",), "group": ("region", "y_pred")}, "1")
    entry = decisions.set_roles(store, author, "shop", said)
    assert decisions.roles_of(store, "shop") == said
    assert decisions.of_system(store, "shop")[1] == said
    undo.undo(store, author, entry.id)
    assert decisions.said_roles(store, "shop") is None


@pytest.mark.parametrize(
    "said", [{"hero": ["flag"]}, {"decision": ["nothing"]}, {"decision": ["flag", "y_pred"]}]
)
def test_roles_that_cannot_be_are_refused(
    store: Store, run: Import, author: Author, said: dict[str, list[str]]
) -> None:
    run(LOG, record="decisions")
    with pytest.raises(BadInput):
        decisions.set_roles(store, author, "shop", said)


def test_numbered_rows_of_two_files_are_kept_apart(store: Store, run: Import) -> None:
    text = "time,x\n2026-05-01 00:00:00,1\n2026-05-01 00:00:00,1\n"
    options = {"record": "decisions", "mapping": {"id": "#"}}
    assert run(text, name="one.csv", **options).stored == 2
    assert run(text, name="two.csv", **options).stored == 2
    assert run(text, name="one.csv", **options).already == 2


def test_the_real_logs_are_read(shared_data: Path) -> None:
    compas = read(shared_data / "compas" / "compas-scores-two-years.noname.csv")
    assert len(compas.table) == 7214
    assert compas.roles.all("group") == ("race", "sex", "age_cat")
    dane = read(shared_data / "aihuman_dane_psa" / "dane_psa_decisions.csv", row_order=True)
    assert len(dane.table) == 1891
    departed = (dane.table.numbers("D") > 0) != (dane.table.numbers("DMF") > 0)
    shown = dane.table.numbers("Z") == 1
    assert round(float(departed[shown].mean()), 3) == 0.245
    prime = read(
        shared_data / "llmdrift" / "PRIME_FULL_EVAL.csv", options=Options(mapping={"id": "#"}), row_order=True
    )
    assert len(prime.table) == len(prime.table.words("answer")) == 4000


def test_numbers_beyond_all_measure_are_the_largest_there_are(tmp_path: Path) -> None:
    file = tmp_path / "huge.csv"
    file.write_text(
        "time,amount\n2026-10-01T00:00:00Z,1e308\n2026-10-01T00:01:00Z,-1e308\n2026-10-01T00:02:00Z,\n"
    )
    found = read(file, row_order=True).table.numbers("amount")
    assert found[:2].tolist() == [LARGEST, -LARGEST]
    assert np.isnan(found[2])
