"""What a table looks like and how it would be read: for a person to look at, and to correct, before it is."""

from dataclasses import dataclass, replace

from tocsin.errors import BadInput
from tocsin.importers.base import Options
from tocsin.importers.decision_mapping import decisions_mapping
from tocsin.importers.fields import record_mapping
from tocsin.importers.mapping import Head
from tocsin.importers.sample_mapping import samples_mapping

_ROWS = 20
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Proposal:
    """The columns of a table, a few of its first rows as text, and the mapping that would be used.

    `mapping` goes into Options.mapping as it is, for this file or another like it. `missing` says in words
    what nobody but the person knows (a unit, a zone, a column); empty when the table can be read so.
    """

    record: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    mapping: dict[str, str]
    missing: str = ""


def proposed(head: Head, options: Options, stem: str) -> Proposal:
    """Return how a table would be read; `stem` is the name of its file. Raises nothing."""
    record = options.record or "samples"
    options = replace(options, record=record)
    rows = tuple(tuple(cell[:_LONGEST] for cell in row) for row in head.rows[:_ROWS])
    try:
        found = _mapping(head, options, stem)
    except BadInput as error:
        return Proposal(record, head.columns, rows, dict(options.mapping), str(error))
    return Proposal(record, head.columns, rows, found)


def _mapping(head: Head, options: Options, stem: str) -> dict[str, str]:
    if options.record == "samples":
        return samples_mapping(head, options, stem).stated()
    if options.record == "decisions":
        return decisions_mapping(head, options).stated()
    return {field: str(made) for field, made in record_mapping(head, options).items()}
