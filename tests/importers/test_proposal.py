"""What is shown of a table before it is read: columns, rows, and a mapping that reads it as it would be."""

from collections.abc import Callable

import numpy as np
import pytest

from tocsin.errors import BadInput
from tocsin.importers.base import Options, Piece, Rows, Samples, Source
from tocsin.importers.csv_file import CsvImporter
from tocsin.importers.proposal import Proposal

CSV = CsvImporter()
LONG = (
    "time,metric,value,unit,host,segment\n"
    "2026-01-01T00:00:00Z,cpu,1,%,a,EU\n"
    "2026-01-01T00:00:00Z,cpu,2,%,b,US\n"
)
WIDE = "ts;cpu;errors;note\n1767268800;1,5;2;x\n"


def propose(source: Callable[..., Source], text: str, **said: object) -> Proposal:
    return CSV.propose(source(text), Options(**said))  # type: ignore[arg-type]


def content(pieces: list[Piece]) -> list[object]:
    found: list[object] = []
    for piece in pieces:
        if isinstance(piece, Samples):
            texts = piece.metric, piece.unit, piece.segment, sorted(piece.labels.items())
            found.append((*texts, piece.times.tolist(), np.nan_to_num(piece.values).tolist()))
        if isinstance(piece, Rows):
            found.append((piece.record, piece.rows))
    return found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LONG, {}),
        (WIDE, {"time_unit": "s", "mapping": {"decimal": "comma"}}),
        ("time,value\n2026-01-01,1\n", {}),
        ("time,severity,title\n2026-01-01,low,x\n", {"record": "alerts"}),
        ("id,time,out\n1,2026-01-01,low\n", {"record": "decisions", "mapping": {"column.outcome": "out"}}),
    ],
)
def test_the_mapping_proposed_reads_the_file_as_it_would_be_read(
    source: Callable[..., Source], read: Callable[..., list[Piece]], text: str, said: dict[str, object]
) -> None:
    found = propose(source, text, **said)
    assert found.missing == ""
    assert found.columns == tuple(text.split("\n")[0].replace(";", ",").split(","))
    assert found.rows[0][0] == text.split("\n")[1].replace(";", ",").split(",")[0]
    as_it_is = content(read(CSV, text, **said))
    assert content(read(CSV, text, **{**said, "mapping": found.mapping})) == as_it_is


def test_what_only_the_person_knows_is_said(source: Callable[..., Source]) -> None:
    assert "their unit is not stated" in propose(source, "time,a\n1767268800,1\n").missing
    found = propose(source, "a,b\nx,y\n")
    assert "no column holds times" in found.missing
    assert (found.columns, found.rows) == (("a", "b"), (("x", "y"),))
    assert propose(source, "time,ä\n2026-01-01,1\n".encode("utf-16")).columns == ("time", "ä")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="no header"):
        propose(source, "2026-01-01,1\n2026-01-02,1\n")
