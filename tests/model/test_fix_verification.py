"""Quiet in production: since the fix, the last alert or the last long gap, and never of a dead signal."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.model.test_incident import START
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.fix_verification import Quiet, Watch, WatchState, judge
from tocsin.model.instant import to_us

DAY = timedelta(hours=24)


def hours(number: float) -> datetime:
    return START + timedelta(hours=number)


def alert(begin: float, end: float | None) -> Alert:
    ended = None if end is None else hours(end)
    said = ("rate", True, AlertSeverity.HIGH, "departure", "1", "it left its band")
    return Alert("a", "s", "sig", *said, 1.0, 0.5, hours(begin), ended=ended)


def watch(
    *alerts: Alert, samples: Sequence[float] | None = None, judged: float = 1000, every: float = 0.25
) -> Watch:
    at = np.arange(0, 1000, every) if samples is None else np.array(samples)
    times = np.array([to_us(hours(float(one))) for one in at], np.int64)
    return Watch("rate", alerts, times, 5 * timedelta(hours=every), hours(judged))


def stand(one: Watch, now: float, fixed: float = 10) -> WatchState:
    return judge(one, hours(fixed), lambda since: since + DAY, hours(now))


def test_quiet_counts_from_the_fix() -> None:
    one = watch(alert(1, 9))
    assert (stand(one, 33.9).quiet, stand(one, 33.9).until) == (Quiet.WAITING, hours(34))
    assert stand(one, 34).quiet is Quiet.QUIET


def test_what_lasts_or_comes_again_is_not_quiet() -> None:
    assert stand(watch(alert(1, None)), 99).quiet is Quiet.SPOKE
    assert stand(watch(alert(1, 9), alert(50, None)), 99).quiet is Quiet.SPOKE
    again = watch(alert(1, 9), alert(20, 22))
    assert (stand(again, 40).quiet, stand(again, 40).since) == (Quiet.WAITING, hours(22))
    assert stand(again, 46).quiet is Quiet.QUIET


def test_another_detector_in_its_place_is_not_quiet() -> None:
    def other(end: float | None, severity: AlertSeverity) -> WatchState:
        said = replace(alert(5, end), detector="cusum", severity=severity)
        return stand(replace(watch(alert(1, 9)), others=(said,)), 40)

    assert other(None, AlertSeverity.MEDIUM).quiet is Quiet.SPOKE
    assert other(20, AlertSeverity.CRITICAL).until == hours(44)
    assert other(None, AlertSeverity.LOW).quiet is Quiet.QUIET  # too slight to hide what is high


def test_a_dead_signal_is_not_quiet() -> None:
    none = watch(alert(1, 9), samples=[])
    assert stand(none, 99).quiet is Quiet.DEAD
    stopped = watch(alert(1, 9), samples=np.arange(0, 20, 0.25).tolist())
    assert (stand(stopped, 99).quiet, stand(stopped, 99).since) == (Quiet.DEAD, hours(19.75))
    gap = watch(alert(1, 9), samples=[*np.arange(0, 20, 0.25), *np.arange(30, 90, 0.25)])
    assert (stand(gap, 40).quiet, stand(gap, 40).since) == (Quiet.WAITING, hours(30))
    assert stand(gap, 54).quiet is Quiet.QUIET
    missed = watch(alert(1, 9), samples=[*np.arange(0, 20, 0.25), *np.arange(21, 90, 0.25)])
    assert stand(missed, 34).quiet is Quiet.QUIET


def test_of_what_comes_rarely_a_day_tells_nothing() -> None:
    daily = watch(alert(1, 9), every=24)
    assert (stand(daily, 40).quiet, "only 1" in stand(daily, 40).why) == (Quiet.WAITING, True)
    assert stand(daily, 73).quiet is Quiet.QUIET


def test_what_nobody_judged_is_not_quiet() -> None:
    one = watch(alert(1, 9), judged=20)
    assert "not judged" in stand(one, 99).why
    assert stand(replace(one, judged=None), 99).quiet is Quiet.WAITING
    assert stand(replace(one, unknown="by a file"), 99).quiet is Quiet.UNKNOWN


STEPS = st.lists(st.floats(0.05, 8), min_size=1, max_size=60)


@given(STEPS, st.lists(st.tuples(st.floats(0, 90), st.floats(0, 9)), max_size=4), st.floats(10, 120))
def test_quiet_means_a_whole_day_of_data_without_alert(
    steps: list[float], spans: list[tuple[float, float]], now: float
) -> None:
    """Whatever comes: where it is quiet, that day is free of alerts and of long gaps, looked at by hand."""
    times = [one for one in np.cumsum(steps).tolist() if one <= now]
    alerts = [alert(begin, min(begin + length, now)) for begin, length in spans if begin <= now]
    found = stand(watch(*alerts, samples=times, every=0.5), now)
    if found.quiet is not Quiet.QUIET:
        return
    assert found.since is not None
    begin, end = found.since, found.since + DAY
    assert hours(10) <= begin
    assert end <= hours(now)
    assert all(one.ended is not None and one.ended <= begin for one in alerts)
    inside = [begin, *(hours(one) for one in times if begin <= hours(one) <= hours(now)), hours(now)]
    assert all(b - a <= timedelta(hours=2.5, seconds=1) for a, b in pairwise(inside))
