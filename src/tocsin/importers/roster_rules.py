"""What roster files of any form have in common: limits, names, and civil times that become instants."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.errors import BadInput
from tocsin.model.arrangement import Shift
from tocsin.model.roster import Refused, RosterFile, key

MOST_BYTES = 5_000_000
MOST_SHIFTS = 20_000
LONGEST_NAME = 80
LONGEST_SHIFT = timedelta(days=366)
_CIVIL = "%Y-%m-%d %H:%M"


@dataclass
class Gathered:
    """The shifts of a file as they are read, with what was refused and what the clocks did to them."""

    shifts: dict[str, list[Shift]] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def add(self, rota: str, shift: Shift, zone: str) -> None:
        """Take a shift. Raises ValueError, in words, where it cannot be one."""
        if shift.ends <= shift.begins:
            raise ValueError("it ends before it begins" if shift.ends < shift.begins else "it has no length")
        if shift.ends - shift.begins > LONGEST_SHIFT:
            raise ValueError("it is longer than a year")
        if self.count >= MOST_SHIFTS:
            raise ValueError(f"there are more than {MOST_SHIFTS} shifts")
        self.count += 1
        rota = self.names.setdefault(key(rota), rota)  # however it is spelt in other rows
        self.shifts.setdefault(rota, []).append(shift)
        self.zones.setdefault(rota, zone)

    def refuse(self, line: int, reason: str) -> None:
        """Set a row aside."""
        self.refused.append(Refused(line, reason))

    def done(self) -> RosterFile:
        """Return what the file says. Raises BadInput when nothing of it was taken."""
        if not self.shifts:
            first = f" Line {self.refused[0].line}: {self.refused[0].reason}." if self.refused else ""
            raise BadInput(f"no shift was found in it.{first}")
        sorted_ = {
            rota: tuple(sorted(found, key=lambda one: (one.begins, one.ends, one.person)))
            for rota, found in self.shifts.items()
        }
        return RosterFile(sorted_, self.zones, tuple(self.refused), tuple(self.notes))


def name(text: str, what: str) -> str:
    """Return a name without blanks at its ends. Raises ValueError, in words."""
    trimmed = " ".join(text.split())
    if not trimmed:
        raise ValueError(f"{what} is missing")
    if len(trimmed) > LONGEST_NAME:
        raise ValueError(f"{what} has more than {LONGEST_NAME} characters")
    if not trimmed.isprintable():
        raise ValueError(f"{what} holds a character that cannot be printed")
    return trimmed


def zone(text: str) -> ZoneInfo:
    """Return the zone of an IANA name. Raises ValueError, in words."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{text[:60]!r} is not a time zone such as Europe/Berlin") from None


def instant(said: date | datetime, home: ZoneInfo, gathered: Gathered) -> datetime:
    """Return the instant (UTC) of a time; a civil one is of `home`, a day alone is its midnight there.

    A civil time that comes twice means the first; one that is skipped counts as if no clock had changed.
    Both are told, since a hand-over then is an hour off for somebody.
    """
    civil = said if isinstance(said, datetime) else datetime.combine(said, time())
    own: tzinfo = civil.tzinfo or home
    first, second = (civil.replace(tzinfo=own, fold=fold).astimezone(UTC) for fold in (0, 1))
    if isinstance(own, ZoneInfo) and first != second:
        there = first.astimezone(own).replace(tzinfo=None, fold=0) == civil.replace(tzinfo=None, fold=0)
        word = (
            "comes twice there; the first is meant" if there else "is skipped there as the clocks go forward"
        )
        gathered.notes.setdefault(f"{civil:{_CIVIL}} in {own.key} {word}.")
    return first
