"""The words of a Slack message as people read them: names for ids, signs for entities, files by name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tocsin.importers.times import BEYOND_US, FIRST_US
from tocsin.model.instant import from_us

LONGEST = 20_000
_STAMP = re.compile(r"[0-9]{1,12}\.[0-9]{1,6}")
_TOKEN = re.compile(r"<([^<>\n]{1,4000})>")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_EDITED, _DELETED = "message_changed", "message_deleted"


@dataclass(frozen=True, slots=True)
class Names:
    """What people and channels are called, by id."""

    people: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)


def instant(stamp: Any) -> datetime:
    """Return the instant of a `ts`, which is text so that no digit of it is lost. Raises ValueError."""
    if not isinstance(stamp, str) or not _STAMP.fullmatch(stamp):
        raise ValueError("ts is not text such as 1777889531.000200")
    us = int(Decimal(stamp) * 1_000_000)
    if not FIRST_US <= us < BEYOND_US:
        raise ValueError(f"ts {stamp} is not between 2000 and 2100")
    return from_us(us)


def name_of(user: Mapping[str, Any]) -> str:
    """Return what a user is called: the display name, else the real name, else the account's."""
    profile = user.get("profile")
    inside = profile if isinstance(profile, dict) else {}
    named = (inside.get("display_name"), inside.get("real_name"), user.get("real_name"),
             user.get("name"), inside.get("name"), user.get("id"))  # fmt: skip
    return next((plain(name) for name in named if isinstance(name, str) and name.strip()), "")


def plain(text: str) -> str:
    """Return a text on one line of bounded length, without what cannot be stored."""
    return " ".join(_storable(text).split())[:200]


def text_of_message(message: Mapping[str, Any], names: Names) -> str:
    """Return what a message says, with the names of its files. Raises ValueError when it is too long."""
    kind = message.get("subtype")
    if kind == _EDITED and isinstance(message.get("message"), dict):
        words = f"(edited) {_said(message['message'], names)}"
    elif kind == _DELETED:
        before = message.get("previous_message")
        words = f"(deleted) {_said(before, names)}" if isinstance(before, dict) else "(deleted a message)"
    else:
        words = _said(message, names)
    if len(words) > LONGEST:
        raise ValueError(f"the text is longer than {LONGEST:,} characters")
    return words.strip() or "(no text)"


def _said(message: Mapping[str, Any], names: Names) -> str:
    text = message.get("text")
    parts = [resolved(text, names) if isinstance(text, str) else ""]
    if not parts[0].strip():
        parts = [resolved(words, names) for words in _attached(message)]
    parts += [f"[file: {name}]" for name in _files(message)]
    return "\n".join(part for part in parts if part.strip())


def _attached(message: Mapping[str, Any]) -> list[str]:
    """Return the words of attachments, which is where bots put theirs."""
    found = []
    for one in _dicts(message.get("attachments")):
        words = next((one[key] for key in ("text", "fallback", "title") if _is_said(one.get(key))), "")
        found.append(words)
    return [words for words in found if words]


def _files(message: Mapping[str, Any]) -> list[str]:
    named = [next((one[k] for k in ("name", "title", "id") if _is_said(one.get(k))), "without a name")
             for one in _dicts(message.get("files"))]  # fmt: skip
    return [plain(name) for name in named]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_said(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def resolved(text: str, names: Names) -> str:
    """Return a text with names for mentions, addresses after their labels, and signs for entities.

    A mention is looked at before entities are, so that an escaped one stays the words somebody typed.
    """
    parts: list[str] = []
    end = 0
    for token in _TOKEN.finditer(text):
        parts += [_unescaped(text[end : token.start()]), _meant(token[1], names)]
        end = token.end()
    parts.append(_unescaped(text[end:]))
    return _storable("".join(parts))


def _meant(token: str, names: Names) -> str:
    what, bar, label = token.partition("|")
    label = _unescaped(label)
    if what.startswith("@"):
        return f"@{names.people.get(what[1:]) or label or what[1:]}"
    if what.startswith("#"):
        return f"#{label or names.channels.get(what[1:], what[1:])}"
    if what.startswith("!"):
        return label or f"@{what[1:].partition('^')[0]}"
    address = _unescaped(what)
    return f"{label} ({address})" if bar and label and label != address else address


def _unescaped(text: str) -> str:
    return re.sub("&(?:lt|gt|amp);", lambda found: _ENTITIES[found[0]], text)


def _storable(text: str) -> str:
    """Return a text with a mark in the place of NUL and of halves of a pair that stand alone."""
    return re.sub("[\0\ud800-\udfff]", "\ufffd", text)
