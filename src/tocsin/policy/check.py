"""What must hold within a policy pack, whether it comes from a file or out of the journal."""

from collections import Counter
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from tocsin.model.alert import AlertSeverity
from tocsin.model.calendar import Offset, Unit
from tocsin.model.clocks import FACTS
from tocsin.model.severity import ClockRule, Scheme
from tocsin.model.signal import Layer

# About ten years each; nothing longer is a deadline, and larger numbers would leave the calendar.
LIMITS = {
    Unit.MINUTES: 5_000_000,
    Unit.HOURS: 90_000,
    Unit.BUSINESS_HOURS: 20_000,
    Unit.BUSINESS_DAYS: 2_500,
}


def problems(scheme: Scheme) -> list[str]:
    """Return what is wrong with a pack, each as "key: reason"; empty when it can be used."""
    return [*_names(scheme), *_references(scheme), *_clocks(scheme), *_calendar(scheme)]


def _names(scheme: Scheme) -> Iterator[str]:
    yield from _twice("levels", (level.id for level in scheme.levels))
    yield from _twice("routes", (route.kind for route in scheme.routes))
    yield from _twice("clocks", (rule.id for rule in scheme.clocks))
    # A slash numbers the runs of a clock that ended as superseded.
    yield from (f"clocks: the id {r.id!r} contains a slash" for r in scheme.clocks if "/" in r.id)
    if not 0 <= scheme.due_soon <= 1:
        yield f"due_soon: {scheme.due_soon} is not a share between 0 and 1"


def _twice(key: str, ids: Iterable[str]) -> Iterator[str]:
    return (f"{key}: {id_!r} is there {n} times" for id_, n in Counter(ids).items() if n > 1)


def _references(scheme: Scheme) -> Iterator[str]:
    for severity in AlertSeverity:
        if severity not in scheme.detector_severities:
            yield f"detector_severities: says nothing about {severity.value!r}"
    for severity, level in scheme.detector_severities.items():
        yield from _unknown_levels(scheme, f"detector_severities.{severity.value}", [level])
    for i, route in enumerate(scheme.routes):
        yield from _unknown_levels(scheme, f"routes[{i}].levels", route.levels)
        known = ", ".join(Layer)
        wrong = (layer for layer in route.layers if layer not in list(Layer))
        yield from (f"routes[{i}].layers: {layer!r} is none of {known}" for layer in wrong)


def _unknown_levels(scheme: Scheme, key: str, levels: Iterable[str]) -> Iterator[str]:
    return (f"{key}: there is no level {level!r}" for level in levels if scheme.level(level) is None)


def _clocks(scheme: Scheme) -> Iterator[str]:
    for i, rule in enumerate(scheme.clocks):
        key = f"clocks[{i}]"
        for name, fact in (("from", rule.anchor), *(("met_by", fact) for fact in rule.met_by)):
            if fact not in FACTS:
                yield f"{key}.{name}: {fact!r} is none of {', '.join(FACTS)}"
        if (rule.within is None) == (not rule.within_by_level):
            yield f"{key}: give either within or within_by_level"
        yield from _unknown_levels(scheme, f"{key}.within_by_level", rule.within_by_level)
        yield from _offsets(key, rule)


def _offsets(key: str, rule: ClockRule) -> Iterator[str]:
    by_level = {f"{key}.within_by_level.{level}": span for level, span in rule.within_by_level.items()}
    spans: dict[str, Offset | None] = {f"{key}.within": rule.within, **by_level}
    for name, span in spans.items():
        if span is not None and not 1 <= span.amount <= LIMITS[span.unit]:
            yield f"{name}: {span.amount} {span.unit.value} is not between 1 and {LIMITS[span.unit]}"


def _calendar(scheme: Scheme) -> Iterator[str]:
    zone = scheme.calendar.zone
    try:
        if zone:
            ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        yield f"calendar.zone: {zone!r} is not a time zone such as Europe/Berlin"
