"""Segments of a decision log: what is measured, which windows, and the routing case end to end of arrays."""

import numpy as np
import pytest

from tests import routing
from tocsin.detectors.table import Table, Words
from tocsin.errors import BadInput
from tocsin.model.decision import Roles
from tocsin.operations import segments
from tocsin.operations.demo_routing import Routing
from tocsin.operations.segments_inside import explain

DAY = 86_400_000_000
SEEDS = range(3)


def words(*values: str) -> Words:
    labels = tuple(sorted(set(values) - {""}))
    return Words(np.array([labels.index(v) if v else -1 for v in values], np.int32), labels)


def table(**columns: object) -> Table:
    arrays = {
        name: column if isinstance(column, Words) else np.array(column, float)
        for name, column in columns.items()
    }
    return Table(np.arange(len(next(iter(arrays.values())))), arrays)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_region_and_the_input_whose_weight_changed_are_the_only_ones_named(seed: int) -> None:
    log = routing.case(np.random.default_rng(seed))
    found = segments.scan(log, routing.ROLES, routing.BASELINE, routing.WINDOW)
    assert [one.where for one in found.findings] == [(("region", "NE-07"),)]
    one = found.findings[0]
    assert one.low < -0.03 < one.high < 0
    cause = explain(log, routing.ROLES, one.where, routing.BASELINE, routing.WINDOW)
    assert cause.named[0] == "geo_cell"
    weight = cause.weights[0]
    assert weight.name == "geo_cell"
    assert weight.low < 0.45 / 0.55 * (weight.weight[1] - weight.weight[0]) < 0
    assert weight.weight[1] / weight.weight[0] == pytest.approx(0.55, abs=0.1)


def test_a_weight_that_a_pipeline_puts_on_the_values_shows_in_the_values() -> None:
    log = routing.case(np.random.default_rng(1), Routing(rows=100_000, weighted=True))
    where = (("region", "NE-07"),)
    cause = explain(log, routing.ROLES, where, routing.BASELINE, routing.WINDOW)
    assert cause.named[0] == "geo_cell"
    assert cause.values[0].name == "geo_cell"


def test_the_whole_moved_by_less_than_it_does_from_day_to_day() -> None:
    log = routing.case(np.random.default_rng(0))
    days = (log.times_us - log.times_us[0]) // DAY
    daily = np.bincount(days, log.numbers("on_time")) / np.bincount(days)
    found = segments.scan(log, routing.ROLES, routing.BASELINE, routing.WINDOW)
    assert abs(found.overall.change) < daily[:69].std(ddof=1)


def test_what_was_right_is_measured_before_what_was_decided() -> None:
    log = table(y=[1, 0, 1], approved=words("no", "yes", "yes"), truth=words("no", "no", ""))
    roles = Roles({"decision": ("approved",), "outcome": ("truth",)}, favourable="yes")
    right = segments.measured(log, roles)
    assert (right.name, right.worse) == ("approved is truth", "lower")
    assert right.values[:2].tolist() == [1, 0]
    assert np.isnan(right.values[2])
    decided = segments.measured(log, Roles({"decision": ("approved",)}, favourable="yes"))
    assert (decided.name, decided.values.tolist(), decided.worse) == ("approved is yes", [0, 1, 1], "lower")
    assert segments.measured(log, Roles({"correct": ("y",)})).values.tolist() == [1, 0, 1]
    assert segments.measured(log, Roles(), "approved=yes", "higher").worse == "higher"
    assert segments.measured(log, Roles(), "y").worse == "either"


def test_a_decision_in_words_is_compared_with_an_outcome_in_numbers() -> None:
    log = table(said=words("1", "0", "1"), truth=[1, 1, np.nan])
    roles = Roles({"decision": ("said",), "outcome": ("truth",)})
    assert segments.measured(log, roles).values[:2].tolist() == [1, 0]


def test_what_follows_from_a_decision_divides_nothing() -> None:
    columns = {name: words(*"ab" * 200) for name in ("region", "approved", "truth")}
    columns["sex"] = words(*"aabb" * 100)
    log = table(score=[0.1, 0.9] * 200, **columns)
    roles = Roles({"decision": ("approved",), "outcome": ("truth",), "score": ("score",), "group": ("sex",)})
    found = segments.scan(log, roles, (0, 200), (200, 400))
    assert found.tested == 4 + 4
    assert found.findings == ()


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"rate": "nothing"}, "no such column"),
        ({"rate": "region"}, "words"),
        ({"rate": "region=c"}, "no decision has this value"),
        ({"worse": "up"}, "lower, higher or either"),
        ({"fdr": 0.0}, "false-discovery"),
        ({"least": 0}, "at least one row"),
        ({"window": (3, 6)}, "overlap"),
        ({"window": (90, 99)}, "no decision"),
    ],
)
def test_what_cannot_be_is_refused(said: dict[str, object], what: str) -> None:
    log = table(correct=[1, 0, 1, 1, 0, 1], region=words(*"ababab"))
    given = {"baseline": (0, 4), "window": (4, 6), **said}
    baseline, window = given.pop("baseline"), given.pop("window")
    with pytest.raises(BadInput, match=what):
        segments.scan(log, Roles({"correct": ("correct",)}), baseline, window, **given)  # type: ignore[arg-type]


def test_a_log_of_nothing_but_results_is_refused() -> None:
    with pytest.raises(BadInput, match="divide"):
        segments.scan(table(correct=[1, 0, 1]), Roles({"correct": ("correct",)}), (0, 2), (2, 3))
    with pytest.raises(BadInput, match="right"):
        segments.scan(table(x=[1, 2, 3]), Roles(), (0, 2), (2, 3))


def test_without_windows_it_is_the_newest_two_weeks_against_six_or_the_last_fifth() -> None:
    long = Table(np.arange(0, 60 * DAY, DAY // 4), {})
    (since, until), (begin, end) = segments.usual_windows(long)
    assert (until - since, end - begin, until) == (42 * DAY, 14 * DAY, begin)
    assert segments.usual_windows(Table(np.arange(100), {})) == ((0, 80), (80, 100))
    with pytest.raises(BadInput):
        segments.usual_windows(Table(np.array([5, 5]), {}))
