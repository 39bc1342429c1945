"""Times as the timeline shows them and as a person would type them, always in the store's home zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.model.decoding import converted
from tocsin.model.instant import When
from tocsin.model.lanes import Mark, Source
from tocsin.model.timeline import Item
from tocsin.ui.text import visible
from tocsin.ui.times import MINUS, MONTHS, span


def clock(at: datetime, zone: str) -> str:
    """14:20, with seconds where there are any."""
    local = at.astimezone(ZoneInfo(zone))
    return local.strftime("%H:%M:%S" if local.second else "%H:%M")


def date(at: datetime, zone: str, now: datetime) -> str:
    """28 Oct, or 28 Oct 2014 when that is not the present year."""
    home = ZoneInfo(zone)
    same = at.astimezone(home).year == now.astimezone(home).year
    return _day(at, zone) if same else f"{_day(at, zone)} {at.astimezone(home).year}"


def stamp(at: datetime, zone: str, now: datetime) -> str:
    """28 Oct 03:10, in the zone, with the year when that is not the present one."""
    return f"{date(at, zone, now)} {clock(at, zone)}"


def full(at: datetime, zone: str) -> str:
    """2 Nov 2026 14:20 UTC+01:00 · 13:20 UTC, with the date beside UTC where it differs."""
    local, there = at.astimezone(ZoneInfo(zone)), at.astimezone(UTC)
    utc = (
        f"{clock(at, 'UTC')} UTC"
        if there.date() == local.date()
        else f"{_day(at, 'UTC')} {clock(at, 'UTC')} UTC"
    )
    if zone == "UTC":
        return f"{_day(at, zone)} {local.year} {utc}"
    return f"{_day(at, zone)} {local.year} {clock(at, zone)} UTC{local.isoformat()[-6:]} · {utc}"


def when(happened: When, zone: str, now: datetime) -> str:
    """28 Oct 03:10, or 28 Oct 03:10 ± 9 h, or the bounds where the estimate is not their middle."""
    at = stamp(happened.at, zone, now)
    if not happened.is_range:
        return at
    low, high = happened.at - happened.low, happened.high - happened.at
    if abs(low - high) < timedelta(seconds=1):
        return f"{at} ± {span(low)}"
    first = stamp(happened.low, zone, now)
    last, likely = (_relative(one, happened.low, zone, happened.low) for one in (happened.high, happened.at))
    return f"{first} to {last}, likely {likely}"


def typed(happened: When, zone: str) -> str:
    """Return a time in the words that `operations.times.parse_when` reads back as the same."""
    if not happened.is_range:
        return typed_instant(happened.at, zone)
    parts = [typed_instant(happened.low, zone), typed_instant(happened.high, zone)]
    if happened.at != happened.low + (happened.high - happened.low) / 2:
        parts.insert(1, typed_instant(happened.at, zone))
    return " .. ".join(parts)


def typed_instant(at: datetime, zone: str) -> str:
    """2026-11-02 14:20, with its offset in the hour that a change of the clocks repeats."""
    local = at.astimezone(ZoneInfo(zone))
    precise = "microseconds" if local.microsecond else "seconds" if local.second else "minutes"
    bare = local.replace(tzinfo=None)
    return (local if local.fold else bare).isoformat(" ", precise)


def label(mark: Mark, zone: str, now: datetime) -> str:
    """Return what stands beside a mark in its lane, on one line."""
    text = " ".join(mark.text[:300].split())
    if mark.source is Source.START:
        text = f"start {when(mark.happened, zone, now)}"
    if mark.learned is not None:
        text += f" (learned {_relative(mark.learned, mark.happened.at, zone, now)})"
    if mark.conflict:
        text += " (conflict)"
    return visible(text)


def facts(mark: Mark, zone: str) -> list[str]:
    """Return the times of a mark and who made it, one thing a line."""
    happened = mark.happened
    lines = [full(happened.at, zone)]
    if happened.is_range:
        lines = [
            f"between {full(happened.low, zone)}",
            f"and {full(happened.high, zone)}",
            f"likely {full(happened.at, zone)}",
        ]
    if mark.learned is not None:
        lines.append(f"learned {full(mark.learned, zone)}")
    if mark.author:
        lines.append(f"by {mark.author}" + (f", corrected {mark.edits} ×" if mark.edits else ""))
    return lines


def tip(mark: Mark, zone: str) -> str:
    """Return all there is to say about a mark, one thing a line."""
    lines = [mark.text[:2000], *facts(mark, zone)]
    if mark.conflict:
        lines.append("two people corrected it at once: both values are kept until one is chosen")
    if mark.withdrawn:
        lines.append(f"retracted: {mark.withdrawn[:500]}")
    return "\n".join(lines)


def _day(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {MONTHS[local.month - 1]}"


def _relative(at: datetime, other: datetime, zone: str, now: datetime) -> str:
    """Return a moment as it reads behind another: on the same day its time of day alone."""
    home = ZoneInfo(zone)
    same_day = at.astimezone(home).date() == other.astimezone(home).date()
    return clock(at, zone) if same_day else stamp(at, zone, now)


def moved(happened: When, by: timedelta, zone: str, now: datetime) -> str:
    """28 Oct 03:10 (−15 min), for a mark that is being moved."""
    sign = MINUS if by < timedelta() else "+"
    return f"{when(happened, zone, now)}  {sign}{span(by)}"


def span_of(happened: When, zone: str) -> str:
    """Return a typed time in full: the instant, or the bounds of a range and its estimate."""
    if not happened.is_range:
        return full(happened.at, zone)
    low, high = full(happened.low, zone), full(happened.high, zone)
    return f"between {low} and {high}, likely {full(happened.at, zone)}"


def reading(item: Item, zone: str, now: datetime) -> str:
    """Return how an entry reads: lane, time and text on one line."""
    return f"{item.lane}, {when(item.happened, zone, now)}: {item.text[:300]}"


def value(name: str, stated: object, zone: str, now: datetime) -> str:
    """Return one field's value of an entry as people read it; `stated` is as the journal holds it."""
    if name in ("happened", "start"):
        return when(converted(stated, When), zone, now)
    if name == "learned" and stated is not None:
        return stamp(converted(stated, datetime), zone, now)
    return str(stated)
