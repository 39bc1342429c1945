"""Parquet: samples, and tables of alerts, deployments, decisions and messages, by the same words as CSV."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import ClassVar

from tocsin.importers.base import Assumed, Options, Piece, Source
from tocsin.importers.csv_decisions import decisions
from tocsin.importers.csv_records import records
from tocsin.importers.csv_samples import arranged
from tocsin.importers.parquet_stage import ParquetStage, staged
from tocsin.importers.proposal import Proposal, proposed
from tocsin.importers.sample_mapping import samples_mapping

_READERS = {"alerts": records, "deployments": records, "messages": records, "decisions": decisions}


class ParquetImporter:
    """A file of columns as data tools write it. What is inside structs is flattened; lists are left out."""

    name: ClassVar[str] = "parquet"
    records: ClassVar[tuple[str, ...]] = ("samples", *_READERS)

    def knows(self, source: Source) -> bool:
        """Whether it begins as a Parquet file does, encrypted or not."""
        return source.head(4) in (b"PAR1", b"PARE")

    def propose(self, source: Source, options: Options) -> Proposal:
        """Return what columns there are and which would be what. Raises BadInput."""
        stage, _ = staged(source)
        stage.connection.close()
        return proposed(stage.layout.head, options, PurePath(source.name).stem)

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield the file's records. Raises BadInput."""
        stage, left = staged(source)
        try:
            if left:
                yield Assumed("columns left out", ", ".join(f"{one.name} ({one.kind})" for one in left))
            if options.record in ("", "samples"):
                yield from _samples(stage, options)
            else:
                yield from _READERS[options.record](stage, options)
            yield from _cut_times(stage)
        finally:
            stage.connection.close()


def _samples(stage: ParquetStage, options: Options) -> Iterator[Piece]:
    mapping = samples_mapping(stage.layout.head, options, PurePath(stage.source.name).stem)
    yield from mapping.assumed(options)
    yield from arranged(stage, mapping, options)


def _cut_times(stage: ParquetStage) -> Iterator[Assumed]:
    if any(one.fine for one in stage.flat):
        yield Assumed("fractions of a second", "cut after six digits")
