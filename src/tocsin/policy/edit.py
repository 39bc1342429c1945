"""Changes of a pack in place, each giving a new scheme of a higher version that was checked as a file is."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from tocsin.errors import BadInput, NotFound
from tocsin.model.calendar import Offset, Unit
from tocsin.model.severity import ClockRule, Level, Scheme
from tocsin.policy.check_parts import everything_wrong
from tocsin.policy.write import tables_of

T = TypeVar("T")
_SUFFIX = re.compile(r"(.*)\+(\d{1,6})")
_SPAN = re.compile(r"(\d{1,7}) *([a-z]+(?: [a-z]+)*)")
_UNITS = {
    Unit.MINUTES: ("m", "min", "minute", "minutes"),
    Unit.HOURS: ("h", "hour", "hours"),
    Unit.DAYS: ("d", "day", "days"),
    Unit.WEEKS: ("w", "week", "weeks"),
    Unit.MONTHS: ("month", "months"),
    Unit.BUSINESS_HOURS: ("bh", "business hour", "business hours", "working hours"),
    Unit.BUSINESS_DAYS: ("bd", "business day", "business days", "working days"),
}


def offset_of(text: str) -> Offset | None:
    """Return the offset that a person typed, such as 15 min, 4 business hours, 5 bd; None for nothing typed.

    Raises BadInput.
    """
    typed = " ".join(text.lower().replace("_", " ").split())
    if typed in ("", "-", "–", "none"):
        return None
    if typed == "next business day":
        return Offset(1, Unit.BUSINESS_DAYS)
    match = _SPAN.fullmatch(typed)
    unit = next((u for u, words in _UNITS.items() if match and match[2] in words), None)
    if match is None or unit is None:
        raise BadInput(
            "this is no span of time.",
            where=text[:60],
            hint="Such as 15 min, 2 h, 30 days, 1 week, 4 business hours, 5 business days.",
        )
    return Offset(int(match[1]), unit)


def with_offset(scheme: Scheme, clock: str, level: str, offset: Offset | None) -> Scheme:
    """Return the scheme with another offset in a cell of the matrix; None takes the clock from that level.

    Raises NotFound for an unknown clock or level, BadInput for what the checks of a pack refuse.
    """
    rule = scheme.clock(clock)
    if rule is None:
        known = ", ".join(each.id for each in scheme.clocks)
        raise NotFound(f"{scheme.title} has no such clock.", where=clock, hint=f"It has {known}.")
    _level(scheme, level)
    at = {one.id: rule.offset(one.id) for one in scheme.levels} | {level: offset}
    changed = _cell(rule, at)
    return _raised(scheme, replace(scheme, clocks=_put(scheme.clocks, rule, changed)))


def with_level(
    scheme: Scheme,
    level: str,
    *,
    meaning: str | None = None,
    found_by: str | None = None,
    escalate_to: Sequence[str] | None = None,
    forum: str | None = None,
) -> Scheme:
    """Return the scheme with another definition of a level; None keeps what there is."""
    known = _level(scheme, level)
    changed = Level(
        known.id,
        known.meaning if meaning is None else meaning.strip(),
        known.found_by if found_by is None else found_by.strip(),
        known.escalate_to if escalate_to is None else _names(escalate_to),
        known.forum if forum is None else forum.strip(),
    )
    return _raised(scheme, replace(scheme, levels=_put(scheme.levels, known, changed)))


def with_route(
    scheme: Scheme,
    kind: str,
    *,
    title: str | None = None,
    to: Sequence[str] | None = None,
    levels: Sequence[str] | None = None,
    types: Sequence[str] | None = None,
    layers: Sequence[str] | None = None,
) -> Scheme:
    """Return the scheme with another route of a kind; None keeps what there is. A type has one route."""
    known = next((route for route in scheme.routes if route.kind == kind), None)
    if known is None:
        kinds = ", ".join(route.kind for route in scheme.routes)
        raise NotFound(f"{scheme.title} has no such route.", where=kind, hint=f"It has {kinds}.")
    changed = replace(
        known,
        title=known.title if title is None else title.strip(),
        to=known.to if to is None else _names(to),
        levels=known.levels if levels is None else tuple(levels),
        types=known.types if types is None else tuple(types),
        layers=known.layers if layers is None else tuple(layers),
    )
    return _raised(scheme, replace(scheme, routes=_put(scheme.routes, known, changed)))


def next_version(version: str) -> str:
    """Return the version of a pack that was changed in place: 3 becomes 3+1, then 3+2."""
    match = _SUFFIX.fullmatch(version)
    return f"{match[1]}+{int(match[2]) + 1}" if match else f"{version}+1"


def _cell(rule: ClockRule, at: dict[str, Offset | None]) -> ClockRule:
    """The rule with these offsets, written for all levels at once where they are the same."""
    given = {level: offset for level, offset in at.items() if offset is not None}
    if not given and not rule.counts_up:
        raise BadInput(
            "a clock needs a number at one level at least.",
            where=rule.id,
            hint="Take it out of the pack instead.",
        )
    same = len(given) == len(at) and len(set(given.values())) == 1
    if rule.within is not None and same:
        return replace(rule, within=next(iter(given.values())), levels=())
    if rule.counts_up:  # it goes on counting where it has no number
        levels = tuple(level for level in at if rule.holds_at(level) or level in given)
        return replace(rule, within=None, within_by_level=given, levels=levels)
    return replace(rule, within=None, within_by_level=given, levels=())


def _level(scheme: Scheme, id: str) -> Level:
    known = scheme.level(id)
    if known is None:
        levels = ", ".join(one.id for one in scheme.levels)
        raise NotFound(f"{scheme.title} has no such level.", where=id, hint=f"It has {levels}.")
    return known


def _names(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.strip() for name in names if name.strip())


def _put(old: Sequence[T], known: T, changed: T) -> tuple[T, ...]:
    return tuple(changed if each is known else each for each in old)


def _raised(before: Scheme, after: Scheme) -> Scheme:
    """The changed scheme under the next version; the same scheme when nothing changed. Raises BadInput."""
    if after == before:
        return before
    raised = replace(after, version=next_version(before.version))
    if wrong := everything_wrong(raised):
        raise BadInput("; ".join(f"{one.file}: {one}" for one in wrong), where=raised.id)
    tables_of(raised)
    return raised
