"""What is said of a start: as exact as it is known, how far off what was deployed lies."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.model.deployment import Deployment
from tocsin.model.instant import When
from tocsin.ui.times import MINUS, clock_time, day, short_stamp
from tocsin.ui.wall.words import brief

_DAYS = timedelta(days=2)  # an interval as wide as this is told in days


def moment(start: When, zone: ZoneInfo, now: datetime) -> str:
    """Return the estimate, as exact as its interval lets it be: 29 Jul 2026, or 29 Jul 22:10."""
    return day(start.at, zone) if start.high - start.low >= _DAYS else short_stamp(start.at, zone, now)


def interval(start: When, zone: ZoneInfo, now: datetime) -> str:
    """Return the bounds: 90 %: 28 Jul 04:00 – 31 Jul 09:30."""
    if not start.is_range:
        return ""
    low, high = (short_stamp(at, zone, now) for at in (start.low, start.high))
    if start.low.astimezone(zone).date() == start.high.astimezone(zone).date():
        high = clock_time(start.high, zone, seconds=False)
    return f"90 %: {low} – {high}"


def distance(deployed: Deployment, start: When) -> str:
    """Return how long before the start something was deployed: −3 h; after it: +2 h."""
    began = deployed.began
    if began.is_range and began.low <= start.high and began.high >= start.low:
        return "within"
    gap = start.at - began.at
    return f"{MINUS if gap >= timedelta(0) else '+'}{brief(abs(gap))}"
