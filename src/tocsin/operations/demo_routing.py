"""Made-up decisions of a delivery router: a pipeline change lowers the weight of one input, one region lags.

The plan gives each delivery minutes of slack, a weighted sum of its inputs; it is late when it needs more.
`geo_cell` matters in one region, where the streets are steep; elsewhere it is near 0, either way.
"""

from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

_DAY_US = 86_400_000_000
_MINUTES = 6.0  # by which deliveries differ for reasons nobody knows, one standard deviation
_MARGIN = 1.555  # standard deviations of slack: 94 % are on time
_WEIGHTS = {"distance_km": 0.9, "stops": 0.35, "load": 4.0}
_WEATHER = {"dry": 0.0, "rain": 2.0, "snow": 6.0}
_VANS = ("large", "medium", "small")
_PARTS = ("E", "N", "NE", "NW", "S", "SE", "SW", "W")
REGIONS = tuple(f"{part}-{number:02}" for part in _PARTS for number in range(1, 26))

Column = NDArray[np.float64] | NDArray[np.int64] | NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Routing:
    """What is made: `rows` decisions in the `days` before the end, the change `changed_days` before it.

    `region` has `share` of the rows and loses `lost` of its on-time rate. The log tells `geo_cell` as it is,
    or `weighted`: as the feature pipeline hands it on, so that the change shows in its values.
    """

    rows: int = 400_000
    days: float = 90.0
    changed_days: float = 21.0
    region: str = "NE-07"
    share: float = 0.05
    lost: float = 0.03
    weighted: bool = False
    weight: tuple[float, float] = (1.0, 0.55)


def routing(random: np.random.Generator, end_us: int, made: Routing) -> dict[str, Column]:
    """Return the decision log, oldest first, as columns of equal length; `time` in UTC microseconds."""
    times = _times(random, end_us, made)
    region = _regions(random, made)
    there = region == REGIONS.index(made.region)
    weather = _weather(random, times, region)
    inputs = {
        "distance_km": np.round(random.lognormal(1.6, 0.5, made.rows), 2),
        "stops": 1.0 + random.poisson(14, made.rows),
        "load": np.round(random.beta(4, 2, made.rows), 3),
    }
    cell = random.normal(there.astype(np.float64), 0.1)
    changed = times >= end_us - int(made.changed_days * _DAY_US)
    weight = np.where(changed, made.weight[1], made.weight[0])
    minutes = _steepness(made)
    plain = 8.0 + sum(_WEIGHTS[name] * values for name, values in inputs.items())
    plain = plain + np.array(list(_WEATHER.values()))[weather] + random.normal(0, 0.5, made.rows)
    slack = plain + minutes * weight * cell
    needed = plain + minutes * made.weight[0] * cell + _MINUTES * random.normal(0, 1, made.rows)
    spare = _MINUTES * (_MARGIN + _usual(random, times, region, there))
    return {
        "time": times,
        "region": np.array(REGIONS)[region],
        "van": np.array(_VANS)[random.choice(3, made.rows, p=(0.2, 0.45, 0.35))],
        "weather": np.array(list(_WEATHER))[weather],
        **inputs,
        "geo_cell": np.round(cell * (weight if made.weighted else 1.0), 3),
        "slack_minutes": np.round(slack, 2),
        "on_time": (needed < slack + spare).astype(np.int64),
    }


def write(file: Path, columns: dict[str, Column]) -> None:
    """Write a log as CSV, with ids and times in ISO 8601."""
    texts = [
        np.char.add(np.datetime_as_string(values.astype("datetime64[us]"), "ms"), "Z")
        if name == "time"
        else values.astype(np.str_)
        for name, values in columns.items()
    ]
    with file.open("w", encoding="utf-8") as out:
        out.write(",".join(("id", *columns)) + "\n")
        rows = zip(*(text.tolist() for text in texts), strict=True)
        out.writelines(f"D{number:07},{','.join(row)}\n" for number, row in enumerate(rows))


def _times(random: np.random.Generator, end_us: int, made: Routing) -> NDArray[np.int64]:
    """Return instants by day, most of them in the late morning and the late afternoon."""
    share = np.array([0.2 + 0.8 * np.exp(-(((hour - 11) / 2.5) ** 2)) for hour in range(24)])
    share += [0.9 * np.exp(-(((hour - 17) / 2) ** 2)) for hour in range(24)]
    hour = random.choice(24, made.rows, p=share / share.sum())
    within = (hour * 3_600_000 + random.integers(0, 3_600_000, made.rows)) * 1000
    first = end_us - int(made.days * _DAY_US)
    days = random.integers(first // _DAY_US, end_us // _DAY_US + 1, made.rows)
    times = days * _DAY_US + within
    outside = (times < first) | (times >= end_us)
    times[outside] = random.integers(first, end_us, int(outside.sum()))
    return np.sort(times)


def _regions(random: np.random.Generator, made: Routing) -> NDArray[np.intp]:
    """Return regions of differing size, the one that will lag with its share."""
    sizes = random.gamma(4, 1, len(REGIONS))
    at = REGIONS.index(made.region)
    sizes[at] = 0
    sizes *= (1 - made.share) / sizes.sum()
    sizes[at] = made.share
    return random.choice(len(REGIONS), made.rows, p=sizes)


def _weather(
    random: np.random.Generator, times: NDArray[np.int64], region: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return the weather, which holds for two hours in a region."""
    stretch = (times - times[0]) // (_DAY_US // 12)
    drawn = random.choice(3, (int(stretch.max()) + 1, len(REGIONS)), p=(0.68, 0.27, 0.05))
    found: NDArray[np.intp] = drawn[stretch, region]
    return found


def _usual(
    random: np.random.Generator, times: NDArray[np.int64], region: NDArray[np.intp], there: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return what regions, hours and days differ by as ever, in standard deviations of the slack."""
    regions, days = random.normal(0, 0.12, len(REGIONS)), random.normal(0, 0.03, 400)
    rush = np.isin(times // 3_600_000_000 % 24, (8, 9, 17, 18))
    found: NDArray[np.float64] = np.where(there, 0.0, regions[region]) - 0.08 * rush
    found += days[(times - times[0]) // _DAY_US]
    return found


def _steepness(made: Routing) -> float:
    """Return how many minutes `geo_cell` stands for, so that the region loses what it shall."""
    normal = NormalDist()
    usual = normal.cdf(_MARGIN)
    return _MINUTES * (_MARGIN - normal.inv_cdf(usual - made.lost)) / (made.weight[0] - made.weight[1])
