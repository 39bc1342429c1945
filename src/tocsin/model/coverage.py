"""Coverage: how each layer of a system stands, which signal tells it, and where nobody watches."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.signal import Layer, Signal, spoken_layer

# A signal is late, and then silent, when nothing came for this many times its usual interval. A Prometheus
# in good order is up to 2.7 of them behind: what is asked every 15 s is a step of 15 s old, and 10 s are left
# for a scrape under way.
LATE_AFTER = 3
SILENT_AFTER = 5
FEWEST = 4  # samples that make a rhythm

_GRAVEST = tuple(AlertSeverity)
_LAYERS = frozenset(layer.value for layer in Layer)
_WHERE = ("alertname", "instance", "host", "pod", "severity")  # labels that name machines, or grades


class State(StrEnum):
    """How a layer of a system stands."""

    STEADY = "steady"
    WATCH = "watch"
    SHIFTED = "shifted"
    SILENT = "silent"
    BLIND = "blind"


class Pulse(StrEnum):
    """Whether a signal still comes, by its own rhythm."""

    ON_TIME = "on time"
    LATE = "late"
    SILENT = "silent"


class Watching(StrEnum):
    """Who watches a layer: signals that come, some or none of which do, alerts of other tools, or nobody."""

    WATCHED = "watched"
    PARTLY = "partly silent"
    SILENT = "silent"
    ALERTS = "alerts only"
    BLIND = "blind"


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of one signal: its gravest alert that lasts, and whether it has gone silent.

    `signal` is None for an alert of a monitoring tool that sends no samples; then `number` is too.
    """

    signal: Signal | None
    number: int | None = None
    alert: Alert | None = None
    silent: bool = False


def rhythm_us(times_us: NDArray[np.int64]) -> int | None:
    """Return the usual interval between samples (the median) in microseconds; None for fewer than four.

    `times_us` are the latest times of a signal, increasing int64 UTC microseconds.
    """
    return usual(np.diff(times_us))


def usual(steps_us: NDArray[np.int64]) -> int | None:
    """Return the same, given the intervals themselves."""
    return int(np.median(steps_us)) if len(steps_us) >= FEWEST - 1 else None


def is_silent(last_us: int, rhythm: int | None, now_us: int) -> bool:
    """Return whether a signal is late by its own rhythm; one without a rhythm is never late."""
    return rhythm is not None and now_us - last_us > SILENT_AFTER * rhythm


def pulse(last_us: int, rhythm: int | None, now_us: int) -> Pulse:
    """Return how a signal keeps its rhythm at an instant; one without a rhythm is on time."""
    if is_silent(last_us, rhythm, now_us):
        return Pulse.SILENT
    late = rhythm is not None and now_us - last_us > LATE_AFTER * rhythm
    return Pulse.LATE if late else Pulse.ON_TIME


def watching(pulses: Sequence[Pulse], told: bool) -> Watching:
    """Return who watches a layer, by the pulses of its signals; `told`: other tools sent alerts about it."""
    if not pulses:
        return Watching.ALERTS if told else Watching.BLIND
    silent = sum(one is Pulse.SILENT for one in pulses)
    if silent == len(pulses):
        return Watching.SILENT
    return Watching.PARTLY if silent else Watching.WATCHED


def state(heard: Sequence[Heard]) -> State:
    """Return how a layer stands by all that is heard of it."""
    if not heard:
        return State.BLIND
    found = most_telling(heard)
    if found.alert is not None:
        grave = found.alert.severity in (AlertSeverity.CRITICAL, AlertSeverity.HIGH)
        return State.SHIFTED if grave else State.WATCH
    return State.SILENT if found.silent else State.STEADY


def most_telling(heard: Sequence[Heard]) -> Heard:
    """Return the signal to show: the gravest and newest alert, else one gone silent, else the broadest."""
    return min(heard, key=_order)


def gravest(alerts: Sequence[Alert]) -> Alert | None:
    """Return the gravest of some alerts, the newest of those; None of none."""
    return min(alerts, key=_weight, default=None)


def layer_of(alert: Alert, signal: Signal | None) -> Layer:
    """Return the layer an alert speaks of: that of its signal, else as it says itself, else the likely one.

    A label `layer` says it. Of other tools' alerts the metric's words tell, then those of the rule, of the
    labels, of the message; it is infrastructure when nothing speaks.
    """
    if signal is not None:
        return signal.layer
    stated = alert.labels.get("layer", "")
    if stated in _LAYERS:
        return Layer(stated)
    labels = " ".join(word for key, word in sorted(alert.labels.items()) if key not in _WHERE)
    texts = (alert.metric, alert.detector, labels, alert.message)
    return next((found for text in texts if (found := spoken_layer(text))), Layer.INFRASTRUCTURE)


def _weight(alert: Alert) -> tuple[int, float]:
    return _GRAVEST.index(alert.severity), -alert.time.timestamp()


def _order(one: Heard) -> tuple[int, float, bool, int, str]:
    grave, newest = _weight(one.alert) if one.alert else (len(_GRAVEST), 0.0)
    labels = 0 if one.signal is None else len(one.signal.labels) + bool(one.signal.segment)
    return grave, newest, not one.silent, labels, one.signal.name if one.signal else ""
