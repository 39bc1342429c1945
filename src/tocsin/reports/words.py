"""Times, durations and numbers in the one fixed form that documents use; never the system's own language."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.model.instant import When

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def is_utc(zone: str) -> bool:
    """Whether a zone is UTC under one of its names, so that nothing need be said twice."""
    return zone.removeprefix("Etc/") in {"UTC", "UCT", "Universal", "Zulu"}


def date(instant: datetime, zone: str) -> str:
    """2 Nov 2026, in the zone."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def day(instant: datetime, zone: str) -> str:
    """Monday 2 Nov 2026, in the zone."""
    return f"{_DAYS[instant.astimezone(ZoneInfo(zone)).weekday()]} {date(instant, zone)}"


def time(instant: datetime, zone: str) -> str:
    """14:37:12, in the zone; seconds are cut, never rounded up."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S")


def offset(instant: datetime, zone: str) -> str:
    """UTC+01:00, as the zone has it at that instant; UTC where that is the zone."""
    return "UTC" if is_utc(zone) else f"UTC{instant.astimezone(ZoneInfo(zone)).isoformat()[-6:]}"


def utc(instant: datetime, zone: str) -> str:
    """13:37:12 UTC, with the date where it is another than in the zone."""
    there = instant.astimezone(UTC)
    same = there.date() == instant.astimezone(ZoneInfo(zone)).date()
    clock = time(instant, "UTC")
    return f"{clock} UTC" if same else f"{date(instant, 'UTC')} {clock} UTC"


def local(instant: datetime, zone: str) -> str:
    """2 Nov 2026, 14:37:12 UTC+01:00; plain UTC where that is the zone."""
    return f"{date(instant, zone)}, {time(instant, zone)} {offset(instant, zone)}"


def both(instant: datetime, zone: str) -> str:
    """2 Nov 2026, 14:37:12 UTC+01:00 · 13:37:12 UTC."""
    there = "" if is_utc(zone) else f" · {utc(instant, zone)}"
    return f"{local(instant, zone)}{there}"


def bounds(when: When, zone: str) -> str:
    """Between A and B, for an uncertain moment; empty for an exact one."""
    if not when.is_range:
        return ""
    return f"between {local(when.low, zone)} and {local(when.high, zone)}"


def duration(span: timedelta) -> str:
    """3 d 4 h 12 min; the two or three greatest units; 42 s below a minute."""
    seconds = int(span.total_seconds())
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if seconds < 60:
        return f"{seconds} s"
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    while parts and parts[0][0] == 0:
        parts.pop(0)
    return " ".join(f"{n} {unit}" for n, unit in parts if n or len(parts) == 1)


def number(value: float | None) -> str:
    """A value with at most four significant digits, thousands apart by thin spaces: 0.312, 41 872."""
    if value is None:
        return "not stated"
    if value != value:
        return "not a number"
    size = abs(value)
    if size and (size < 1e-3 or size >= 1e9):
        return f"{value:.3g}"
    if size >= 1000:
        return f"{value:,.0f}".replace(",", "\u202f")
    return f"{value:.4g}"
