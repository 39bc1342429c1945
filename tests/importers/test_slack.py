"""Slack exports: times kept to the digit, ids as names, and nothing of a message lost without a word."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Rows, Source
from tocsin.importers.slack import SlackImporter
from tocsin.importers.slack_text import Names, instant, resolved
from tocsin.model.instant import from_us

SLACK = SlackImporter()
PEOPLE = [
    {"id": "U01", "name": "a", "profile": {"display_name": "Operator A", "real_name": "A. Person"}},
    {"id": "U02", "name": "b", "profile": {"display_name": "", "real_name": "Operator B"}},
]
Pack = Callable[..., Source]


def said(ts: str, text: str = "hello", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": "U01", "text": text, "ts": ts, **more}


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Make a source of an export: the messages of each file a day, and its indexes."""

    def made(files: dict[str, Any], root: str = "", **indexes: Any) -> Source:
        parts = {"users.json": PEOPLE, "channels.json": [{"id": "C1", "name": "incidents"}], **indexes}
        parts = {**parts, **files}
        members = {}
        for number, (name, content) in enumerate(parts.items()):
            path = tmp_path / f"member-{number}"
            path.write_text(content if isinstance(content, str) else json.dumps(content))
            members[f"{root}{name}"] = path
        return Source(tmp_path / "zip", "export.zip", tmp_path, datetime(2026, 5, 5, tzinfo=UTC), members)

    return made


def day(*messages: Any) -> dict[str, Any]:
    return {"incidents/2026-05-04.json": list(messages)}


def rows(pieces: list[Piece]) -> list[dict[str, Any]]:
    return [row for piece in pieces if isinstance(piece, Rows) for row in piece.rows]


def read(source: Source, **mapping: str) -> list[Piece]:
    return list(SLACK.read(source, Options(mapping=mapping)))


def test_a_message_comes_with_time_author_channel_thread_and_reactions(pack: Pack) -> None:
    reply = said(
        "1777889531.000200",
        "<@U01> rolled back to v11 &amp; holding",
        user="U02",
        thread_ts="1777889000.000100",
        reactions=[{"name": "stopwatch", "users": ["U01"], "count": 1}],
    )
    [first, second] = rows(read(pack(day(said("1777889000.000100", "start"), reply))))
    assert first["id"] == "incidents 1777889000.000100"
    assert first["author"] == "Operator A"
    assert "thread" not in first
    assert second["text"] == "@Operator A rolled back to v11 & holding"
    assert second["time"] == datetime(2026, 5, 4, 10, 12, 11, 200, tzinfo=UTC)
    assert (second["author"], second["channel"]) == ("Operator B", "incidents")
    assert second["thread"] == first["id"]
    assert second["tags"] == ["stopwatch"]


