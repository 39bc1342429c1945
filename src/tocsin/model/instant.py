"""Instants and ranges: aware UTC datetimes in facts, int64 UTC microseconds in sample arrays."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_us(instant: datetime) -> int:
    """Return the UTC microseconds since 1970 of an aware instant."""
    return (instant - EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """Return the aware UTC instant of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=us)


def iso(instant: datetime) -> str:
    """Return ISO 8601 in UTC, as JSON output shows it: 2026-11-21T14:05:00Z, with microseconds if any."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class When:
    """A moment, or a best estimate with the bounds it lies between (domain.md K4).

    `at` is aware UTC; `earliest` and `latest` are None for an exact instant, else earliest <= at <= latest.
    `zone` is the IANA zone it was stated in, so that a person's own words can be shown again.
    """

    at: datetime
    earliest: datetime | None = None
    latest: datetime | None = None
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("an instant needs a zone")
        low, high = self.earliest or self.at, self.latest or self.at
        if not low <= self.at <= high:
            raise ValueError("the estimate must lie between its bounds")

    @property
    def is_range(self) -> bool:
        """Whether the moment is uncertain."""
        return self.earliest is not None or self.latest is not None

    @property
    def low(self) -> datetime:
        """The earliest it can have been."""
        return self.earliest or self.at

    @property
    def high(self) -> datetime:
        """The latest it can have been."""
        return self.latest or self.at

    def moved(self, by: timedelta) -> "When":
        """Return the same span, `by` later; its bounds move with it."""
        return When(
            self.at + by,
            self.earliest + by if self.earliest else None,
            self.latest + by if self.latest else None,
            self.zone,
        )
