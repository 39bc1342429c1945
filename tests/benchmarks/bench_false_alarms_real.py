"""False alarms on real series: how many the detectors raise together outside what is labelled as anomalous.

Each series (of NAB) is measured twice. *As they are*, each a system of its own, what is raised outside the
labelled windows: the one measure that adds nothing to the data, and an upper bound, for what happened and was
not labelled (Labor Day in the taxi data) counts as false. And *whole days drawn again*: each day of a year is
a real one of the same weekday, or of the same kind (working day or weekend) where there are fewer than three,
at its own times of day, in a system of ten series.

Blocks of residuals drawn without regard to the day raise seven times the budget on traffic data. That they
vary by the hour is not the main reason: divided by their hour's spread they raise 0.9 times as many; in
random order about as many as stated. Nine in ten come from four stretches of 32 samples in each series (the
morning of 2 September, in speed and occupancy of one road alike; in one series a weekend's morning put into
a working day). What is in ten days once comes again every ten days, where the budget allows one alarm in
seventy; without those stretches the next ones still raise three times the budget. Whole days keep hours and
weekends but come again as often. So the table says how few days account for half of the alarms: where it is
one or two, the row measures these days and not the budget; only much longer series can tell.

Run: python tests/benchmarks/bench_false_alarms_real.py [--quick] [--expected N], N alarms stated a kind.
"""

import csv
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from bench_false_alarms import BEGIN, BUDGET, shares, told

from tocsin.detectors.base import DAY, HOUR
from tocsin.model.instant import to_us

SHARED = os.environ.get("TOCSIN_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data")
DATA = Path(SHARED) / "nab" / "data"


@dataclass(frozen=True, slots=True)
class Real:
    """A real series, and the spans labelled as anomalous in it."""

    name: str
    times: np.ndarray
    values: np.ndarray
    windows: tuple[tuple[int, int], ...]

    def free(self, times: np.ndarray) -> np.ndarray:
        """Return which of the times are outside all labelled windows."""
        return ~np.any([(times >= low) & (times <= high) for low, high in [(0, -1), *self.windows]], axis=0)


REAL = {
    "cloud": (
        "realAWSCloudwatch/ec2_cpu_utilization_24ae8d.csv",
        "realAWSCloudwatch/ec2_cpu_utilization_5f5533.csv",
        "realAWSCloudwatch/elb_request_count_8c0756.csv",
        "realAWSCloudwatch/rds_cpu_utilization_cc0c53.csv",
    ),
    "advertising": (
        "realAdExchange/exchange-2_cpc_results.csv",
        "realAdExchange/exchange-4_cpm_results.csv",
        "realAdExchange/exchange-2_cpm_results.csv",
        "realAdExchange/exchange-3_cpc_results.csv",
        "realAdExchange/exchange-4_cpc_results.csv",
    ),
    "taxi": ("realKnownCause/nyc_taxi.csv",),
    "traffic": (
        "realTraffic/TravelTime_451.csv",
        "realTraffic/occupancy_6005.csv",
        "realTraffic/occupancy_t4013.csv",
        "realTraffic/speed_6005.csv",
        "realTraffic/speed_7578.csv",
        "realTraffic/speed_t4013.csv",
    ),
}


def read(name: str) -> Real:
    labels = json.loads((DATA.parent / "labels" / "combined_windows.json").read_text())
    with (DATA / name).open(encoding="utf-8") as lines:
        rows = {_instant(row["timestamp"]): float(row["value"]) for row in csv.DictReader(lines)}
    times = np.array(sorted(rows))
    windows = tuple((_instant(low), _instant(high)) for low, high in labels.get(name, ()))
    return Real(name, times, np.array([rows[int(at)] for at in times]), windows)


def _instant(text: str) -> int:
    return to_us(datetime.fromisoformat(text).replace(tzinfo=UTC))


def unchanged(real: Real) -> bool:
    """Whether a series has no change of level outside its labelled windows: what has is no example of noise.

    Less the median of each hour of the day, the median of each quarter is within half a robust standard
    deviation of that of all.
    """
    free = real.free(real.times)
    values, hour = real.values[free], real.times[free] // HOUR % 24
    middle = np.array([np.median(values[hour == h]) if (hour == h).any() else 0.0 for h in range(24)])
    left = values - middle[hour]
    spread = 1.4826 * float(np.median(np.abs(left - np.median(left))))
    return (
        max(abs(float(np.median(part) - np.median(left))) for part in np.array_split(left, 4)) <= spread / 2
    )


@dataclass(frozen=True, slots=True)
class Day:
    """One real day: its number since 1970, and its samples at their time of day."""

    number: int
    offsets: np.ndarray
    values: np.ndarray


