"""Surprise in a store: silent until a person enables it, then each novelty is one alert, told once."""

from collections.abc import Callable

import numpy as np

from tocsin.detectors.base import DAY, HOUR
from tocsin.model.instant import from_us
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.operations import detectors
from tocsin.operations.detect import detect
from tocsin.operations.progress import finish
from tocsin.store.folder import Store

BEGIN = 20_000 * DAY
ODD = BEGIN + 24 * DAY + 17 * HOUR
SIGNAL = Signal("one", "load")


def test_a_common_value_at_an_odd_hour_is_told_once_enabled_and_once_only(
    store: Store, add_samples: Callable[..., int]
) -> None:
    times = BEGIN + np.arange(0, 30 * DAY, HOUR // 4)
    values = np.random.default_rng(6).standard_normal(len(times)) + 12 * np.sin(2 * np.pi * times / DAY)
    values[times == ODD] = 10.0
    add_samples(SIGNAL, times, values)
    assert not any(part.name == "surprise" for part in detectors.in_force(store))
    detectors.set_parameters(store, Author("Operator A"), "surprise", {}, enabled=True)
    surprise = [part for part in detectors.in_force(store) if part.name == "surprise"]
    raised = finish(detect(store, using=surprise)).raised
    (alert,) = [one for one in raised if one.start and one.start.low <= from_us(ODD) <= one.start.high]
    assert (alert.detector, alert.version) == ("surprise", "1")
    assert len(raised) < 8  # alone it has the whole budget of one false alarm a week
    again = finish(detect(store, using=surprise))
    assert (again.raised, again.changed) == ([], [])
