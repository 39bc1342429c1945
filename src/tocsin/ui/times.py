"""Times, spans and numbers as the screen writes them: fixed formats in the home zone, never a locale."""

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MINUS = "−"


def zone_name(at: datetime, zone: ZoneInfo) -> str:
    """Return the zone's short name at an instant, or its offset where it has none."""
    name = at.astimezone(zone).tzname() or ""
    return f"UTC{name}" if name[:1] in "+-" else name


def clock_time(at: datetime, zone: ZoneInfo, *, seconds: bool = True) -> str:
    """Return the time of day: 14:37:12."""
    local = at.astimezone(zone)
    return f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"


def day(at: datetime, zone: ZoneInfo) -> str:
    """Return the day: 28 Oct 2026."""
    local = at.astimezone(zone)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def stamp(at: datetime, zone: ZoneInfo) -> str:
    """Return day and time: Wed 28 Oct 2026, 03:10 CET."""
    local = at.astimezone(zone)
    return f"{WEEKDAYS[local.weekday()]} {day(at, zone)}, {local:%H:%M} {zone_name(at, zone)}"


def short_stamp(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Return what says which moment is meant: 14:26 today, else 28 Oct 14:26, with the year if another."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {MONTHS[local.month - 1]}{year} {local:%H:%M}"


def in_utc(at: datetime) -> str:
    """Return the time of day in UTC: 13:37 UTC."""
    return f"{at.astimezone(UTC):%H:%M} UTC"


def countdown(left: timedelta) -> str:
    """Return what is left: 00:08:48, −00:09:12 when overdue, 14 d 22 h from a hundred hours on.

    Up to there the seconds run, as the limits of 72 hours are counted in hours.
    """
    sign = MINUS if left < timedelta(0) else ""
    # Whole seconds, rounded up: a countdown stands on 00:00:01 until the moment has come.
    seconds = abs(math.ceil(left.total_seconds()))
    if seconds >= 100 * 3600:
        return f"{sign}{seconds // 86400} d {seconds % 86400 // 3600:02d} h"
    return f"{sign}{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


def span(length: timedelta) -> str:
    """Return a length of time in its two largest units: 23 d 9 h, 4 min 10 s, 41 s."""
    seconds = round(abs(length.total_seconds()))
    parts = [
        (seconds // 86400, "d"),
        (seconds % 86400 // 3600, "h"),
        (seconds % 3600 // 60, "min"),
        (seconds % 60, "s"),
    ]
    first = next((i for i, (count, _) in enumerate(parts) if count), 3)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count) or "0 s"


def number(value: float) -> str:
    """Return a measured value with three figures that matter: 0.31, 182, 41 900, 4.1e-13, — for none."""
    if not math.isfinite(value):
        return "—"
    size = abs(value)
    if size and not 1e-4 <= size < 1e9:
        return f"{value:.2e}".replace("-", MINUS)
    rounded = float(f"{value:.3g}") if size < 1000 else float(round(value))
    digits = f"{rounded:,.6f}".rstrip("0").rstrip(".").replace(",", "\u202f")
    return digits.replace("-", MINUS)