def whole_days(real: Real) -> list[Day]:
    """Return the days that no labelled window touches, with samples in at least 20 of their hours."""
    found = []
    for number in np.unique(real.times // DAY).tolist():
        here = real.times // DAY == number
        offsets = real.times[here] - number * DAY
        touched = any(low // DAY <= number <= high // DAY for low, high in real.windows)
        if not touched and len(np.unique(offsets // HOUR)) >= 20:
            found.append(Day(number, offsets, real.values[here]))
    return found


def drawn(days: Sequence[Day], count: int, rng: np.random.Generator) -> list[Day]:
    """Return a real day for each of so many after BEGIN, drawn with replacement."""
    found = []
    for number in range(BEGIN // DAY, BEGIN // DAY + count):
        same = [day for day in days if (day.number - number) % 7 == 0]
        kind = [day for day in days if _weekend(day.number) == _weekend(number)]
        among = same if len(same) >= 3 else kind or list(days)
        found.append(among[int(rng.integers(len(among)))])
    return found


def _weekend(day: int) -> bool:
    return (day + 3) % 7 >= 5  # 1970-01-01 was a Thursday


def drawn_again(kinds: dict[str, list[Real]], expected: float, seed: int) -> None:
    """Print how many alarms were stated and raised in two years of real days drawn again, a line a series."""
    print(f"\n{'whole days drawn again':<40}{'days':>6}{'stated':>8}{'raised':>8}{'ratio':>7}  half from, by")
    for kind, found in kinds.items():
        pools = [(real, days) for real in found if len(days := whole_days(real)) >= 7]
        stated_all, raised_all = 0.0, 0
        for number, (real, days) in enumerate(pools):
            rng, stated, by, source = (
                np.random.default_rng([seed, number]),
                0.0,
                Counter[str](),
                Counter[int](),
            )
            while stated < expected / len(pools):
                chosen = drawn(days, 371, rng)
                times = np.concatenate([BEGIN + i * DAY + day.offsets for i, day in enumerate(chosen)])
                alarms = told(times, np.concatenate([day.values for day in chosen]), shares(10))
                by.update(alarm.detector for alarm in alarms)
                source.update(chosen[(to_us(alarm.time) - BEGIN) // DAY].number for alarm in alarms)
                stated += 364 / 7 * BUDGET / 10
            detail = ", ".join(f"{name} {count}" for name, count in by.most_common())
            _real(real.name[:-4], len(days), stated, by.total(), f"{_half(source)}: {detail}")
            stated_all, raised_all = stated_all + stated, raised_all + by.total()
        if pools:
            _real(kind, 0, stated_all, raised_all, "")


def _half(source: Counter[int]) -> int:
    """Return how few days account for half of the alarms."""
    sums = np.cumsum([count for _, count in source.most_common()])
    return int(np.searchsorted(sums, source.total() / 2)) + 1 if source else 0


def as_they_are(kinds: dict[str, list[Real]]) -> None:
    """Print the alarms of each real series outside its labelled windows, from its second week on."""
    print(f"\n{'as they are':<40}{'days':>6}{'stated':>8}{'raised':>8}{'ratio':>7}  by detector")
    stated_all, raised_all = 0.0, 0
    for kind, found in kinds.items():
        stated, by, days = 0.0, Counter[str](), 0
        for real in found:
            begin, end = int(real.times[0]) + 7 * DAY, int(real.times[-1])
            labelled = sum(max(0, high - max(low, begin)) for low, high in real.windows)
            alarms = [one for one in told(real.times, real.values, shares(1)) if to_us(one.time) > begin]
            outside = real.free(np.array([to_us(one.time) for one in alarms], np.int64))
            by.update(one.detector for one, false in zip(alarms, outside, strict=True) if false)
            stated += (end - begin - labelled) / (7 * DAY) * BUDGET
            days += (end - begin - labelled) // DAY
        if found:
            _real(kind, days, stated, by.total(), ", ".join(f"{name} {n}" for name, n in by.most_common()))
        stated_all, raised_all = stated_all + stated, raised_all + by.total()
    _real("all", 0, stated_all, raised_all, "")


def _real(name: str, days: int, stated: float, raised: int, detail: str) -> None:
    print(f"{name:<40}{days or '':>6}{stated:>8.1f}{raised:>8}{raised / stated:>7.2f}  {detail}", flush=True)


def main(quick: bool, expected: float) -> None:
    """Print both tables."""
    kinds = {kind: [one for one in map(read, names) if unchanged(one)] for kind, names in REAL.items()}
    if quick:
        kinds = {"traffic": kinds["traffic"][1:2]}
    as_they_are(kinds)
    drawn_again(kinds, 1 if quick else expected, 3)


if __name__ == "__main__":
    wanted = sys.argv[sys.argv.index("--expected") + 1] if "--expected" in sys.argv else "45"
    main("--quick" in sys.argv, float(wanted))