@given(st.integers(946_684_800_000_000, 4_102_444_799_999_999))
def test_no_digit_of_a_time_is_lost(us: int) -> None:
    assert instant(f"{us // 1_000_000}.{us % 1_000_000:06d}") == from_us(us)


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("<@U02|old name> and <@U99|guest> and <@U98>", "@Operator B and @guest and @U98"),
        ("see <#C1> and <#C2|general>", "see #incidents and #general"),
        ("<!here> <!subteam^S1|@oncall> <!date^1^{date}|4 May>", "@here @oncall 4 May"),
        ("<https://x.example/a?b=1&amp;c=2|the board>", "the board (https://x.example/a?b=1&c=2)"),
        ("<https://x.example>", "https://x.example"),
        ("p95 &lt; 5 &amp;&amp; n &gt; 3", "p95 < 5 && n > 3"),
        ("&lt;@U01&gt; typed, and &amp;lt; too", "<@U01> typed, and &lt; too"),
    ],
)
def test_ids_become_names_and_what_was_typed_stays(text: str, read_as: str) -> None:
    names = Names({"U01": "Operator A", "U02": "Operator B"}, {"C1": "incidents"})
    assert resolved(text, names) == read_as


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_typed_is_read_back_as_it_was(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert resolved(escaped, Names()) == text


def test_edits_deletions_bots_and_files_are_told_apart(pack: Pack) -> None:
    edited = {"type": "message", "subtype": "message_changed", "ts": "1777889002.000000",
              "message": said("1777889001.000000", "accuracy is 0.61")}  # fmt: skip
    deleted = {"type": "message", "subtype": "message_deleted", "ts": "1777889003.000000",
               "previous_message": said("1777889001.000000", "oops")}  # fmt: skip
    bot = {"type": "message", "subtype": "bot_message", "ts": "1777889004.000000", "text": "",
           "username": "alarms", "attachments": [{"fallback": "drift &gt; 0.2"}]}  # fmt: skip
    file = said("1777889005.000000", "", files=[{"id": "F1", "name": "scores.csv"}, {"id": "F2"}])
    found = rows(read(pack(day(edited, deleted, bot, file, said("1777889006.000000", "")))))
    assert [row["text"] for row in found] == [
        "(edited) accuracy is 0.61",
        "(deleted) oops",
        "drift > 0.2",
        "[file: scores.csv]\n[file: F2]",
        "(no text)",
    ]
    assert [row["author"] for row in found] == [
        "Operator A",
        "Operator A",
        "alarms",
        "Operator A",
        "Operator A",
    ]
    assert found[0]["extra"] == {"subtype": "message_changed", "about": "incidents 1777889001.000000"}


def test_only_the_channel_and_the_reaction_asked_for_come(pack: Pack) -> None:
    marked = said("1777889001.000000", "keep", reactions=[{"name": "stopwatch", "users": [], "count": 1}])
    files = {
        **day(marked, said("1777889002.000000", "leave")),
        "general/2026-05-04.json": [said("1777889003.000000", "other")],
    }
    assert [row["text"] for row in rows(read(pack(files), channel="#general"))] == ["other"]
    pieces = read(pack(files), reaction=":stopwatch:")
    assert [row["text"] for row in rows(pieces)] == ["keep"]
    assert Assumed("left out", "2 messages without the reaction stopwatch") in pieces
    with pytest.raises(BadInput, match="no channel “random”"):
        read(pack(files), channel="random")
    with pytest.raises(BadInput, match="knows no “time”"):
        read(pack(files), time="ts")


def test_what_is_no_message_is_set_aside_with_its_place(pack: Pack) -> None:
    wrong = [said("1777889001.000000"), 7, said(1777889002.0002), said("-5.0"), said("99999999999.0")]  # type: ignore[arg-type]
    pieces = read(pack(day(*wrong)))
    assert len(rows(pieces)) == 1
    rejected = [piece for piece in pieces if isinstance(piece, Rejected)]
    assert [reject.line for reject in rejected] == [2, 3, 4, 5]
    assert rejected[0].reason == "incidents/2026-05-04.json, message 2: this is no message"
    assert "is not text" in rejected[1].reason
    assert "not between 2000 and 2100" in rejected[3].reason


@pytest.mark.parametrize("content", ["[{]", '{"a": 1}', '[{"ts": "1", "ts": "2"}]', "[NaN]", "[" * 5000])
def test_a_part_that_is_no_list_of_messages_refuses_the_whole(pack: Pack, content: str) -> None:
    with pytest.raises(BadInput, match="this part is not") as refused:
        read(pack({"incidents/2026-05-04.json": content}))
    assert "incidents/2026-05-04.json" in refused.value.where


def test_an_export_is_known_by_its_parts_wherever_its_folder_lies(pack: Pack) -> None:
    assert SLACK.knows(pack(day(said("1777889001.000000"))))
    inside = pack(day(said("1777889001.000000")), root="Acme export/")
    assert SLACK.knows(inside)
    assert len(rows(read(inside))) == 1
    assert not SLACK.knows(pack({"readme.txt": "x"}))
    assert not SLACK.knows(pack({"deep/er/2026-05-04.json": []}))


def test_a_name_or_text_that_cannot_be_stored_is_shown_as_a_mark(pack: Pack) -> None:
    people = [{"id": "U01", "profile": {"display_name": "a\nb" + "c" * 500}}]
    [row] = rows(read(pack(day(said("1777889001.000000", "a\x1bb")), **{"users.json": people})))
    assert row["author"].startswith("a bc")
    assert len(row["author"]) == 200
    assert row["text"] == "a\x1bb"


def test_without_people_their_ids_are_shown_and_it_is_said(pack: Pack) -> None:
    profile = {"display_name": "Operator C"}
    messages = day(said("1777889001.000000"), said("1777889002.000000", user_profile=profile))
    pieces = read(pack(messages, **{"users.json": []}))
    assert [row["author"] for row in rows(pieces)] == ["U01", "Operator C"]
    assert any(isinstance(piece, Assumed) and piece.what == "people" for piece in pieces)
