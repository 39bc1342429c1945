"""A spot check from the draw to the report: the seed draws again, verdicts are corrected and undone."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.importers.base import Options
from tocsin.model.journal import Entry
from tocsin.model.judgement import SpotCheckDrawn
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import spotcheck, undo
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store.folder import Store, create_store

A, B = Author("Operator A"), Author("Operator B")
LOG = "id,time,region,age,prompt,answer\n" + "".join(
    f"d{n:03},2026-10-{1 + n // 24:02}T{n % 24:02}:00:00Z,{'NE' if n % 10 == 0 else 'SW'},{n % 60},"
    f'"<b>why</b>\nline {n}",no\n'
    for n in range(480)
)


@pytest.fixture
def logged(run: Callable[..., object]) -> None:
    """A log of 480 decisions, 48 of them in NE."""
    run(LOG, name="log.csv", record="decisions")


def drawn(entry: Entry) -> SpotCheckDrawn:
    assert isinstance(entry.body, SpotCheckDrawn)
    return entry.body


@pytest.mark.usefixtures("logged")
def test_the_same_seed_draws_the_same_decisions(store: Store) -> None:
    first = drawn(spotcheck.draw(store, A, "shop", size=40, by=("region",)))
    again = drawn(spotcheck.draw(store, A, "shop", size=40, by=("region",), seed=first.seed))
    other = drawn(spotcheck.draw(store, A, "shop", size=40, by=("region",), seed=first.seed + 1))
    assert first.drawn == again.drawn
    assert set(first.drawn) != set(other.drawn)
    assert first.sizes == {"region = NE": 48, "region = SW": 432}
    assert [first.strata.count(f"region = {one}") for one in ("NE", "SW")] == [4, 36]
    assert all(
        (int(id[1:]) % 10 == 0) == ("NE" in part) for id, part in zip(first.drawn, first.strata, strict=True)
    )
    assert (first.population, len(set(first.drawn))) == (480, 40)


@pytest.mark.usefixtures("logged")
def test_a_share_of_a_span_is_drawn(store: Store) -> None:
    since, until = datetime(2026, 10, 3, tzinfo=UTC), datetime(2026, 10, 5, tzinfo=UTC)
    body = drawn(spotcheck.draw(store, A, "shop", since=since, until=until, share=0.25))
    assert (body.population, len(body.drawn), body.sizes) == (48, 12, {"all": 48})
    assert all(48 <= int(id[1:]) < 96 for id in body.drawn)


def test_a_word_written_as_a_missing_one_is_no_second_stratum(
    store: Store, run: Callable[..., object]
) -> None:
    rows = "".join(
        f"d{n},2026-10-01T{n // 3:02}:00:00Z,{('', '(missing)', 'SW')[n % 3]}\n" for n in range(60)
    )
    run("id,time,region\n" + rows, name="log.csv", record="decisions")
    body = drawn(spotcheck.draw(store, A, "shop", size=30, by=("region",)))
    assert body.sizes == {"region = SW": 20, "region = (missing)": 40}
    assert body.strata.count("region = (missing)") == 20


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"size": 0}, "can be drawn"), ({"size": 481}, "can be drawn"), ({"share": 1.5}, "a share lies"),
        ({"share": 0.1, "size": 3}, "not both"), ({"size": 2, "by": ("age",)}, "one of each"),
        ({"by": ("nothing",)}, "no such column"), ({"seed": -1}, "a seed is"),
        ({"until": datetime(2020, 1, 1, tzinfo=UTC)}, "no decisions"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_told(store: Store, said: dict[str, object], wrong: str) -> None:
    with pytest.raises(BadInput, match=wrong):
        spotcheck.draw(store, A, "shop", **said)  # type: ignore[arg-type]
    assert spotcheck.listed(store) == []


@pytest.mark.usefixtures("logged")
def test_the_queue_shows_every_column_and_shrinks(store: Store) -> None:
    draw = spotcheck.draw(store, A, "shop", size=5, seed=3).id
    waiting = spotcheck.queue(store, draw)
    assert [case.decision for case in waiting] == list(spotcheck.get(store, draw).drawn.drawn)
    cells = dict(waiting[0].cells)
    number = int(waiting[0].decision[1:])
    assert cells["prompt"] == f"<b>why</b>\nline {number}"
    assert cells["age"] == str(number % 60), "a whole number has no point"
    assert cells["time"].endswith("Z")
    spotcheck.record(store, A, draw, waiting[0].decision, "right")
    assert spotcheck.queue(store, draw) == waiting[1:]
    assert spotcheck.queue(store, draw, reviewer="Operator B", most=2) == waiting[:2]


@pytest.mark.usefixtures("logged")
def test_a_verdict_is_corrected_by_a_later_one_and_undone(store: Store) -> None:
    draw = spotcheck.draw(store, A, "shop", size=5, seed=3).id
    one = spotcheck.get(store, draw).drawn.drawn[0]
    first = spotcheck.record(store, A, draw, one, "right", seconds=4.5)
    assert spotcheck.record(store, A, draw, one, "right").id == first.id, "nothing new was said"
    second = spotcheck.record(store, A, draw, one, "Wrong", " it says no ")
    assert spotcheck.report(store, draw).wrong == 1
    assert spotcheck.get(store, draw).verdicts[one]["Operator A"].note == "it says no"
    with pytest.raises(NotAllowed, match="has changed it since"):
        undo.undo(store, A, first.id)
    undone = undo.undo(store, A, second.id)
    assert spotcheck.report(store, draw).right == 1
    undo.undo(store, A, undone.id)
    assert spotcheck.report(store, draw).wrong == 1
    with pytest.raises(NotAllowed, match="written by Operator A"):
        undo.undo(store, B, second.id)
    with pytest.raises(NotAllowed, match="has changed it since"):
        undo.undo(store, A, draw)


@pytest.mark.usefixtures("logged")
def test_a_draw_nobody_has_judged_is_undone(store: Store) -> None:
    draw = spotcheck.draw(store, A, "shop", size=5).id
    assert [check.id for check in spotcheck.listed(store, "shop")] == [draw]
    undo.undo(store, A, draw)
    assert spotcheck.listed(store) == []
    with pytest.raises(NotFound, match="no such spot check"):
        spotcheck.report(store, draw)


@pytest.mark.usefixtures("logged")
def test_a_retry_under_the_same_id_records_once(store: Store) -> None:
    id = store.new_id()
    draw = spotcheck.draw(store, A, "shop", size=5, id=id).id
    assert spotcheck.draw(store, A, "shop", size=5, id=id).id == draw == id
    one, entry = spotcheck.get(store, draw).drawn.drawn[0], store.new_id()
    spotcheck.record(store, A, draw, one, "unsure", id=entry)
    spotcheck.record(store, A, draw, one, "unsure", id=entry)
    assert spotcheck.report(store, draw).reviewed == 1


@pytest.mark.usefixtures("logged")
def test_the_report_counts_what_is_settled(store: Store) -> None:
    draw = spotcheck.draw(store, A, "shop", size=20, by=("region",), seed=3).id
    before = spotcheck.report(store, draw)
    assert (before.errors, before.precision, before.left) == (None, None, 20)
    ids = spotcheck.get(store, draw).drawn.drawn
    for number, one in enumerate(ids[:10]):
        spotcheck.record(store, A, draw, one, "wrong" if number < 2 else "right", seconds=number)
    for one, verdict in zip(ids[:4], ("right", "wrong", "right", "unsure"), strict=True):
        spotcheck.record(store, B, draw, one, verdict)
    spotcheck.record(store, B, draw, ids[10], "unsure")
    told = spotcheck.report(store, draw)
    assert (told.reviewed, told.right, told.wrong, told.unsure, told.disputed) == (11, 8, 1, 1, 1)
    assert told.errors is not None
    assert told.errors.low < told.errors.rate < told.errors.high
    assert told.at_most is not None
    assert told.at_most > told.errors.rate
    assert told.precision == (told.errors.high - told.errors.low) / 2
    assert sum(part.errors.rows for part in told.strata) == 9
    a, b = told.reviewers
    assert (a.name, a.reviewed, a.errors.events, a.errors.rows, a.seconds) == ("Operator A", 10, 2, 10, 4.5)
    assert (b.reviewed, b.unsure, b.seconds) == (5, 2, None)
    [both] = told.agreement
    assert (both.alike.events, both.alike.rows) == (2, 4)
    assert both.kappa == pytest.approx(0.2)


@pytest.mark.usefixtures("logged")
def test_what_is_no_verdict_or_was_not_drawn_is_refused(store: Store) -> None:
    draw = spotcheck.draw(store, A, "shop", size=5).id
    one = spotcheck.get(store, draw).drawn.drawn[0]
    with pytest.raises(BadInput, match="no verdict"):
        spotcheck.record(store, A, draw, one, "perhaps")
    with pytest.raises(NotFound, match="not drawn"):
        spotcheck.record(store, A, draw, "d999", "right")
    with pytest.raises(NotFound, match="no such spot check"):
        spotcheck.record(store, A, "nothing", one, "right")


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize("confidence", [0.0, 1.0, -1.0, float("nan")])
def test_a_confidence_that_is_none_is_refused(store: Store, confidence: float) -> None:
    draw = spotcheck.draw(store, A, "shop", size=3)
    with pytest.raises(BadInput, match="between 0 and 1"):
        spotcheck.report(store, draw.id, confidence=confidence)


@pytest.mark.usefixtures("logged")
def test_without_its_log_a_decision_has_no_columns(store: Store) -> None:
    draw = spotcheck.draw(store, A, "shop", size=5).id
    for file in store.folder("imports").glob("*.parquet"):
        file.unlink()
    assert [case.cells for case in spotcheck.queue(store, draw)] == [()] * 5


def test_the_size_is_told_or_refused() -> None:
    assert spotcheck.size_for(0.02, 0.05) == pytest.approx(460, abs=25)
    with pytest.raises(BadInput, match="no such sample"):
        spotcheck.size_for(2, 0.05)


def test_it_does_not_matter_in_which_order_logs_came(tmp_path: Path, clock: ManualClock) -> None:
    drawn_of = []
    for order in ("ab", "ba"):
        store = create_store(tmp_path / f"{order}.tocsin", code="WR", zone="UTC", clock=clock, author=A)
        for part in order:
            rows = "".join(f"{part}{n},2026-10-01T10:{n // 2:02}:00Z\n" for n in range(60))
            (tmp_path / f"{part}.csv").write_text("id,time\n" + rows)
            options = Options(record="decisions")
            finish(ingest(store, A, tmp_path / f"{part}.csv", system="shop", options=options))
        drawn_of.append(drawn(spotcheck.draw(store, A, "shop", size=30, seed=5)).drawn)
        store.close()
    assert drawn_of[0] == drawn_of[1]
