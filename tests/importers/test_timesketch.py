"""Timesketch CSV and JSON Lines: what it asks for is read, what it keeps is kept, what is wrong is told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Piece, Rejected, Rows, Source
from tocsin.importers.timesketch import TimesketchImporter

TIMESKETCH = TimesketchImporter()
AT = datetime(2026, 5, 4, 10, 30, tzinfo=UTC)
HEADER = "message,datetime,timestamp_desc,tag,host\n"
Read = Callable[..., list[Piece]]


def rows(pieces: list[Piece]) -> list[dict[str, Any]]:
    return [row for piece in pieces if isinstance(piece, Rows) for row in piece.rows]


def rejected(pieces: list[Piece]) -> dict[int, str]:
    return {piece.line: piece.reason for piece in pieces if isinstance(piece, Rejected)}


def test_both_forms_say_the_same(read: Read) -> None:
    table = HEADER + '"role handed over",2026-05-04T10:30:00+00:00,Role change,"[command, hand-over]",api-1\n'
    line = {
        "message": "role handed over",
        "datetime": "2026-05-04T10:30:00+00:00",
        "timestamp_desc": "Role change",
        "tag": ["command", "hand-over"],
        "host": "api-1",
    }
    expected = {
        "time": AT,
        "text": "role handed over",
        "channel": "Role change",
        "tags": ["command", "hand-over"],
        "extra": {"host": "api-1"},
    }
    assert rows(read(TIMESKETCH, table)) == [expected]
    assert rows(read(TIMESKETCH, f"{json.dumps(line)}\n{json.dumps(line)}\n")) == [expected, expected]
    assert rows(read(TIMESKETCH, json.dumps([line]))) == [expected]


def test_the_timestamp_tells_the_microseconds_and_is_the_time_where_there_is_no_other(read: Read) -> None:
    head = "message,datetime,timestamp,timestamp_desc\n"
    us = 1_777_890_600_123_456
    pieces = read(TIMESKETCH, f"{head}a,2026-05-04T10:30:00Z,{us},x\nb,,{us},x\n")
    assert {row["time"] for row in rows(pieces)} == {AT.replace(microsecond=123_456)}
    odd = [f"c{n},2026-05-04T10:30:00Z,{stamp},x\n" for n, stamp in enumerate((us + 2_000_000, "1e15", -5))]
    told = rejected(read(TIMESKETCH, head + "".join(odd)))
    assert "timestamp says" in told[2]
    assert "no count of microseconds" in told[3]
    assert set(told) == {2, 3, 4}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (",2026-05-04T10:30:00Z,x,,", "message is empty"),
        ("a,,x,,", "datetime is empty"),
        ("a,01/02/2026,x,,", "is no time in ISO 8601"),
        ("a,2026-02-30T10:00:00Z,x,,", "day is out of range"),
        ("a,1999-01-01T00:00:00Z,x,,", "between 2000 and 2100"),
        ("a,2026-05-04T10:30:00Z,x", "3 cells, the header 5"),
        (f"{'a' * 20_001},2026-05-04T10:30:00Z,x,,", "longer than"),
    ],
)
def test_a_wrong_row_is_set_aside_with_line_and_reason(read: Read, record: str, reason: str) -> None:
    pieces = read(TIMESKETCH, f"{HEADER}{record}\n\nb,2026-05-04T10:30:00Z,x,,\n")
    assert [row["text"] for row in rows(pieces)] == ["b"]
    assert reason in rejected(pieces)[2]


def test_wrong_lines_of_json_are_set_aside_too(read: Read) -> None:
    good = '{"message": "a\u2028b", "datetime": "2026-05-04T10:30:00Z", "timestamp_desc": "x"}'
    pieces = read(TIMESKETCH, f'{good}\n[1]\n{{"message": NaN}}\n\n{good}\n{good[:40]}')
    assert [row["text"] for row in rows(pieces)] == ["a\u2028b", "a\u2028b"]
    assert set(rejected(pieces)) == {2, 3, 6}
    assert "cut off" in rejected(pieces)[6]


def test_a_time_without_a_zone_is_read_in_the_one_stated_and_it_is_said(read: Read) -> None:
    text = HEADER + "a,2026-05-04T12:30:00,x,,\n"
    pieces = read(TIMESKETCH, text, zone="Europe/Berlin")
    assert rows(pieces)[0]["time"] == AT
    assert Assumed("zone", "Europe/Berlin") in pieces
    assert Assumed("zone", "UTC") in read(TIMESKETCH, text)


def test_columns_can_be_renamed_combined_and_stated(read: Read) -> None:
    text = "when,what,who\n2026-05-04T10:30:00Z,restarted,api-1\n"
    mapping = {"message": "what,who", "datetime": "when", "timestamp_desc": "Restart"}
    [row] = rows(read(TIMESKETCH, text, mapping=mapping))
    assert (row["text"], row["channel"], row["extra"]) == ("restarted, api-1", "Restart", {})
    with pytest.raises(BadInput, match="no column “where”"):
        read(TIMESKETCH, text, mapping={"message": "where"})
    with pytest.raises(BadInput, match="knows no “text”"):
        read(TIMESKETCH, text, mapping={"text": "what"})


@pytest.mark.parametrize("text", [HEADER + 'a"b,"x\n', "message,message,datetime,timestamp_desc\n1,2,3,4\n"])
def test_a_broken_quote_or_a_column_twice_refuses_the_file(read: Read, text: str) -> None:
    with pytest.raises(BadInput):
        read(TIMESKETCH, text)


def test_a_guard_is_taken_off_only_what_this_program_wrote(read: Read) -> None:
    foreign = HEADER + "'=1+1,2026-05-04T10:30:00Z,x,,\n"
    assert rows(read(TIMESKETCH, foreign))[0]["text"] == "'=1+1"
    own = "message,datetime,timestamp_desc,lane,incident,id\n'=1+1,2026-05-04T10:30:00Z,Noted,noted,INC,7\n"
    [row] = rows(read(TIMESKETCH, own))
    assert (row["text"], row["id"], row["extra"]) == ("=1+1", "7", {"lane": "noted", "incident": "INC"})


def test_it_knows_its_own_by_the_columns(source: Callable[[bytes | str], Source]) -> None:
    assert TIMESKETCH.knows(source("\ufeff" + HEADER))
    assert TIMESKETCH.knows(source('{"message": "a", "datetime": "", "timestamp_desc": ""}\n'))
    for other in ("time,text\n", '{"message": "a"}', "PK\x03\x04", '"message,datetime,timestamp_desc', ""):
        assert not TIMESKETCH.knows(source(other))
