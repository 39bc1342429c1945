"""False alarms: how many the detectors raise together where nothing changes, against the stated budget.

And how long they take to see a change, beside river's ADWIN and Page-Hinkley at their defaults.

A system has ten series of one kind of noise, judged by every default detector under one budget, what one has
told not told again by others: what a person would see. A second table has other systems: of 1 and 50 series,
hourly and every five minutes. Real series are measured by bench_false_alarms_real.py.

Run: python tests/benchmarks/bench_false_alarms.py [--quick] [--expected N], N alarms stated a row.
"""

import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from scipy.signal import lfilter

from tocsin.detectors.base import DAY, HOUR, SECOND, Finding, Series, weight
from tocsin.detectors.cusum import CusumDetector
from tocsin.detectors.departure import DepartureDetector
from tocsin.detectors.drift import DriftDetector
from tocsin.detectors.ewma import EwmaDetector
from tocsin.detectors.flatline import FlatlineDetector
from tocsin.detectors.page_hinkley import PageHinkleyDetector
from tocsin.detectors.silence import SilenceDetector
from tocsin.detectors.stretches import evened
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.instant import from_us, to_us
from tocsin.model.signal import Signal
from tocsin.operations.alerts import Changes, untold

BEGIN = 20_000 * DAY
BUDGET = 1.0
SIGNAL = Signal("one", "accuracy")
DETECTORS: tuple[Any, ...] = (
    SilenceDetector(),
    DepartureDetector(),
    CusumDetector(),
    DriftDetector(),
    FlatlineDetector(),
)
Noise = Callable[[np.random.Generator, np.ndarray], np.ndarray]


def correlated(ar: float, rng: np.random.Generator, times: np.ndarray) -> np.ndarray:
    """Autoregressive noise of variance 1."""
    made = lfilter([math.sqrt(1 - ar * ar)], [1, -ar], rng.standard_normal(len(times) + 200))
    return made[200:]


def heavy(rng: np.random.Generator, times: np.ndarray) -> np.ndarray:
    return rng.standard_t(4, len(times))


def daily(rng: np.random.Generator, times: np.ndarray) -> np.ndarray:
    """A daily wave of five standard deviations either way on noise with autocorrelation 0.5."""
    return 5 * np.sin(2 * np.pi * times / DAY) + correlated(0.5, rng, times)


