"""Alerts, deployments, messages and decision logs on their way into the store: each once, by its own key."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from tocsin.importers.base import Rows, Table
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.deployment import Deployment
from tocsin.model.instant import When, iso, to_us
from tocsin.model.signal import Signal
from tocsin.operations.original import place
from tocsin.operations.tally import Tally
from tocsin.store import alerts, decisions, deployments, imports, messages, series
from tocsin.store.database import Connection
from tocsin.store.decisions import DecisionLog
from tocsin.store.folder import Store

# What other tools say, in our four words.
_SEVERITIES = {
    **{level.value: level for level in AlertSeverity},
    "page": AlertSeverity.CRITICAL,
    "fatal": AlertSeverity.CRITICAL,
    "error": AlertSeverity.HIGH,
    "warning": AlertSeverity.MEDIUM,
    "warn": AlertSeverity.MEDIUM,
    "info": AlertSeverity.LOW,
}
_URGENT = (AlertSeverity.CRITICAL, AlertSeverity.HIGH)


@dataclass
class Recording:
    """The records of one import. `number` is 0 in a dry run, in which nothing is written."""

    store: Store
    system: str
    number: int
    tally: Tally
    seen: set[str]

    def rows(self, connection: Connection, record: str, piece: Rows) -> None:
        """Take alerts, deployments or messages; the ones there already are counted, others' keys rejected."""
        take: Callable[[Connection, dict[str, Any], int], None] = {
            "alerts": self._alert,
            "deployments": self._deployment,
            "messages": self._message,
        }[record]
        for row, line in zip(piece.rows, piece.lines, strict=True):
            self.tally.spans(to_us(row["time"]), to_us(row["time"]))
            take(connection, row, line)

    def table(self, table: Table) -> DecisionLog | None:
        """Take a decision log; return what to write about it, None when nothing of it is new."""
        folder = self.store.folder("imports") if not self.store.read_only else self.store.path / "imports"
        with self.store.signals.read() as connection:
            known = decisions.list_all(connection, self.system)
        target = table.path.with_name("new.parquet")
        compared = decisions.compare(table.path, [folder / log.file for log in known], target)
        self.tally.already += compared.already
        self.tally.stored += compared.new
        self.tally.spans(table.first_us, table.last_us)
        for id, file in compared.differing:
            self.tally.reject(0, f"decision {id} is another one in {file}")
        if not compared.new or not self.number:
            return None
        name = decisions_file(self.number)
        place(target, folder / name)
        span = compared.first_us, compared.last_us
        return DecisionLog(self.number, self.system, name, compared.new, *span, table.columns)

    def _deployment(self, connection: Connection, row: dict[str, Any], line: int) -> None:
        fields = {
            key: row[key] for key in ("name", "version", "kind", "until", "vendor", "pinned") if key in row
        }
        found = Deployment(id=self.store.new_id(), system=self.system, at=row["time"], **fields)
        key = _key(found.kind, found.name, found.version, iso(found.at))
        there = deployments.find(connection, self.system, key)
        if self._is_new(connection, key, line, found, there) and self.number:
            deployments.add(connection, found, key, self.number)

    def _message(self, connection: Connection, row: dict[str, Any], line: int) -> None:
        at, author, text = row["time"], row.get("author", ""), row["text"]
        key = _key(iso(at), author, text)
        if not self.number:
            self._is_new(connection, key, line, None, None)
        elif messages.add(
            connection,
            id=self.store.new_id(),
            system=self.system,
            at=at,
            author=author,
            text=text,
            number=self.number,
        ):
            self.tally.stored += 1
        else:
            self.tally.already += 1

    def _alert(self, connection: Connection, row: dict[str, Any], line: int) -> None:
        severity = _SEVERITIES.get(str(row["severity"]).lower())
        if severity is None:
            self.tally.reject(
                line, f"severity: “{str(row['severity'])[:40]}” is none of {', '.join(_SEVERITIES)}"
            )
            return
        found = self._made_alert(connection, row, severity)
        stated = row.get("id") or _key(iso(found.time), found.metric, found.severity, found.message)
        key = _key(self.system, stated)
        there = alerts.by_key(connection, found.detector, key)
        if self._is_new(connection, key, line, found, there) and self.number:
            alerts.add(connection, found, key, number=self.number)

    def _made_alert(self, connection: Connection, row: dict[str, Any], severity: AlertSeverity) -> Alert:
        for name in ("value", "threshold"):
            if name not in row:
                self.tally.assumed.setdefault(f"alerts without {name}", "0")
        metric, start = row.get("metric", ""), row.get("start")
        signal = Signal(self.system, metric).id if metric else ""
        if signal and series.number_of(connection, signal) is None:
            signal = ""
        return Alert(
            id=self.store.new_id(),
            system=self.system,
            signal=signal,
            metric=metric,
            detected=True,
            severity=severity,
            detector=row.get("detector", "imported"),
            version="",
            message=row.get("message", metric),
            value=row.get("value", 0.0),
            threshold=row.get("threshold", 0.0),
            time=row["time"],
            start=When(start) if isinstance(start, datetime) else None,
            ended=row.get("ended"),
            urgent=severity in _URGENT,
            source="import",
        )

    def _is_new(
        self, connection: Connection, key: str, line: int, found: Any, there: tuple[Any, int] | None
    ) -> bool:
        """Count a record; one that says something else under the same key is rejected."""
        if there is None and key not in self.seen:
            self.seen.add(key)
            self.tally.stored += 1
            return True
        if there is None or _content(found) == _content(there[0]):
            self.tally.already += 1
            return False
        number = there[1]
        held = (
            "an earlier line"
            if number == self.number
            else f"the import of {imports.get(connection, number).source}"
        )
        self.tally.reject(line, f"it says something else than {held} ({there[0].id})")
        return False


def decisions_file(number: int) -> str:
    """Return the name in imports/ of the decision log an import brought."""
    return f"decisions-{number}.parquet"


def _content(record: Any) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(record)
    return {key: value for key, value in built.items() if key not in ("id", "signal")}


def _key(*parts: str) -> str:
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:32]
