"""CSV: samples, and tables of alerts, deployments, decisions and messages."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import ClassVar

from tocsin.importers import csv_columns
from tocsin.importers.base import Options, Piece, Source
from tocsin.importers.csv_decisions import decisions
from tocsin.importers.csv_records import records
from tocsin.importers.csv_samples import samples
from tocsin.importers.csv_stage import Stage
from tocsin.importers.duck import connect
from tocsin.importers.proposal import Proposal, proposed
from tocsin.importers.text import checked, foreign

_READERS = {
    "alerts": records,
    "deployments": records,
    "messages": records,
    "decisions": decisions,
}


class CsvImporter:
    """Comma, semicolon, tab or bar separated text with a header."""

    name: ClassVar[str] = "csv"
    records: ClassVar[tuple[str, ...]] = ("samples", *_READERS)

    def knows(self, source: Source) -> bool:
        """Whether it may be text; asked last, after the importers that know better."""
        return not foreign(source.head())

    def propose(self, source: Source, options: Options) -> Proposal:
        """Return what columns there are and which would be what. Raises BadInput when there are none.

        Looks at the beginning only: what is wrong further down is told by the reading.
        """
        head = csv_columns.layout(source.path, source.name).head
        return proposed(head, options, PurePath(source.name).stem)

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield the file's records. Raises BadInput."""
        if options.record in ("", "samples"):
            yield from samples(source, options)
            return
        text = yield from checked(source)
        layout = csv_columns.layout(text.path, source.name)
        connection = connect(source.scratch)
        try:
            yield from _READERS[options.record](Stage(source, text, layout, connection), options)
        finally:
            connection.close()
