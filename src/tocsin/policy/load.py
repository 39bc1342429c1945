"""Reads a policy pack from its TOML file and checks it, naming file, key and reason of what is wrong."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec

from tocsin.errors import BadInput, NotFound
from tocsin.model.alert import AlertSeverity
from tocsin.model.calendar import DAY_MINUTES, Calendar, Offset, Unit
from tocsin.model.severity import ClockRule, Level, Route, Scheme
from tocsin.paths import resource
from tocsin.policy.check import problems

DEFAULT = "sev-1-4"
MAX_BYTES = 1_000_000
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
_Words = Annotated[list[_Text], msgspec.Meta(max_length=50)]


class _CalendarTable(msgspec.Struct, forbid_unknown_fields=True):
    days: list[str]
    opens: str
    closes: str
    zone: str = "home"
    holidays: Annotated[list[date], msgspec.Meta(max_length=2000)] = []


class _LevelTable(msgspec.Struct, forbid_unknown_fields=True):
    id: _Text
    meaning: _Text
    found_by: str = ""
    escalate_to: _Words = []
    forum: str = ""


class _RouteTable(msgspec.Struct, forbid_unknown_fields=True):
    kind: _Text
    title: _Text
    to: _Words
    layers: list[str] = []
    levels: list[str] = []


class _ClockTable(msgspec.Struct, forbid_unknown_fields=True):
    id: _Text
    name: _Text
    anchor: str = msgspec.field(name="from")
    within: dict[Unit, int] | None = None
    within_by_level: dict[str, dict[Unit, int]] = {}
    met_by: list[str] = []
    restarts_on_regrading: bool = False


class _PackFile(msgspec.Struct, forbid_unknown_fields=True):
    id: _Text
    title: _Text
    version: _Text
    calendar: _CalendarTable
    detector_severities: dict[AlertSeverity, str]
    levels: Annotated[list[_LevelTable], msgspec.Meta(min_length=1, max_length=12)]
    routes: Annotated[list[_RouteTable], msgspec.Meta(max_length=50)]
    clocks: Annotated[list[_ClockTable], msgspec.Meta(max_length=100)]
    due_soon: float = 0.25


class _Wrong(Exception):
    """A value that has the right type but makes no sense, with the key it stands at."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")


def shipped() -> list[str]:
    """Return the names of the packs that come with Tocsin."""
    return sorted(file.parent.name for file in resource("policies").glob("*/pack.toml"))


def load_shipped(name: str = DEFAULT) -> Scheme:
    """Return a pack that comes with Tocsin. Raises NotFound, naming those there are."""
    if name not in shipped():
        raise NotFound(f"There is no policy pack {name!r}.", hint=f"There are: {', '.join(shipped())}.")
    return load(resource(f"policies/{name}/pack.toml"))


def load(file: Path) -> Scheme:
    """Return the scheme a pack file describes. Raises BadInput with file, key and reason."""
    try:
        scheme = _scheme(msgspec.convert(_read(file), _PackFile))
    except msgspec.ValidationError as error:
        reason, _, key = str(error).partition(" - at ")
        raise _bad(file, f"{key.strip('`').removeprefix('$.') or 'the whole file'}: {reason}") from None
    except _Wrong as error:
        raise _bad(file, str(error)) from None
    wrong = problems(scheme)
    if wrong:
        raise _bad(file, "; ".join(wrong))
    return scheme


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise _bad(file, f"the file is larger than {MAX_BYTES} bytes")
        return tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise _bad(file, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise _bad(file, f"not UTF-8 at byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise _bad(file, f"not TOML: {error}") from None
    except RecursionError:
        raise _bad(file, "not TOML: nested too deeply") from None


def _bad(file: Path, what: str) -> BadInput:
    return BadInput(what, where=str(file))


def _scheme(pack: _PackFile) -> Scheme:
    return Scheme(
        id=pack.id,
        title=pack.title,
        version=pack.version,
        levels=tuple(
            Level(each.id, each.meaning, each.found_by, tuple(each.escalate_to), each.forum)
            for each in pack.levels
        ),
        routes=tuple(
            Route(each.kind, each.title, tuple(each.to), tuple(each.layers), tuple(each.levels))
            for each in pack.routes
        ),
        clocks=tuple(_clock(each, f"clocks[{i}]") for i, each in enumerate(pack.clocks)),
        detector_severities=pack.detector_severities,
        calendar=_calendar(pack.calendar),
        due_soon=pack.due_soon,
    )


def _clock(table: _ClockTable, key: str) -> ClockRule:
    by_level = {
        level: _offset(span, f"{key}.within_by_level.{level}")
        for level, span in table.within_by_level.items()
    }
    return ClockRule(
        id=table.id,
        name=table.name,
        anchor=table.anchor,
        within=None if table.within is None else _offset(table.within, f"{key}.within"),
        within_by_level=by_level,
        met_by=tuple(table.met_by),
        restarts_on_regrading=table.restarts_on_regrading,
    )


def _offset(span: dict[Unit, int], key: str) -> Offset:
    if len(span) != 1:
        raise _Wrong(key, "needs exactly one unit, such as { minutes = 15 }")
    ((unit, amount),) = span.items()
    return Offset(amount, unit)


def _calendar(table: _CalendarTable) -> Calendar:
    unknown = [day for day in table.days if day not in WEEKDAYS]
    if unknown:
        raise _Wrong("calendar.days", f"{unknown[0]!r} is none of {', '.join(WEEKDAYS)}")
    days = frozenset(WEEKDAYS.index(day) + 1 for day in table.days)
    opens, closes = _minutes(table.opens, "calendar.opens"), _minutes(table.closes, "calendar.closes")
    zone = "" if table.zone == "home" else table.zone
    try:
        return Calendar(days, opens, closes, frozenset(table.holidays), zone)
    except ValueError as error:
        raise _Wrong("calendar", str(error)) from None


def _minutes(text: str, key: str) -> int:
    match = re.fullmatch(r"([0-2][0-9]):([0-5][0-9])", text)
    minutes = int(match[1]) * 60 + int(match[2]) if match else DAY_MINUTES + 1
    if minutes > DAY_MINUTES:
        raise _Wrong(key, f"{text!r} is not a time of day such as 09:00 (24:00 is the end of the day)")
    return minutes
