"""Alerts, deployments, messages and decision logs on their way into the store: each once, by its own key.

The same record again is counted and changes nothing. One of a known key that says something else is either
its newer state (an alert that ended, a version that serves no more), which takes the place of the former, or
it contradicts what is held and is rejected.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from tocsin.errors import BadInput
from tocsin.importers.base import Rows, Table
from tocsin.importers.severities import severity
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.deployment import Deployment
from tocsin.model.instant import When, iso, to_us
from tocsin.model.message import Message
from tocsin.model.signal import Signal
from tocsin.operations import supplement
from tocsin.operations.belonging import Belonging
from tocsin.operations.original import place
from tocsin.operations.tally import Tally
from tocsin.store import alerts, decisions, deployments, imports, messages, series
from tocsin.store.database import Connection
from tocsin.store.decisions import DecisionLog
from tocsin.store.folder import Store

_URGENT = (AlertSeverity.CRITICAL, AlertSeverity.HIGH)
# What two states of one record may differ in and still say the same.
_OWN = ("id", "signal", "raised", "urgent", "updated", "source")


@dataclass
class Recording:
    """The records of one import, or of one round of a live source.

    `number` is that of the import, 0 in a dry run, in which nothing is written. `arrived` is when a live
    source sent them, None for a file: history interrupts nobody.
    """

    store: Store
    belonging: Belonging
    tally: Tally
    number: int = 0
    arrived: datetime | None = None
    source: str = "import"
    # What the store does not show yet: in a dry run every record met, else newer states of records.
    _seen: dict[str, Any] = field(default_factory=dict)
    _newer: dict[str, Alert | Deployment] = field(default_factory=dict)
    _decisions: list[Path] = field(default_factory=list)  # the new ones so far, a file each in a dry run
    _logged: DecisionLog | None = None

    def rows(self, connection: Connection, piece: Rows) -> None:
        """Take alerts, deployments or messages; what contradicts what is held is rejected."""
        take: Callable[[Connection, dict[str, Any], int], None] = {
            "alerts": self._alert,
            "deployments": self._deployment,
            "messages": self._message,
        }[piece.record]
        for row, line in zip(piece.rows, piece.lines, strict=True):
            self.tally.spans(to_us(row["time"]), to_us(row["time"]))
            try:
                take(connection, row, line)
            except BadInput as error:
                self.tally.reject(line, str(error))

    def put_newer(self, connection: Connection) -> None:
        """Let newer states take the place of what earlier imports brought; done last, with all or nothing."""
        for newer in self._newer.values():
            if isinstance(newer, Alert):
                alerts.replace(connection, newer)
            else:
                deployments.replace(connection, newer)
        self._newer.clear()

    def table(self, table: Table) -> DecisionLog | None:
        """Take a decision log; return what to write about it, None when nothing of it is new."""
        folder = self.store.folder("imports") if not self.store.read_only else self.store.path / "imports"
        system = self.belonging.system
        with self.store.signals.read() as connection:
            known = decisions.list_all(connection, system)
            told = decisions.later(connection, system)
        found = supplement.taken(table, known, told, folder, self.tally)
        if found is not None:
            return self._told_later(table, found, folder)
        there = [folder / log.file for log in known] + self._decisions
        target = table.path.with_suffix(".new.parquet")
        compared = decisions.compare(table.path, there, target)
        self.tally.already += compared.already
        self.tally.stored += compared.new
        self.tally.spans(table.first_us, table.last_us)
        for id, file in compared.differing:
            self.tally.reject(0, f"decision {id} is another one in {file}")
        if not compared.new:
            return None
        self._decisions.append(target)
        return self._log(table.columns, compared, folder) if self.number else None

    def _told_later(self, table: Table, found: supplement.Taken, folder: Path) -> DecisionLog | None:
        """Put what turned out of decisions that are held in its place, if any of it is new."""
        if not self.number or not found.rows:
            return None
        if self._logged is not None:
            what = "it has decisions and what turned out of others."
            raise BadInput(what, where=table.path.name, hint="Import them one by one.")
        name = decisions_file(self.number)
        place(found.path, folder / name)
        self._logged = DecisionLog(
            self.number, self.belonging.system, name, found.rows, found.first_us, found.last_us, found.columns
        )
        return self._logged

    def _log(self, columns: tuple[str, ...], compared: decisions.Compared, folder: Path) -> DecisionLog:
        """Put what is new in its place: an import has one log, whatever it takes it from."""
        name = decisions_file(self.number)
        if self._logged is not None:
            joined = self._decisions[-1].with_suffix(".joined.parquet")
            decisions.join(self._decisions, joined)
            self._decisions = [joined]
        place(self._decisions[0], folder / name)
        self._decisions = [folder / name]
        found = DecisionLog(
            self.number,
            self.belonging.system,
            name,
            compared.new,
            compared.first_us,
            compared.last_us,
            columns,
        )
        self._logged = found if self._logged is None else _both(self._logged, found)
        return self._logged

    def _deployment(self, connection: Connection, row: dict[str, Any], line: int) -> None:
        names = ("name", "version", "kind", "until", "vendor", "pinned", "slot", "earliest")
        fields = {key: row[key] for key in names if key in row}
        system = self.belonging.system_of(row.get("system", ""))
        found = Deployment(
            id=self.store.new_id(), system=system, at=row["time"], source=self.source, **fields
        )
        key = row.get("id") or _key(found.kind, found.name, found.version, iso(found.at))
        mark = _key("deployment", system, key)
        there = self._there(connection, mark, lambda: deployments.find(connection, system, key))
        if there is None:
            self._remember(mark, found)
            if self.number:
                deployments.add(connection, found, key, self.number)
        elif there[0].until is None and found.until and _same(found, there[0], "until"):
            self._renew(mark, replace(there[0], until=found.until))
        else:
            self._held(connection, found, there, line)

    def _message(self, connection: Connection, row: dict[str, Any], line: int) -> None:
        found = Message(
            id=self.store.new_id(),
            system=self.belonging.system_of(row.get("system", "")),
            at=row["time"],
            author=row.get("author", ""),
            text=row["text"],
            source_id=row.get("id", ""),
            channel=row.get("channel", ""),
            thread=row.get("thread", ""),
            tags=tuple(row.get("tags", ())),
            extra=row.get("extra", {}),
        )
        mark = _key("message", found.system, iso(found.at), found.author, found.text)
        there = self._there(connection, mark, lambda: messages.same(connection, found))
        self.tally.holds(found.id if there is None else there[0].id)
        if there is not None:
            self.tally.already += 1
            return
        self._remember(mark, found)
        if self.number:
            messages.add(connection, found, self.number)

    def _alert(self, connection: Connection, row: dict[str, Any], line: int) -> None:
        word = severity(str(row["severity"]))
        if not word:
            levels = ", ".join(AlertSeverity)
            self.tally.reject(
                line, f"severity: “{str(row['severity'])[:40]}” means none of {levels} here, nor P1 to P5"
            )
            return
        found = self._made_alert(connection, row, AlertSeverity(word))
        stated = row.get("id") or _key(iso(found.time), found.metric, found.severity, found.message)
        key = _key(found.system, stated)
        mark = _key("alert", found.detector, key)
        there = self._there(connection, mark, lambda: alerts.by_key(connection, found.detector, key))
        if there is None:
            self._remember(mark, found)
            if self.number:
                alerts.add(connection, found, key, number=self.number)
        elif not _same(found, there[0]) and _is_newer(found, there[0]):
            held = there[0]
            self._renew(mark, replace(found, id=held.id, raised=held.raised, urgent=held.urgent))
        elif _is_newer(there[0], found):
            self.tally.already += 1  # what was delivered late says nothing new
        else:
            self._held(connection, found, there, line)

    def _made_alert(self, connection: Connection, row: dict[str, Any], level: AlertSeverity) -> Alert:
        metric, start = row.get("metric", ""), row.get("start")
        system = self.belonging.system_of(row.get("system", ""))
        signal = _signal(connection, system, metric, row.get("labels", {}))
        return Alert(
            id=self.store.new_id(),
            system=system,
            signal=signal,
            metric=metric,
            detected=True,
            severity=level,
            detector=row.get("detector", "imported"),
            version="",
            message=row.get("message", metric),
            value=row.get("value"),
            threshold=row.get("threshold"),
            time=row["time"],
            start=When(start) if isinstance(start, datetime) else None,
            ended=row.get("ended"),
            urgent=self.arrived is not None and level in _URGENT,
            labels=row.get("labels", {}),
            source=self.source,
            raised=self.arrived,
            updated=row.get("updated"),
        )

    def _there(
        self, connection: Connection, mark: str, held: Callable[[], tuple[Any, int] | None]
    ) -> tuple[Any, int] | None:
        """Return what is held of a record, and the import that brought it."""
        if mark in self._seen:
            return self._seen[mark], self.number
        there = held()
        # A file that is still being imported may be refused in the end: what a live source sends is not
        # left to it, since that is not sent again.
        if there is not None and self.arrived is not None:
            return None if imports.let_go(connection, there[1], there[0].id) else there
        return there

    def _remember(self, mark: str, found: Any) -> None:
        if not self.number:
            self._seen[mark] = found
        self.tally.stored += 1

    def _renew(self, mark: str, newer: Alert | Deployment) -> None:
        self._newer[mark] = self._seen[mark] = newer
        self.tally.stored += 1

    def _held(self, connection: Connection, found: Any, there: tuple[Any, int], line: int) -> None:
        held, number = there
        if _same(found, held):
            self.tally.already += 1
            return
        by = "an earlier record of this source"
        if number != self.number:
            by = f"the import of {imports.get(connection, number).source}"
        self.tally.reject(line, f"it says something else than {by} ({held.id})")


def _both(one: DecisionLog, other: DecisionLog) -> DecisionLog:
    return replace(
        one,
        rows=one.rows + other.rows,
        first_us=min(one.first_us, other.first_us),
        last_us=max(one.last_us, other.last_us),
        columns=tuple(dict.fromkeys(one.columns + other.columns)),
    )


def _signal(connection: Connection, system: str, metric: str, labels: dict[str, str]) -> str:
    """Return the id of the signal an alert is about, by its labels, else without any; "" if there is none."""
    ids = [Signal(system, metric, told).id for told in (labels, {})] if metric else []
    return next((id for id in ids if series.number_of(connection, id) is not None), "")


def _is_newer(found: Alert, held: Alert) -> bool:
    """Whether a record of an alert is a later state of another: it was updated later, or has ended since."""
    ended = found.ended is not None and held.ended is None
    if found.updated is not None and held.updated is not None and found.updated != held.updated:
        return found.updated > held.updated
    return ended


def _same(found: Any, held: Any, *aside: str) -> bool:
    return _content(found, aside) == _content(held, aside)


def _content(record: Any, aside: tuple[str, ...]) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(record)
    return {key: value for key, value in built.items() if key not in _OWN and key not in aside}


def _key(*parts: str) -> str:
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:32]


def decisions_file(number: int) -> str:
    """Return the name in imports/ of the decision log an import brought."""
    return f"decisions-{number}.parquet"