def varying(rng: np.random.Generator, times: np.ndarray) -> np.ndarray:
    """Noise four times as wide by day as by night, at the same level."""
    return np.where((times // HOUR % 24 >= 7) & (times // HOUR % 24 < 19), 4, 1) * correlated(0.5, rng, times)


@dataclass(frozen=True, slots=True)
class Case:
    """One system: so many series of a kind of noise, a sample every `step` microseconds."""

    name: str
    noise: Noise
    series: int = 10
    step: int = HOUR // 4


def shares(series: int) -> dict[str, float]:
    units = series * math.fsum(weight(one) for one in DETECTORS)
    return {one.name: BUDGET * weight(one) / units for one in DETECTORS}


def told(times: np.ndarray, values: np.ndarray, share: dict[str, float]) -> list[Alert]:
    """Return what a person would see of one series, as operations.detect lets it be seen."""
    seen: list[Alert] = []
    memo: dict[Any, Any] = {}
    for detector in sorted(DETECTORS, key=lambda one: getattr(one, "order", 0)):
        stretch = detector.needs.stretch_us
        at, means = evened(times, values, stretch) if stretch > 10 * SECOND else (times, values)
        spans = (
            [(to_us(a.time), to_us(a.ended or a.time)) for a in seen] if getattr(detector, "order", 0) else []
        )
        part = Series(
            SIGNAL, at, means, tuple(spans), 0, share[detector.name], None, memo if at is times else {}
        )
        found = [_alert(detector.name, one) for one in detector.find(part, int(times[0]) - 1)]
        seen += untold(Changes(found, []), seen).raised
    return seen


def _alert(detector: str, one: Finding) -> Alert:
    ended = None if one.ended_us is None else from_us(one.ended_us)
    return Alert(
        id="", system="one", signal="", metric="", detected=True, severity=AlertSeverity(one.severity),
        detector=detector, version="", message="", value=0.0, threshold=0.0, time=from_us(one.time_us),
        ended=ended,
    )  # fmt: skip


def false_alarms(cases: Sequence[Case], expected: float, seed: int) -> tuple[float, float]:
    """Print a line a case; return how many alarms were stated and raised in all."""
    stated_all = raised_all = 0.0
    print(f"{'noise':<26}{'series':>7}{'step':>7}{'stated':>8}{'raised':>8}{'ratio':>7}  by detector")
    for number, case in enumerate(cases):
        rng, share = np.random.default_rng([seed, number]), shares(case.series)
        days, stated, by = (371 if case.step >= HOUR // 4 else 91), 0.0, Counter[str]()
        while stated < expected:
            times = BEGIN + np.arange(0, days * DAY, case.step)
            by.update(alert.detector for alert in told(times, case.noise(rng, times), share))
            stated += (days - 7) / 7 * BUDGET / case.series
        raised = sum(by.values())
        detail = ", ".join(f"{name} {count}" for name, count in by.most_common())
        step = f"{case.step // (60 * SECOND)} min"
        ratio = raised / stated
        print(
            f"{case.name:<26}{case.series:>7}{step:>7}{stated:>8.0f}{raised:>8}{ratio:>7.2f}  {detail}",
            flush=True,
        )
        stated_all, raised_all = stated_all + stated, raised_all + raised
    print(f"{'all':<26}{'':>14}{stated_all:>8.0f}{raised_all:>8.0f}{raised_all / stated_all:>7.2f}")
    return stated_all, raised_all


def delays(runs: int, noise: Noise, name: str) -> None:
    """Print the median delay of each detector for shifts and drifts, and the share seen in four weeks."""
    share = {**shares(10), "ewma": shares(10)["cusum"], "page_hinkley": shares(10)["cusum"]}
    ours = [*DETECTORS[1:4], EwmaDetector(), PageHinkleyDetector()]
    changes = [(f"shift {d:g} sd", d, 0.0) for d in (1, 2, 4)] + [("drift 1 sd a week", 0.0, 1 / 7)]
    heads = [*(one.name for one in ours), "told", "river ADWIN", "river PH"]
    print(f"\nmedian delay in samples, {name} (share seen, of {runs})")
    print(f"{'':<19}" + "".join(f"{head:>17}" for head in heads))
    for label, shift, slope in changes:
        rng = np.random.default_rng(11)
        found: dict[str, list[float]] = {head: [] for head in heads}
        for _ in range(runs):
            times = BEGIN + np.arange(0, 63 * DAY, HOUR // 4)
            since = BEGIN + 35 * DAY + int(rng.integers(0, DAY))
            values = noise(rng, times)
            at = int(np.searchsorted(times, since))
            values = values + np.where(times >= since, shift + slope * (times - since) / DAY, 0.0)
            first: list[float] = []
            for one in ours:
                stretch = one.needs.stretch_us
                here, means = evened(times, values, stretch) if stretch > 10 * SECOND else (times, values)
                part = Series(SIGNAL, here, means, alarms_a_week=share[one.name])
                alarms = [f.time_us for f in one.find(part, int(times[at - 1])) if f.time_us >= since]
                if alarms:
                    found[one.name].append((alarms[0] - since) / (HOUR // 4))
                    if getattr(one, "default", True):
                        first.append(found[one.name][-1])
            found["told"] += [min(first)] if first else []
            for head, alarm in _of_river(values, at).items():
                found[head] += [alarm] if alarm is not None else []
        cells = [f"{np.median(v):.0f} ({len(v) / runs:.0%})" if v else "-" for v in found.values()]
        print(f"{label:<19}" + "".join(f"{cell:>17}" for cell in cells), flush=True)


def _of_river(values: np.ndarray, at: int) -> dict[str, float | None]:
    """Return the delay of river's detectors, told the spread of the first month; None when they miss it."""
    from river import drift

    spread = float(values[:at].std()) or 1.0
    made = {"river ADWIN": drift.ADWIN(), "river PH": drift.PageHinkley()}
    found: dict[str, float | None] = dict.fromkeys(made)
    for name, one in made.items():
        for i, value in enumerate((values / spread).tolist()):
            one.update(value)
            if one.drift_detected and i >= at:
                found[name] = i - at
                break
    return found


def river_alarms(weeks: int) -> None:
    """Print how often river's detectors alarm at their defaults where nothing changes."""
    from river import drift

    values = np.random.default_rng(5).standard_normal(weeks * 672)
    print(f"\nalarms in {weeks} weeks of one series of Gaussian noise, a sample every 15 minutes")
    for name, one in (("river ADWIN", drift.ADWIN()), ("river PH", drift.PageHinkley())):
        alarms = 0
        for value in values.tolist():
            one.update(value)
            alarms += one.drift_detected
        print(f"{name:<26}{alarms:>6}  ({alarms / weeks:.2f} a week)")
    share = shares(10)
    for detector in DETECTORS[1:3]:
        print(f"{detector.name:<26}stated {share[detector.name]:.3f} a week in a system of ten series")


def main(quick: bool, expected: float) -> None:
    begin = time.process_time()
    cases = [
        Case("independent Gaussian", partial(correlated, 0.0)),
        Case("AR 0.5", partial(correlated, 0.5)),
        Case("AR 0.8", partial(correlated, 0.8)),
        Case("Student t(4)", heavy),
        Case("daily wave, AR 0.5", daily),
        Case("wider by day, AR 0.5", varying),
    ]
    false_alarms(cases[:2] if quick else cases, 5 if quick else expected, 1)
    if not quick:
        others = [
            *(replace(case, series=1) for case in (cases[0], cases[2], cases[3])),
            *(replace(case, series=50) for case in (cases[0], cases[2], cases[3])),
            *(replace(case, step=HOUR) for case in (cases[0], cases[2], cases[3])),
            *(replace(case, step=HOUR // 12) for case in (cases[0], cases[2], cases[3])),
        ]
        print()
        false_alarms(others, 0.3 * expected, 2)
    delays(2 if quick else 40, cases[0].noise, "independent noise")
    if not quick:
        delays(40, cases[2].noise, "AR 0.8")
    river_alarms(5 if quick else 200)
    print(f"\n{time.process_time() - begin:.0f} s CPU")


if __name__ == "__main__":
    wanted = sys.argv[sys.argv.index("--expected") + 1] if "--expected" in sys.argv else "200"
    main("--quick" in sys.argv, float(wanted))
