"""NannyML's tables: both shapes of header, values at the chunk's end, alerts that end."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.importers.told import rejected, rows, series
from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Piece, Samples, Source
from tocsin.importers.nannyml import NannymlImporter
from tocsin.model.instant import to_us

Read = Callable[..., list[Piece]]
NANNYML = NannymlImporter()
HEADER = (
    "chunk_key,chunk_index,chunk_start_index,chunk_end_index,chunk_start_date,chunk_end_date,chunk_period,"
    "age_jensen_shannon_value,age_jensen_shannon_upper_threshold,age_jensen_shannon_lower_threshold,"
    "age_jensen_shannon_alert"
)


def row(month: int, value: object, alert: object, *, ends: str = "", period: str = "analysis") -> str:
    end = ends or f"2026-{month:02}-28 23:59:59.999999999"
    return f"m{month},{month},0,9,2026-{month:02}-01 00:00:00,{end},{period},{value},0.1,0.0,{alert}"


def table(*rows: str) -> str:
    return "\n".join((HEADER, *rows)) + "\n"


def test_one_and_three_rows_of_header_say_the_same(read: Read, shared_data: Path) -> None:
    folder = shared_data / "formats" / "nannyml"
    flat = read(NANNYML, (folder / "univariate_drift_flat.csv").read_bytes())
    levels = read(NANNYML, (folder / "univariate_drift_to_df.csv").read_bytes())
    assert series(flat) == series(levels)
    assert rows(flat) == rows(levels)
    found = series(flat)
    assert len(found) == 23
    assert found["drift (column=car_value, method=kolmogorov_smirnov)"][0] == 0.013080000000022962
    assert found["drift (column=car_value, method=wasserstein)"][-1] == 19061.621573090004


def test_every_true_of_the_file_is_an_alert(read: Read, shared_data: Path) -> None:
    for path in sorted((shared_data / "formats" / "nannyml").glob("*_flat.csv")):
        with path.open(newline="") as file:
            lines = list(csv.DictReader(file))
        expected = sum(
            cell == "True" for line in lines for name, cell in line.items() if name.endswith("_alert")
        )
        assert len(rows(read(NANNYML, path.read_bytes()))) == expected, path.name


def test_the_last_chunk_of_the_real_table_is_told_with_its_threshold(read: Read, shared_data: Path) -> None:
    path = shared_data / "formats" / "nannyml" / "pca_reconstruction_flat.csv"
    last = rows(read(NANNYML, path.read_bytes()))[-1]
    assert last["time"] == datetime(2019, 8, 29, 11, 51, 16, 848000, UTC)
    assert (last["value"], last["threshold"]) == (1.2598837521769457, 1.1530194836139025)
    assert last["start"] == datetime(2019, 7, 30, 5, 24, tzinfo=UTC)
    assert "ended" not in last
    assert last["message"] == (
        "drift (method=reconstruction_error) is 1.26, above 1.153, in the chunk from 2019-07-30T05:24:00Z "
        "to 2019-08-29T11:51:16.848000Z."
    )


def test_estimated_and_realized_performance_are_two_series(read: Read, shared_data: Path) -> None:
    folder = shared_data / "formats" / "nannyml"
    estimated = series(read(NANNYML, (folder / "cbpe_flat.csv").read_bytes()))
    realized = series(read(NANNYML, (folder / "realized_performance_flat.csv").read_bytes()))
    assert set(estimated) == {"estimated roc_auc", "roc_auc", "estimated accuracy", "accuracy"}
    assert set(realized) == {"roc_auc", "accuracy"}
    assert estimated["roc_auc"][:10] == realized["roc_auc"][:10]


def test_both_periods_make_one_series_at_the_ends_of_the_chunks(read: Read) -> None:
    pieces = read(NANNYML, table(row(1, 0.01, False, period="reference"), row(2, 0.02, False)))
    (piece,) = [p for p in pieces if isinstance(p, Samples)]
    assert piece.values.tolist() == [0.01, 0.02]
    assert piece.times[0] == to_us(datetime(2026, 1, 28, 23, 59, 59, 999999, UTC))
    assert piece.lines.tolist() == [2, 3]
    assert Assumed("zone", "UTC") in pieces


def test_a_run_of_alarms_ends_with_its_last_chunk_once_a_calm_one_follows(read: Read) -> None:
    lines = [row(1, 0.2, True), row(2, 0.3, True), row(3, 0.05, False), row(4, 0.4, True)]
    first, second, third = rows(read(NANNYML, table(*lines)))
    assert first["ended"] == second["ended"] == second["time"]
    assert "ended" not in third
    longer = rows(read(NANNYML, table(*lines, row(5, 0.01, False))))
    assert longer[2] == third | {"ended": third["time"]}


def test_a_value_below_the_lower_threshold_names_that_one(read: Read) -> None:
    (alert,) = rows(read(NANNYML, table(row(1, -0.5, True))))
    assert (alert["threshold"], alert["value"]) == (0.0, -0.5)
    assert "below 0" in str(alert["message"])


def test_times_without_a_zone_are_in_the_one_named(read: Read) -> None:
    pieces = read(NANNYML, table(row(1, 1, False, ends="2026-01-31 12:00:00")), zone="Europe/Berlin")
    (piece,) = [p for p in pieces if isinstance(p, Samples)]
    assert piece.times.tolist() == [to_us(datetime(2026, 1, 31, 11, tzinfo=UTC))]


def test_chunks_without_dates_are_set_aside_and_a_table_of_them_refused(read: Read) -> None:
    dateless = "m2,2,0,9,,,analysis,0.2,0.1,0.0,True"
    pieces = read(NANNYML, table(row(1, 0.01, False), dateless))
    assert rejected(pieces) == [(3, "the chunk has no end date")]
    with pytest.raises(BadInput, match=r"no dates.*timestamp_column_name"):
        read(NANNYML, table(dateless, dateless))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(2, "x", False), "drift: is the text 'x', not a number"),
        (row(2, 0.1, "perhaps"), "the alert of drift is 'perhaps', not True or False"),
        (row(2, 0.1, False, ends="yesterday"), "'yesterday' is no time"),
        ("m2,2", "it has 2 cells, the header 11"),
    ],
)
def test_what_is_wrong_is_set_aside_with_its_line(read: Read, bad: str, reason: str) -> None:
    pieces = read(NANNYML, table(row(1, 0.01, False), bad, row(3, 0.02, False)))
    assert rejected(pieces) == [(3, reason)]
    (piece,) = [p for p in pieces if isinstance(p, Samples)]
    assert piece.values.tolist()[0] == 0.01
    assert piece.values.tolist()[-1] == 0.02


def test_a_statistic_the_table_does_not_name_can_be_named(read: Read, shared_data: Path) -> None:
    content = (shared_data / "formats" / "nannyml" / "missing_values_flat.csv").read_bytes()
    pieces = read(NANNYML, content)
    assert "column statistic (column=car_value)" in series(pieces)
    assert any(isinstance(p, Assumed) and p.what == "metric" for p in pieces)
    named = read(NANNYML, content, mapping={"metric": "missing values"})
    assert "missing values (column=car_value)" in series(named)
    assert not any(isinstance(p, Assumed) and p.what == "metric" for p in named)


def test_only_the_records_wanted_come(read: Read) -> None:
    content = table(row(1, 0.2, True))
    assert not rows(read(NANNYML, content, record="samples"))
    assert not series(read(NANNYML, content, record="alerts"))


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "time,value\n2026-01-01,1\n", "{}", '"chunk\n'])
def test_other_tables_are_not_known(source: Callable[[str], Source], content: str) -> None:
    assert not NANNYML.knows(source(content))


def test_a_header_alone_holds_nothing(read: Read) -> None:
    assert not series(read(NANNYML, HEADER + "\n"))
