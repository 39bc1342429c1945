"""Examples that show a fault, and how versions do on them: entered or imported, counted in and out (C6)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from tocsin.errors import BadInput
from tocsin.model import examples
from tocsin.model.examples import Table
from tocsin.model.incident import Incident
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.response import Example, ExampleResult, ExamplesAdded, ResultsRecorded
from tocsin.operations import deployments, original
from tocsin.operations.examples_file import LONGEST, LONGEST_ID, Refused, Row, rows, truth
from tocsin.operations.playbook import open_incident
from tocsin.store import incidents, journal
from tocsin.store.database import Connection
from tocsin.store.folder import Store, Write

T = TypeVar("T")

KINDS = ("examples.added", "results.recorded", "undone")
MOST = 1_000  # of an incident
_MOST_TRIES = 20_000
_ENTRY_BYTES = 2 << 20


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: read = stored + refused. `entries` are empty where nothing was stored."""

    entries: tuple[Entry, ...]
    read: int
    stored: int
    refused: tuple[Refused, ...]


def look(store: Store, incident: str) -> Table:
    """Return the examples of an incident against versions. Raises NotFound."""
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        entries = journal.entries(connection, incident=known.id, kinds=KINDS)
    return examples.table(entries, deployments.of_system(store, known.system))


def add(
    store: Store,
    author: Author,
    incident: str,
    input: str,
    *,
    expected: str = "",
    observed: str = "",
    note: str = "",
    name: str = "",
    id: str = "",
) -> Entry:
    """Add one example under a `name` (None given: the next number). Raises BadInput."""
    values = {"id": name, "input": input, "expected": expected, "observed": observed, "note": note}
    with store.write() as write:
        if id and journal.has(write.connection, id):
            return journal.entry(write.connection, id)
        known = open_incident(write, incident)
        taken = {one.id for one in _table(write.connection, known).examples}
        example = _example(values, taken)
        if isinstance(example, str):
            raise BadInput(f"{example}.", where=name or input[:60])
        return _add(write, author, known, [example], "", id)[0]


def import_examples(store: Store, author: Author, incident: str, path: Path) -> Imported:
    """Add the examples of a file; each row that cannot be used is told. Raises BadInput and NotFound."""
    found = rows(path)
    with store.write() as write:
        known = open_incident(write, incident)
        taken = {one.id for one in _table(write.connection, known).examples}
        good: list[Example] = []
        refused: list[Refused] = []
        for row in found:
            example = row.why or _example(row.values, taken)
            if isinstance(example, str):
                refused.append(Refused(row.number, example))
            else:
                good.append(example)
        entries = _add(write, author, known, good, original.shown(path)) if good else []
    return Imported(tuple(entries), len(found), len(good), tuple(refused))


def record(
    store: Store,
    author: Author,
    incident: str,
    version: str,
    results: Sequence[ExampleResult],
    *,
    id: str = "",
) -> Entry:
    """Record how a version did; examples tried several times are named several times. Raises BadInput."""
    version = _checked_version(version)
    if not results:
        raise BadInput("no result was given.", where=version)
    with store.write() as write:
        if id and journal.has(write.connection, id):
            return journal.entry(write.connection, id)
        known = open_incident(write, incident)
        table = _table(write.connection, known)
        there = {one.id for one in table.examples}
        for one in results:
            if one.example not in there:
                raise BadInput("there is no such example.", where=one.example)
        _room(table, len(results))
        return write.add(author, ResultsRecorded(version, tuple(results)), incident=known.id, id=id)


def import_results(store: Store, author: Author, incident: str, path: Path, *, version: str = "") -> Imported:
    """Record the results of a file, of one version or of those its rows name. Raises BadInput."""
    found, given = rows(path), _checked_version(version) if version.strip() else ""
    by_version: dict[str, list[ExampleResult]] = {}
    refused: list[Refused] = []
    with store.write() as write:
        known = open_incident(write, incident)
        table = _table(write.connection, known)
        for row in found:
            said = _result(row, {one.id for one in table.examples}, given)
            if isinstance(said, str):
                refused.append(Refused(row.number, said))
            else:
                by_version.setdefault(said[0], []).append(said[1])
        stored = sum(len(each) for each in by_version.values())
        _room(table, stored)
        entries = [
            write.add(author, ResultsRecorded(one, part, original.shown(path)), incident=known.id)
            for one, results in by_version.items()
            for part in _parts(results)
        ]
    return Imported(tuple(entries), len(found), stored, tuple(refused))


def _table(connection: Connection, known: Incident) -> Table:
    return examples.table(journal.entries(connection, incident=known.id, kinds=KINDS))


def _add(
    write: Write, author: Author, known: Incident, good: list[Example], source: str, id: str = ""
) -> list[Entry]:
    count = len(_table(write.connection, known).examples) + len(good)
    if count > MOST:
        raise BadInput(f"an incident has at most {MOST:,} examples; these make {count:,}.",
                       hint="Choose those that show the fault.")  # fmt: skip
    return [write.add(author, ExamplesAdded(part, source), incident=known.id, id=id) for part in _parts(good)]


def _parts(found: Iterable[T]) -> Iterator[tuple[T, ...]]:
    """Cut what was found into entries of a size the journal takes."""
    part: list[T] = []
    size = 0
    for one in found:
        bytes_ = len(msgspec.json.encode(one))
        if part and size + bytes_ > _ENTRY_BYTES:
            yield tuple(part)
            part, size = [], 0
        part.append(one)
        size += bytes_
    if part:
        yield tuple(part)


def _example(values: Mapping[str, str], taken: set[str]) -> Example | str:
    """Return an example, or why it is none; its id is taken from then on."""
    input, name = values.get("input", "").strip(), " ".join(values.get("id", "").split())
    texts = {key: values.get(key, "").strip() for key in ("expected", "observed", "note")}
    if not input:
        return "the input is empty"
    long = next((key for key, text in {"input": input, **texts}.items() if len(text) > LONGEST), "")
    if long:
        return f"its {long} has more than {LONGEST:,} characters"
    if len(name) > LONGEST_ID or not name.isprintable():
        return f"its id is not one line of at most {LONGEST_ID} characters"
    if name in taken:
        return f"the id {name} is there already"
    number = len(taken) + 1
    while not name or name in taken:
        name, number = str(number), number + 1
    taken.add(name)
    return Example(name, input, **texts)


def _result(row: Row, there: set[str], given: str) -> tuple[str, ExampleResult] | str:
    if row.why:
        return row.why
    example, passed = row.values.get("id", ""), truth(row.values.get("passed", ""))
    version, output = given or row.values.get("version", ""), row.values.get("observed", "")
    if example not in there:
        return f"there is no example {example!r:.60}" if example else "it names no example"
    if passed is None:
        return f"{row.values.get('passed', '')!r:.40} says neither passed nor failed"
    if not version:
        return "it names no version"
    if len(version) > LONGEST_ID or not version.isprintable():
        return f"its version is not one line of at most {LONGEST_ID} characters"
    if len(output) > LONGEST:
        return f"its output has more than {LONGEST:,} characters"
    return version, ExampleResult(example, passed, output)


def _checked_version(version: str) -> str:
    version = " ".join(version.split())
    if not version or len(version) > LONGEST_ID or not version.isprintable():
        raise BadInput(f"a version is one line of 1 to {LONGEST_ID} characters.", where=version[:60])
    return version


def _room(table: Table, more: int) -> None:
    if sum(one.tried for one in table.cells.values()) + more > _MOST_TRIES:
        raise BadInput(f"an incident keeps at most {_MOST_TRIES:,} results.")
