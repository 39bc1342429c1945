"""Outcomes that come later: a file with the ids of decisions that are held, and columns they have not."""

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from tocsin.detectors.table import Words
from tocsin.errors import BadInput
from tocsin.operations import decisions
from tocsin.operations.ingest import ImportReport
from tocsin.store import log_marks
from tocsin.store.folder import Store

Import = Callable[..., ImportReport]
AT = datetime(2026, 6, 1, tzinfo=UTC)
LOG = "id,time,y_pred,region\n" + "".join(f"d{i},2026-05-0{1 + i}T00:00:00Z,{i % 2},r{i}\n" for i in range(8))
SAID = {"record": "decisions", "at": AT}


@pytest.fixture
def log(run: Import) -> None:
    run(LOG, name="log.csv", record="decisions")


@pytest.mark.usefixtures("log")
def test_they_are_joined_to_their_decisions(store: Store, run: Import) -> None:
    report = run("id,outcome,why\nd5,1,late\nd1,0,\nd3,1,early\n", name="later.csv", **SAID)
    assert (report.stored, report.already, report.rejected) == (3, 0, 0)
    table, roles = decisions.of_system(store, "shop")
    assert len(table) == 8
    expected = [np.nan, 0, np.nan, 1, np.nan, 1, np.nan, np.nan]
    assert np.array_equal(table.numbers("outcome"), expected, equal_nan=True)
    why = table.words("why")
    assert [why.labels[code] if code >= 0 else "" for code in why.codes] == [""] * 3 + [
        "early",
        "",
        "late",
    ] + [""] * 2
    assert roles.one("outcome") == "outcome"
    assert len(decisions.logs(store, "shop")) == 1
    assert [one.columns for one in decisions.told_later(store, "shop")] == [("id", "outcome", "why")]
    assert set(decisions.columns_of(store, "shop")) == {"y_pred", "region", "outcome", "why"}
    part, _ = decisions.of_system(store, "shop", columns=["outcome"])
    assert list(part.columns) == ["outcome"]


@pytest.mark.usefixtures("log")
def test_the_same_again_changes_nothing_and_others_are_told_apart(store: Store, run: Import) -> None:
    run("id,outcome\nd5,1\nd1,0\n", name="one.csv", **SAID)
    again = run("id,outcome\nd5,1\nd1,0\nd2,1\n", name="two.csv", **SAID)
    assert (again.stored, again.already) == (1, 2)
    rows = "".join(f"d{i},{int(i in (1, 5))}\n" for i in (0, 1, 3, 4, 5, 6, 7))
    odd = run("id,outcome\n" + rows.replace("d1,1", "d1,0"), name="three.csv", **SAID)
    assert (odd.stored, odd.already, odd.rejected) == (5, 2, 0)
    with pytest.raises(BadInput, match="something else is told"):
        run("id,outcome\nd5,0\nd1,1\n", name="four.csv", **SAID)
    table, _ = decisions.of_system(store, "shop")
    assert table.numbers("outcome").tolist() == [0, 0, 1, 0, 0, 1, 0, 0]


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("numbers_first", [True, False])
def test_numbers_in_one_file_and_words_in_another_are_all_kept(
    store: Store, run: Import, numbers_first: bool
) -> None:
    files = ["id,outcome\nd5,1\nd1,0\n", "id,outcome\nd2,late\nd3,early\n"]
    for name, text in zip("ab", files if numbers_first else files[::-1], strict=True):
        run(text, name=f"{name}.csv", **SAID)
    outcome = decisions.of_system(store, "shop")[0].words("outcome")
    told = [outcome.labels[code] if code >= 0 else "" for code in outcome.codes]
    assert told == ["", "0", "late", "early", "", "1", "", ""]


@pytest.mark.usefixtures("log")
def test_those_of_decisions_that_are_not_held_are_rejected(store: Store, run: Import) -> None:
    rows = "".join(f"d{i},1\n" for i in range(8)) + "".join(f"x{i},1\n" for i in range(2))
    with pytest.raises(BadInput, match="not held"):
        run("id,outcome\n" + rows, name="many.csv", **SAID)
    with pytest.raises(BadInput, match="another one"):  # mostly about others: no outcomes of these
        run("id,outcome\nx1,1\nx2,0\nd1,1\n", name="others.csv", **SAID)
    assert decisions.told_later(store, "shop") == []


def test_a_column_that_was_empty_is_filled(store: Store, run: Import) -> None:
    run("id,time,y_pred,kind,outcome\na,2026-05-01,1,u,1\n", name="old.csv", record="decisions")
    run("id,time,y_pred,kind,outcome\nb,2026-05-02,0,u,\n", name="new.csv", record="decisions")
    assert run("id,outcome\nb,0\n", name="later.csv", **SAID).stored == 1
    assert decisions.of_system(store, "shop")[0].numbers("outcome").tolist() == [1, 0]


def test_words_that_were_known_stay(store: Store, run: Import) -> None:
    run("id,time,y_pred,outcome\na,2026-05-01,1,good\n", name="old.csv", record="decisions")
    run("id,time,y_pred\nb,2026-05-02,0\n", name="new.csv", record="decisions")
    run("id,outcome\nb,bad\n", name="later.csv", **SAID)
    found = decisions.of_system(store, "shop")[0].columns["outcome"]
    assert isinstance(found, Words)
    assert ([found.labels[code] for code in found.codes], found.labels) == (["good", "bad"], ("bad", "good"))


@pytest.mark.usefixtures("log")
def test_a_log_that_contradicts_is_still_refused(run: Import) -> None:
    with pytest.raises(BadInput, match="another one"):
        run(LOG.replace("r1", "r9").replace("r2", "r9"), name="other.csv", record="decisions")


@pytest.mark.usefixtures("log")
def test_what_they_are_about_is_judged_again(store: Store, run: Import) -> None:
    [log] = decisions.logs(store, "shop")
    with store.signals.write() as connection:
        assert log_marks.advance(connection, log.system, "any", "1", None, log.last_us)
    run("id,outcome\nd5,1\nd3,0\n", name="later.csv", **SAID)
    with store.signals.read() as connection:
        reached = log_marks.reached(connection, log.system, "any")
    assert reached == log.first_us + 3 * 86_400_000_000 - 1
