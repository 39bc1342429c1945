"""What must hold within a policy pack, whether it comes from files or out of the journal."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tocsin.model import closure, counting, facts
from tocsin.model.alert import AlertSeverity
from tocsin.model.calendar import Calendar, Offset, Unit
from tocsin.model.classification import CATEGORIES, TYPES
from tocsin.model.incident import ROLES
from tocsin.model.observation import CHANNELS
from tocsin.model.severity import ClockRule, Scheme
from tocsin.model.signal import Layer

PACK = "pack.toml"
# About ten years each; nothing longer is a deadline, and larger numbers would leave the calendar.
LIMITS = {
    Unit.MINUTES: 5_000_000,
    Unit.HOURS: 90_000,
    Unit.DAYS: 3_660,
    Unit.WEEKS: 522,
    Unit.MONTHS: 120,
    Unit.BUSINESS_HOURS: 20_000,
    Unit.BUSINESS_DAYS: 2_500,
}
# The fields of an incident that a clock may be narrowed to, with their values.
FIELDS: dict[str, Iterable[str]] = {"type": TYPES, "category": CATEGORIES, "channel": CHANNELS}
Found = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: `file` within the pack, the key in it (empty for the whole file), and the reason."""

    file: str
    key: str
    reason: str

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}" if self.key else self.reason


def problems(scheme: Scheme) -> list[Problem]:
    """Return what is wrong with a pack's levels, routes, clocks and calendars; empty when nothing is."""
    found = [
        *_names(scheme), *_references(scheme), *_clocks(scheme), *_calendars(scheme), *_handling(scheme)
    ]  # fmt: skip
    return [Problem(PACK, key, reason) for key, reason in found]


def twice(key: str, ids: Iterable[str]) -> Found:
    """Yield a problem for each id that is there more than once."""
    return ((key, f"{id_!r} is there {n} times") for id_, n in Counter(ids).items() if n > 1)


def unknown(key: str, ids: Iterable[str], known: Iterable[str], what: str = "") -> Found:
    """Yield a problem for each id that is none of those known."""
    there = list(known)
    for id_ in ids:
        if id_ not in there:
            yield key, what.format(id_) if what else f"{id_!r} is none of {', '.join(there) or 'none'}"


def unknown_levels(scheme: Scheme, key: str, levels: Iterable[str]) -> Found:
    """Yield a problem for each level that the scheme does not have."""
    return ((key, f"there is no level {level!r}") for level in levels if scheme.level(level) is None)


def span(key: str, offset: Offset) -> Found:
    """Yield a problem when an offset is not one that can be counted."""
    limit = LIMITS[offset.unit]
    if not 1 <= offset.amount <= limit:
        yield key, f"{offset.amount} {offset.unit.value} is not between 1 and {limit}"


def _names(scheme: Scheme) -> Found:
    yield from twice("levels", (level.id for level in scheme.levels))
    yield from twice("routes", (route.kind for route in scheme.routes))
    yield from twice("clocks", (rule.id for rule in scheme.clocks))
    # A level is typed in any case.
    yield from twice("levels", {level.id: level.id.upper() for level in scheme.levels}.values())
    # A slash numbers the runs of a clock that ended as superseded, a colon names one in a fact.
    for mark, name in (("/", "a slash"), (":", "a colon")):
        bad = (rule.id for rule in scheme.clocks if mark in rule.id)
        yield from (("clocks", f"the id {id_!r} contains {name}") for id_ in bad)
    if not scheme.levels:
        yield "levels", "there is none"
    if not 0 <= scheme.due_soon <= 1:
        yield "due_soon", f"{scheme.due_soon} is not a share between 0 and 1"


def _references(scheme: Scheme) -> Found:
    for severity in AlertSeverity:
        if severity not in scheme.detector_severities:
            yield "detector_severities", f"says nothing about {severity.value!r}"
    for severity, level in scheme.detector_severities.items():
        yield from unknown_levels(scheme, f"detector_severities.{severity.value}", [level])
    for i, route in enumerate(scheme.routes):
        yield from unknown_levels(scheme, f"routes[{i}].levels", route.levels)
        yield from unknown(f"routes[{i}].layers", route.layers, list(Layer))
        yield from unknown(f"routes[{i}].types", route.types, TYPES)
    yield from twice("routes.types", (type_ for route in scheme.routes for type_ in route.types))


