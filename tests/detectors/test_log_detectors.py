"""What every detector of decision logs promises: odd logs break none, and what it finds is whole."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from tocsin import plugins
from tocsin.detectors.base import DAY, Log
from tocsin.detectors.table import LARGEST, Column, Decisions, LogDetector, Table, Words
from tocsin.model.decision import ROLES, Roles

START, ROWS = 20_000 * DAY, 840
BASELINE, WINDOW = (START, START + 28 * DAY), (START + 28 * DAY, START + 35 * DAY)
DETECTORS = {one.name: one for one in plugins.detectors() if isinstance(one.needs, Log)}
Make = Callable[[np.random.Generator, int, np.ndarray], Column]  # of rows, and which lie in the window


def _words(labels: list[str]) -> Make:
    told = tuple(sorted(labels))
    return lambda random, rows, _: Words(random.integers(0, len(told), rows).astype(np.int32), told)


def _numbers(values: list[float]) -> Make:
    return lambda random, rows, _: random.choice(np.array(values), rows)


def _each_its_own(random: np.random.Generator, rows: int, _: np.ndarray) -> Column:
    return Words(random.permutation(rows).astype(np.int32), tuple(sorted(f"{at:06}" for at in range(rows))))


def _gone(column: Make) -> Make:
    """The column in the baseline, nothing in the window."""

    def make(random: np.random.Generator, rows: int, after: np.ndarray) -> Column:
        whole = column(random, rows, after)
        if isinstance(whole, Words):
            return Words(np.where(after, -1, whole.codes).astype(np.int32), whole.labels)
        return np.where(after, np.nan, whole)

    return make


def _turned(before: Make, now: Make) -> Make:
    """Other words in the window than in the baseline, or other numbers."""

    def make(random: np.random.Generator, rows: int, after: np.ndarray) -> Column:
        one, two = before(random, rows, after), now(random, rows, after)
        if isinstance(one, Words) and isinstance(two, Words):
            labels = tuple(sorted({*one.labels, *two.labels}))
            places = [np.array([labels.index(label) for label in side.labels]) for side in (one, two)]
            codes = np.where(after, places[1][two.codes], places[0][one.codes])
            return Words(codes.astype(np.int32), labels)
        assert not isinstance(one, Words)
        assert not isinstance(two, Words)
        return np.where(after, two, one)

    return make


ODD: dict[str, Make] = {
    "numbers all missing": _numbers([np.nan]),
    "words all missing": lambda _, rows, after: Words(np.full(rows, -1, np.int32), ()),
    "a label that no row has": lambda _, rows, after: Words(np.full(rows, -1, np.int32), ("yes",)),
    "one number": _numbers([1.0]),
    "nought": _numbers([0.0]),
    "one label": _words(["yes"]),
    "the empty label": _words(["", "yes"]),
    "truths": _numbers([0.0, 1.0]),
    "truths in words": _words(["right", "wrong"]),
    "huge numbers": _numbers([LARGEST, -LARGEST, 1e140, 5e-324, 0.0]),
    "huge numbers above nought": _numbers([LARGEST, 0.9 * LARGEST, 3.0]),
    "numbers hardly apart": _numbers([1.0, float(np.nextafter(1.0, 2.0))]),
    "numbers below nought": _numbers([-3.0, -0.0, -1e-300]),
    "many labels": _each_its_own,
    "many numbers": lambda random, rows, _: random.standard_cauchy(rows),
    "mostly missing": _numbers([np.nan] * 200 + [0.0, 1.0]),
    "numbers gone": _gone(_numbers([0.0, 1.0])),
    "words gone": _gone(_words(["right", "wrong", "yes"])),
    "number turned": _turned(_numbers([1.0]), _numbers([0.0])),
    "numbers turned huge": _turned(_numbers([0.0, 1.0]), _numbers([LARGEST, -LARGEST])),
    "label turned": _turned(_words(["right"]), _words(["wrong"])),
    "labels turned": _turned(_words(["yes", "no"]), _words(["right", "wrong", "all"])),
}  # fmt: skip
TIMES = {
    "35 days": START + np.arange(ROWS) * (35 * DAY // ROWS),
    "two rows": np.array([START, WINDOW[0]]),
    "two instants": np.repeat([START, WINDOW[0]], 420),
    "nothing before": WINDOW[0] + np.arange(400),
    "nothing now": START + np.arange(400),
    "no row": np.empty(0, np.int64),
}


def _decisions(make: Callable[[str], Make], times: np.ndarray, favourable: str = "") -> Decisions:
    """Return decisions in which every role has a column."""
    random, after = np.random.default_rng(1), times >= WINDOW[0]
    columns = {role: make(role)(random, len(times), after) for role in ROLES}
    columns["unnamed"] = make("unnamed")(random, len(times), after)
    roles = Roles({role: (role,) for role in ROLES}, favourable)
    return Decisions(Table(times.astype(np.int64), columns), roles, BASELINE, WINDOW, 0.9)


def _checked(part: LogDetector, decisions: Decisions) -> None:
    for one in part.find(decisions):
        numbers = (one.value, one.threshold, one.effect, one.p_value)
        assert all(map(math.isfinite, numbers)), (one.message, numbers)
        assert 0 <= one.p_value <= 1
        assert one.earliest_us <= one.start_us <= one.latest_us <= one.time_us, one.message
        assert all((one.message, one.about, one.labels["layer"]))
        assert not {"nan", "inf"} & set(one.message.split()), one.message


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", DETECTORS)
def test_columns_of_one_odd_kind_break_no_detector(name: str, odd: str) -> None:
    for favourable in ("", "1", "yes"):
        _checked(DETECTORS[name], _decisions(lambda _: ODD[odd], TIMES["35 days"], favourable))


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("name", DETECTORS)
def test_windows_without_rows_or_time_break_no_detector(name: str, times: str) -> None:
    for odd in ("truths", "label turned", "many labels"):
        _checked(DETECTORS[name], _decisions(lambda _, odd=odd: ODD[odd], TIMES[times], "yes"))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", DETECTORS)
def test_columns_of_any_odd_kinds_together_break_no_detector(name: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    chosen = {role: ODD[str(random.choice(list(ODD)))] for role in (*ROLES, "unnamed")}
    _checked(
        DETECTORS[name],
        _decisions(chosen.__getitem__, TIMES["35 days"], str(random.choice(["", "1", "yes", "right"]))),
    )


def test_there_are_detectors_of_decision_logs() -> None:
    assert {"inputs", "outputs", "performance", "behaviour", "oversight", "segments", "fairness"} <= set(
        DETECTORS
    )
