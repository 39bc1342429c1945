"""What became of the rows of an import, counted while it runs."""

from dataclasses import dataclass, field

from tocsin.model.instant import from_us, iso

_KEPT = 1_000
_MOST_MESSAGES = 20_001  # one more than a timeline takes at once, so that it can tell


@dataclass(frozen=True, slots=True)
class Reject:
    """One row set aside, and why."""

    line: int
    reason: str


@dataclass
class Tally:
    """Counts of one import. The first thousand rejects are kept; all are counted.

    `records` tells how many of each kind were met: values of samples, rows of others. `messages` are the ids
    under which the store holds those that were met, new ones and others.
    """

    stored: int = 0
    already: int = 0
    rejected: int = 0
    missing: int = 0
    assumed: dict[str, str] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    series: dict[str, None] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    first_us: int | None = None
    last_us: int | None = None

    @property
    def read(self) -> int:
        """Everything met."""
        return self.stored + self.already + self.rejected + self.missing

    def met(self, record: str, count: int) -> None:
        """Count records of a kind."""
        self.records[record] = self.records.get(record, 0) + count

    def reject(self, line: int, reason: str, count: int = 1) -> None:
        """Set a row aside."""
        self.rejected += count
        if len(self.rejects) < _KEPT:
            self.rejects.append(Reject(line, reason))

    def holds(self, message: str) -> None:
        """Note under which id a message is held."""
        if len(self.messages) < _MOST_MESSAGES:
            self.messages.append(message)

    def spans(self, first_us: int, last_us: int) -> None:
        """Note that times from first to last were met."""
        self.first_us = first_us if self.first_us is None else min(self.first_us, first_us)
        self.last_us = last_us if self.last_us is None else max(self.last_us, last_us)

    def span(self) -> tuple[str, str]:
        """Return the first and the last instant as ISO 8601 UTC, empty when there is none."""
        if self.first_us is None or self.last_us is None:
            return "", ""
        return iso(from_us(self.first_us)), iso(from_us(self.last_us))
