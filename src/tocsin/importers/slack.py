"""Slack export: an archive with users.json, channels.json and a folder a channel of files a day."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, ClassVar

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Rows, Source, Step
from tocsin.importers.json_text import LARGEST_DOCUMENT, BadJson, parsed
from tocsin.importers.slack_text import Names, instant, name_of, plain, text_of_message

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json$")
_INDEXES = ("users.json", "channels.json", "groups.json", "dms.json", "mpims.json")
_AT_ONCE = 500
_KEYS = ("channel", "reaction")


@dataclass
class _Export:
    """Where the parts of one export lie, and what was left out of it."""

    source: Source
    root: str
    names: Names
    reaction: str
    seen: int = 0
    left_out: int = 0
    days: dict[str, list[str]] = field(default_factory=dict)  # channel: its files


class SlackImporter:
    """What a Slack workspace exports, unpacked. --map channel=NAME,... and reaction=NAME choose messages."""

    name: ClassVar[str] = "slack"
    records: ClassVar[tuple[str, ...]] = ("messages",)

    def knows(self, source: Source) -> bool:
        """Whether there is an index of people or channels, and beside it a folder with a file a day."""
        root = _root(source)
        return root is not None and bool(_days(source, root))

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield the messages, channel by channel. Raises BadInput when a part is no JSON list."""
        export = _opened(source, options)
        if not export.names.people:
            yield Assumed("people", "users.json is not in it, so that they are shown by their ids")
        files = [(channel, file) for channel, days in export.days.items() for file in days]
        for number, (channel, file) in enumerate(files):
            yield Step(number, len(files), f"reading {channel}")
            yield from _day(export, channel, file)
        if export.left_out:
            yield Assumed("left out", f"{export.left_out:,} messages without the reaction {export.reaction}")


def _root(source: Source) -> str | None:
    """Return the folder in the archive that holds the indexes; None when none does."""
    places = [PurePosixPath(name) for name in source.members]
    roots = [str(place.parent) for place in places if place.name in _INDEXES]
    return min(roots, key=len) if roots else None


def _days(source: Source, root: str) -> dict[str, list[str]]:
    """Return the files a day of each channel, in order."""
    found: dict[str, list[str]] = {}
    for name in sorted(source.members):
        place = PurePosixPath(name)
        if _DAY.fullmatch(place.name) and str(place.parent.parent) == root:
            found.setdefault(place.parent.name, []).append(name)
    return found


def _opened(source: Source, options: Options) -> _Export:
    if unknown := set(options.mapping) - set(_KEYS):
        raise BadInput(
            f"--map knows no “{min(unknown)}” for Slack.",
            where=source.name,
            hint="It takes channel=NAME,... and reaction=NAME.",
        )
    root = _root(source)
    days = {} if root is None else _days(source, root)
    if root is None or not days:
        raise BadInput(
            "this is no Slack export: it needs users.json or channels.json beside a folder a channel.",
            where=source.name,
        )
    wanted = {name.strip().removeprefix("#") for name in options.mapping.get("channel", "").split(",")} - {""}
    if unknown := wanted - days.keys():
        raise BadInput(
            f"there is no channel “{min(unknown)}” in it.",
            where=source.name,
            hint=f"There are {', '.join(list(days)[:20])}.",
        )
    reaction = options.mapping.get("reaction", "").strip().strip(":")
    export = _Export(source, root, Names(), reaction)
    export.days = {channel: files for channel, files in days.items() if not wanted or channel in wanted}
    export.names = Names(_people(export), _channels(export))
    return export


def _people(export: _Export) -> dict[str, str]:
    return {user["id"]: name_of(user) for user in _index(export, "users.json") if _has_id(user)}


def _channels(export: _Export) -> dict[str, str]:
    known = [one for index in _INDEXES[1:] for one in _index(export, index) if _has_id(one)]
    return {one["id"]: one["name"] for one in known if isinstance(one.get("name"), str)}


