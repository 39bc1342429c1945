"""The fields of alerts, deployments and messages: which column is which, and what the cells mean."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options
from tocsin.importers.mapping import (
    EXTRA,
    LABEL,
    Head,
    Pattern,
    column,
    is_missing,
    pattern,
    some,
    stated_time,
)
from tocsin.importers.times import NUMBER, form, parsed, unit_question

LONGEST = 10_000  # characters in one field
_YES, _NO = ("true", "yes", "1", "y", "t"), ("false", "no", "0", "n", "f")

# Field: the names a column may have without being told. The first field is the time.
FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "alerts": {
        "time": (),
        "severity": ("severity", "priority", "level"),
        "message": ("message", "summary", "description", "text", "title"),
        "metric": ("metric", "signal", "metric_name"),
        "value": ("value",),
        "threshold": ("threshold", "limit"),
        "detector": ("detector", "rule", "alertname"),
        "start": ("start", "started_at"),
        "ended": ("ended", "end", "ended_at", "resolved_at"),
        "updated": ("updated", "updated_at"),
        "id": ("id", "alert_id", "fingerprint"),
        "system": (),
    },
    "deployments": {
        "time": (),
        "name": ("name", "model", "component"),
        "version": ("version", "tag"),
        "kind": ("kind", "type"),
        "slot": ("slot", "alias", "stage"),
        "vendor": ("vendor",),
        "pinned": ("pinned",),
        "until": ("until", "ended_at", "served_to"),
        "earliest": ("earliest",),
        "id": ("id", "deployment_id"),
        "system": (),
    },
    "messages": {
        "time": (),
        "author": ("author", "user", "from", "sender"),
        "text": ("text", "message", "body"),
        "channel": ("channel", "room"),
        "thread": ("thread", "thread_id"),
        "tags": ("tags",),
        "id": ("id", "message_id"),
        "system": (),
    },
}
REQUIRED = {"alerts": ("severity",), "deployments": ("name", "version"), "messages": ("text",)}
PREFIXES = {"alerts": LABEL, "messages": EXTRA}  # label.NAME and extra.NAME keep a column under that name
_GROUPED = {LABEL: "labels", EXTRA: "extra"}
_TIMES = ("time", "start", "ended", "updated", "until", "earliest")
_NUMBERS, _TRUTHS = ("value", "threshold"), ("vendor", "pinned")
_KINDS = {"zoned": "with a zone", "naive": "without a zone", "number": "bare numbers"}


def record_mapping(head: Head, options: Options) -> dict[str, Pattern]:
    """Return what each field of `options.record` is made of, the time first. Raises BadInput.

    Where no column holds times, `options.at` is the time of all rows.
    """
    record, stated, source = options.record, options.mapping, head.source
    _check_keys(record, stated, source)
    found = {"time": stated_time(head, options)}
    for key, names in FIELDS[record].items():
        if key in stated:
            found[key] = pattern(stated[key], head.columns, source)
            continue
        used = {name for one in found.values() for name in one.columns}
        free = {name.lower(): name for name in reversed(head.columns) if name not in used}
        hits = [free[name] for name in names if name in free]
        if hits and key not in found:
            found[key] = column(hits[0])
    lacking = [key for key in REQUIRED[record] if key not in found]
    if lacking:
        raise BadInput(
            f"no column tells the {lacking[0]}; there are {some(head.columns)}.",
            where=source,
            hint=f"Say --map {lacking[0]}=COLUMN.",
        )
    named = {key: said for key, said in stated.items() if key not in FIELDS[record]}
    return found | {key: pattern(said, head.columns, source) for key, said in named.items()}


def _check_keys(record: str, stated: Mapping[str, str], source: str) -> None:
    prefix = PREFIXES.get(record, "")
    unknown = [
        key
        for key in stated
        if key not in FIELDS[record] and not (prefix and key.startswith(prefix) and key != prefix)
    ]
    if unknown:
        taken = [*FIELDS[record], *([f"{prefix}NAME"] if prefix else [])]
        raise BadInput(
            f"--map knows no “{min(unknown)}” for {record}.",
            where=source,
            hint=f"It takes {', '.join(taken)}.",
        )


@dataclass
class RowReader:
    """What makes a row of a record from cells: a dict of column and text, number, truth or time.

    `typed` sources know numbers from text: text is then no number. `line` in errors is what `row` is told.
    """

    source: str
    options: Options
    fields: Mapping[str, Pattern] = field(default_factory=dict)
    typed: bool = False
    kind: str = ""  # the form of the first time in a column; all others must agree

    def row(self, cells: Mapping[str, Any], line: int) -> dict[str, Any]:
        """Return the values of a row. Raises ValueError with the reason when one is wrong."""
        filled = {key: made.fill(cells) for key, made in self.fields.items()}
        filled = {key: cell for key, cell in filled.items() if not is_missing(cell)}
        for key in ("time", *REQUIRED[self.options.record]):
            if key not in filled:
                raise ValueError(f"{key} is empty")
        found: dict[str, Any] = {}
        for key, cell in filled.items():
            try:
                self._take(found, key, cell, line)
            except (ValueError, OverflowError) as error:
                raise ValueError(f"{key}: {str(cell)[:60]!r} {error}") from None
        return found

    def _take(self, found: dict[str, Any], field: str, cell: Any, line: int) -> None:
        for prefix, name in _GROUPED.items():
            if field.startswith(prefix):
                found.setdefault(name, {})[field.removeprefix(prefix)] = text(cell)
                return
        if field in _TIMES:
            found[field] = self.time(cell, line, agree=bool(self.fields[field].columns))
        elif field == "tags":
            found[field] = _tags(cell)
        else:
            found[field] = self._converter(field)(cell)

    def _converter(self, field: str) -> Callable[[Any], Any]:
        if field in _NUMBERS:
            return self.number
        return _truth if field in _TRUTHS else text

    def number(self, cell: Any) -> float:
        """Return a finite number. Raises ValueError."""
        if isinstance(cell, str) and not self.typed and re.fullmatch(NUMBER, cell.strip()):
            cell = float(cell)
        if isinstance(cell, bool | str) or not isinstance(cell, int | float) or not math.isfinite(cell):
            raise ValueError("is no finite number")
        return float(cell)

    def time(self, cell: Any, line: int, *, agree: bool = True) -> datetime:
        """Return a UTC instant. Raises ValueError; BadInput when the times of the source are of two kinds.

        `agree`: whether it is one of the source's own, which are all of one kind.
        """
        if isinstance(cell, datetime):
            written = cell.astimezone(UTC).isoformat() if cell.tzinfo else cell.isoformat()
        elif isinstance(cell, bool):
            raise ValueError("is no time")
        else:
            written = str(cell).strip()
        kind = form(written)
        if not kind:
            raise ValueError("is no time")
        if kind == "number" and not self.options.time_unit:
            raise unit_question(written, self.source, line)
        if agree:
            self.kind = self.kind or kind
            if kind != self.kind:
                raise BadInput(
                    f"the time in line {line} is {_KINDS[kind]}, others are {_KINDS[self.kind]}.",
                    where=self.source,
                )
        zone = ZoneInfo(self.options.zone) if self.options.zone else None
        return parsed(written, kind, zone, self.options.time_unit)

    def assumed(self) -> list[Assumed]:
        """Return what was assumed of the times, once all rows are read."""
        if self.kind == "naive":
            return [Assumed("zone", self.options.zone or "UTC")]
        return [Assumed("time_unit", self.options.time_unit)] if self.kind == "number" else []


def _truth(cell: Any) -> bool:
    if isinstance(cell, bool):
        return cell
    word = str(cell).strip().lower()
    if word not in (*_YES, *_NO):
        raise ValueError("is neither yes nor no")
    return word in _YES


def text(cell: Any) -> str:
    """Return a cell as text, of bounded length. Raises ValueError."""
    found = str(cell).strip() if not isinstance(cell, bool) else str(cell).lower()
    if len(found) > LONGEST:
        raise ValueError(f"is longer than {LONGEST:,} characters")
    return found


def _tags(cell: Any) -> list[str]:
    parts = cell if isinstance(cell, list | tuple) else text(cell).split(",")
    return [tag for part in parts if (tag := text(part))]