def _clocks(scheme: Scheme) -> Found:
    clocks = [rule.id for rule in scheme.clocks]
    for i, rule in enumerate(scheme.clocks):
        key = f"clocks[{i}]"
        named = [
            ("from", rule.anchor),
            *(("met_by", f) for f in rule.met_by),
            *(("until", f) for f in rule.until),
        ]
        if rule.not_after is not None or rule.not_after_from:
            named.append(("not_after_from", rule.not_after_from))
        for name, fact in named:
            if not facts.known(fact, clocks):
                yield f"{key}.{name}", f"{fact!r} is none of {', '.join(facts.DERIVED)} nor one people state"
        yield from _how_long(scheme, key, rule)
        yield from _counting(key, rule)
        for field, values in rule.when.items():
            yield from unknown(f"{key}.when", [field], FIELDS)
            yield from unknown(f"{key}.when.{field}", values, FIELDS.get(field, values))
        if rule.calendar and rule.calendar not in scheme.calendars:
            yield f"{key}.calendar", f"there is no calendar {rule.calendar!r} in [calendars]"
    yield from _circles(scheme)


def _circles(scheme: Scheme) -> Found:
    """Clocks that wait for each other in a circle never begin."""
    after = {rule.id: [f.partition(":")[2] for f in _waits_for(rule)] for rule in scheme.clocks}
    left = dict(after)
    while free := [id_ for id_, others in left.items() if not any(other in left for other in others)]:
        for id_ in free:
            del left[id_]
    if left:
        yield "clocks", f"these count from each other in a circle: {', '.join(left)}"


def _waits_for(rule: ClockRule) -> list[str]:
    return [fact for fact in (rule.anchor, rule.not_after_from) if fact.startswith((facts.MET, facts.DUE))]


def _how_long(scheme: Scheme, key: str, rule: ClockRule) -> Found:
    given = (rule.within is not None) + bool(rule.within_by_level)
    if given > 1 or (not given and not rule.counts_up):
        yield key, "give either within or within_by_level"
    if rule.until and not rule.repeats:
        yield f"{key}.until", "only a clock that repeats has an end"
    if rule.repeats and (rule.counts_up or not rule.met_by):
        yield f"{key}.repeats", "it needs a number, and a fact in met_by that lets it begin anew"
    yield from unknown_levels(scheme, f"{key}.within_by_level", rule.within_by_level)
    yield from unknown_levels(scheme, f"{key}.levels", rule.levels)
    if not rule.counts_up:
        bare = (level for level in rule.levels if rule.offset(level) is None)
        yield from ((f"{key}.levels", f"{level!r} has no number in within_by_level") for level in bare)
    for name, offset in _offsets(rule):
        yield from span(f"{key}.{name}", offset)


def _counting(key: str, rule: ClockRule) -> Found:
    if rule.counting and not counting.known(rule.counting):
        yield f"{key}.counting", f"{rule.counting!r} is no way to count"
        return
    fitting = counting.units(rule.counting)
    for name, offset in _offsets(rule):
        if rule.counting and fitting and offset.unit not in fitting:
            yield f"{key}.{name}", f"{rule.counting} does not count {offset.unit.value}"


def _offsets(rule: ClockRule) -> Iterator[tuple[str, Offset]]:
    given = {"within": rule.within, "not_after": rule.not_after}
    given |= {f"within_by_level.{level}": offset for level, offset in rule.within_by_level.items()}
    return ((name, offset) for name, offset in given.items() if offset is not None)


def _calendars(scheme: Scheme) -> Found:
    yield from _zone("calendar", scheme.calendar)
    for name, calendar in scheme.calendars.items():
        yield from _zone(f"calendars.{name}", calendar)


def _zone(key: str, calendar: Calendar) -> Found:
    try:
        if calendar.zone:
            ZoneInfo(calendar.zone)
    except (KeyError, ValueError, OSError):
        yield f"{key}.zone", f"{calendar.zone!r} is not a time zone such as Europe/Berlin"


def _handling(scheme: Scheme) -> Found:
    yield from twice("roles", (role.id for role in scheme.roles))
    for i, role in enumerate(scheme.roles):
        yield from unknown(f"roles[{i}].id", [role.id], ROLES)
        yield from unknown_levels(scheme, f"roles[{i}].levels", role.levels)
    yield from unknown_levels(scheme, "freeze", scheme.freeze)
    yield from unknown("closure", scheme.closure, closure.TITLES)
    yield from twice("closure", scheme.closure)
    if scheme.quiet is not None:
        yield from span("quiet", scheme.quiet)
