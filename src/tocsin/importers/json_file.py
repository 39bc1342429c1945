"""JSON and JSON Lines of any tool: records found by a path, their fields named by paths, mapped like columns.

`--map records=data.items` says where the records are; a field inside another is named model.version, one of
an array choices[0].text. JSON Lines may be of any size.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath
from typing import Any, ClassVar

from tocsin.importers import json_text
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Rows, Source
from tocsin.importers.fields import RowReader, record_mapping
from tocsin.importers.json_decisions import decisions
from tocsin.importers.json_records import Records, as_text, referred
from tocsin.importers.mapping import Head, some
from tocsin.importers.proposal import Proposal, proposed
from tocsin.importers.sample_mapping import samples_mapping
from tocsin.importers.sample_rows import SampleRows

_PATH = "records"
_SAMPLES_AT_ONCE = 500_000
_ROWS_AT_ONCE = 500


class JsonImporter:
    """Any JSON that no other importer knows; asked near the last."""

    name: ClassVar[str] = "json"
    records: ClassVar[tuple[str, ...]] = ("samples", "alerts", "deployments", "decisions", "messages")

    def knows(self, source: Source) -> bool:
        """Whether it begins like an object or an array of JSON."""
        return json_text.head(source).lstrip()[:1] == "{" or bool(json_text.keys(source))

    def propose(self, source: Source, options: Options) -> Proposal:
        """Return what fields there are and which would be what. Raises BadInput when there are no records."""
        found, options = _opened(source, options)
        proposal = proposed(found.head(), options, PurePath(source.name).stem)
        path = {_PATH: found.path} if found.path else {}
        return replace(proposal, mapping=path | proposal.mapping)

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield the file's records. Raises BadInput."""
        found, options = _opened(source, options)
        if options.record == "samples":
            yield from _samples(found, options)
        elif options.record == "decisions":
            yield from decisions(found, options)
        else:
            yield from _rows(found, options)
        yield from found.assumed()


def _opened(source: Source, options: Options) -> tuple[Records, Options]:
    """Return the records, and what was said of their fields alone."""
    fields = {key: said for key, said in options.mapping.items() if key != _PATH}
    found = Records(source, options.mapping.get(_PATH, ""), referred(fields))
    return found, replace(options, record=options.record or "samples", mapping=fields)


def _samples(found: Records, options: Options) -> Iterator[Piece]:
    head = found.head()
    mapping = samples_mapping(head, options, PurePath(found.source.name).stem)
    yield from mapping.assumed(options)
    rows = SampleRows(mapping, RowReader(found.source.name, options, {"time": mapping.time}, typed=True))
    for count, (number, cells) in enumerate(found):
        if isinstance(cells, Rejected):
            yield cells
        else:
            yield from rows.take(cells, number)
        if count % _ROWS_AT_ONCE == 0:
            yield found.step()
        if rows.count >= _SAMPLES_AT_ONCE:
            yield from rows.pieces()
    yield from rows.pieces()


def _rows(found: Records, options: Options) -> Iterator[Piece]:
    head = found.head()
    fields = record_mapping(head, options)
    for name, made in fields.items():
        yield Assumed(name, made.constant or str(made))
    yield from _ignored(head, {name for made in fields.values() for name in made.columns})
    reader = RowReader(found.source.name, options, fields, typed=True)
    lists = fields["tags"].column if "tags" in fields else ""
    good, places = list[dict[str, Any]](), list[int]()
    for number, cells in found:
        try:
            if isinstance(cells, Rejected):
                raise ValueError(cells.reason)
            good.append(reader.row(_plain(cells, lists), number))
            places.append(number)
        except ValueError as error:
            yield Rejected(number, str(error))
        if len(good) >= _ROWS_AT_ONCE:
            yield Rows(options.record, good, places)
            yield found.step()
            good, places = [], []
    if good:
        yield Rows(options.record, good, places)
    yield from reader.assumed()


def _plain(cells: dict[str, Any], lists: str) -> dict[str, Any]:
    """Return the cells with arrays as JSON text, except that of the column `lists`."""
    return {n: as_text(v) if isinstance(v, list) and n != lists else v for n, v in cells.items()}


def _ignored(head: Head, used: set[str]) -> Iterator[Assumed]:
    rest = [name for name in head.columns if name not in used]
    if rest:
        yield Assumed("columns ignored", some(rest))