def _has_id(one: Any) -> bool:
    return isinstance(one, dict) and isinstance(one.get("id"), str)


def _index(export: _Export, name: str) -> list[Any]:
    place = str(PurePosixPath(export.root) / name)
    return _list(export.source, place) if place in export.source.members else []


def _list(source: Source, member: str) -> list[Any]:
    path = source.members[member]
    where = f"{source.name}: {member}"
    if path.stat().st_size > LARGEST_DOCUMENT:
        raise BadInput(f"this part is larger than {LARGEST_DOCUMENT >> 20} MiB.", where=where)
    try:
        found = parsed(path.read_bytes().removeprefix(codecs.BOM_UTF8))
    except BadJson as error:
        raise BadInput(f"this part is not sound JSON: {error}.", where=where) from None
    if not isinstance(found, list):
        raise BadInput("this part is not a list, as those of a Slack export are.", where=where)
    return found


def _day(export: _Export, channel: str, member: str) -> Iterator[Piece]:
    rows: list[dict[str, Any]] = []
    lines: list[int] = []
    for number, message in enumerate(_list(export.source, member), 1):
        export.seen += 1
        try:
            row = _row(export, channel, message)
        except ValueError as error:
            yield Rejected(export.seen, f"{member}, message {number}: {error}")
            continue
        if row is None:
            export.left_out += 1
            continue
        rows.append(row)
        lines.append(export.seen)
        if len(rows) == _AT_ONCE:
            yield Rows("messages", rows, lines)
            rows, lines = [], []
    if rows:
        yield Rows("messages", rows, lines)


def _row(export: _Export, channel: str, message: Any) -> dict[str, Any] | None:
    """Return the values of one message, None when it does not bear the reaction wanted. Raises ValueError."""
    if not isinstance(message, dict) or message.get("type") != "message":
        raise ValueError("this is no message")
    stamp = message.get("ts")
    at: datetime = instant(stamp)
    tags = _reactions(message)
    if export.reaction and export.reaction not in tags:
        return None
    row: dict[str, Any] = {
        "id": f"{channel} {stamp}",
        "time": at,
        "author": _author(export.names, message),
        "channel": channel,
        "text": text_of_message(message, export.names),
        "tags": tags,
        "extra": _extra(channel, message),
    }
    thread = message.get("thread_ts")
    if isinstance(thread, str) and thread != stamp:
        instant(thread)
        row["thread"] = f"{channel} {thread}"
    return row


def _author(names: Names, message: dict[str, Any]) -> str:
    """Return who wrote: the name known for the id, else what the message itself says of them."""
    about = [message.get(key) for key in ("message", "previous_message")]
    for said in [message, *(inner for inner in about if isinstance(inner, dict))]:
        user = said.get("user")
        if isinstance(user, str) and user:
            profile = said.get("user_profile")
            own = name_of({"profile": profile}) if isinstance(profile, dict) else ""
            return names.people.get(user) or own or plain(user)
        for key in ("username", "bot_id"):
            if isinstance(said.get(key), str) and said[key]:
                return plain(said[key])
    return ""


def _reactions(message: dict[str, Any]) -> list[str]:
    found = message.get("reactions")
    named = [one.get("name") for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [plain(name) for name in named if isinstance(name, str)]


def _extra(channel: str, message: dict[str, Any]) -> dict[str, str]:
    """Return what else tells how to read it: what kind it is, when it was edited, what it changed."""
    extra: dict[str, str] = {}
    if isinstance(message.get("subtype"), str):
        extra["subtype"] = plain(message["subtype"])
    edited = message.get("edited")
    if isinstance(edited, dict) and isinstance(edited.get("ts"), str):
        extra["edited"] = plain(edited["ts"])
    for key in ("message", "previous_message"):
        inner = message.get(key)
        if isinstance(inner, dict) and isinstance(inner.get("ts"), str):
            extra.setdefault("about", f"{channel} {plain(inner['ts'])}")
    return extra
