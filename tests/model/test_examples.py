"""Examples against versions: which version fails first, which mends it, in which order they stand."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.model.test_incident import START, story
from tocsin.model.deployment import Deployment
from tocsin.model.examples import Table, table
from tocsin.model.journal import Body, Undone
from tocsin.model.response import Example, ExampleResult, ExamplesAdded, ResultsRecorded

SET = ExamplesAdded((Example("a", "1 + 1"), Example("b", "2 + 2")))


def tried(version: str, **passed: bool) -> ResultsRecorded:
    return ResultsRecorded(version, tuple(ExampleResult(id, good) for id, good in passed.items()))


def made(*bodies: Body, ran: Sequence[tuple[str, int]] = ()) -> Table:
    began = [Deployment(f"d{v}", "s", START + timedelta(hours=h), "scorer", v) for v, h in ran]
    return table(story(*bodies), began)


def test_the_fix_is_the_first_that_passes_the_whole_set_after_the_first_that_fails() -> None:
    found = made(SET, tried("v13", a=True, b=True), tried("v14", a=False, b=False), tried("v15", a=True),
                 tried("v16", a=True, b=True), tried("v17", a=True, b=True))  # fmt: skip
    for column, version in (
        (found.last_good, "v13"),
        (found.first_failing, "v14"),
        (found.first_passing, "v16"),
    ):
        assert column is not None
        assert column.version == version
    fifteen = found.column("v15")
    assert fifteen is not None
    assert (fifteen.whole, fifteen.words) == (False, "1 of 2 pass")


def test_one_more_example_asks_for_one_more_try() -> None:
    bodies = [SET, tried("v14", a=False), tried("v15", a=True, b=True)]
    assert made(*bodies).first_passing is not None
    bodies.append(ExamplesAdded((Example("c", "3 + 3"),)))
    assert made(*bodies).first_passing is None
    bodies.append(tried("v15", c=True))
    assert made(*bodies).first_passing is not None


def test_chance_does_not_mend() -> None:
    again = made(
        SET, tried("v14", a=False), tried("v15", a=True, b=True), tried("v15", a=False), tried("v15", a=True)
    )
    assert again.first_passing is None
    cell = again.cells["a", "v15"]
    assert (cell.passed, cell.tried, cell.good) == (2, 3, False)


def test_what_never_failed_shows_nothing() -> None:
    found = made(SET, tried("v14", a=False, b=True), tried("v15", a=True, b=True))
    assert [one.id for one in found.unshown] == ["b"]
    assert made(SET, tried("v15", a=True, b=True)).first_passing is None


def test_versions_stand_as_deployed_else_by_number_else_as_tried() -> None:
    bodies = (SET, tried("v15", a=True), tried("v9", a=True), tried("v14", a=True))
    assert [one.version for one in made(*bodies).columns] == ["v9", "v14", "v15"]
    ran = [("v15", 1), ("v14", 2), ("v9", 3)]
    assert [one.version for one in made(*bodies, ran=ran).columns] == ["v15", "v14", "v9"]
    odd = made(SET, tried("main", a=True), tried("v14", a=True), ran=[("v14", 5)])
    assert [one.version for one in odd.columns] == ["v14", "main"]


def test_what_was_undone_is_not_there() -> None:
    entries = story(SET, tried("v14", a=False), tried("v14", b=False))
    undone = story(SET, SET, SET, Undone(entries[1].id))[3]
    assert table([*entries, undone]).cells.keys() == {("b", "v14")}


RESULTS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 5), st.booleans()), max_size=40
)  # fmt: skip


@given(RESULTS)
def test_against_counting_by_hand(results: list[tuple[str, int, bool]]) -> None:
    whole = ExamplesAdded(tuple(Example(id, id) for id in "abc"))
    found = made(whole, *(tried(f"v{number}", **{id: good}) for id, number, good in results))
    good: list[int] = []
    bad: list[int] = []
    for number in sorted({number for _, number, _ in results}):
        said = {id: [p for i, n, p in results if (i, n) == (id, number)] for id in "abc"}
        if any(False in each for each in said.values()):
            bad.append(number)
        elif all(said.values()):
            good.append(number)
    after = [number for number in good if bad and number > bad[0]]
    assert (found.first_failing and found.first_failing.version) == (f"v{bad[0]}" if bad else None)
    assert (found.first_passing and found.first_passing.version) == (f"v{after[0]}" if after else None)
    for column in found.columns:
        assert column.passed + column.failed + column.missing == 3
        assert isinstance(column.at, datetime)
