"""The scribe's line: a line of the running log, or `!task @Operator B 5m text`, or `!decision text`."""

import re
from collections.abc import Sequence

from tocsin.errors import BadInput
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.operations import operators, playbook, timeline
from tocsin.store.folder import Store

_COMMAND = re.compile(r"\s*!(?P<what>task|decision|decide)\b\s*(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_BOX = re.compile(r"(?P<n>\d{1,5})\s?(?P<unit>min|m|h)\b[:,]?\s*", re.IGNORECASE)
# A name nobody knows yet goes up to the time box, where there is one, and is short.
_UNKNOWN = re.compile(r"(?P<name>\S+(?: \S+){0,2}?)\s+(?=\d{1,5}\s?(?:min|m|h)\b)", re.IGNORECASE)
_HINT = "Such as: !task @Operator B 5m roll back the index"


def write(store: Store, author: Author, incident: str, line: str, *, id: str = "") -> Entry:
    """Write a line. A line that begins with another word after "!" is taken word for word."""
    found = _COMMAND.match(line)
    if found is None:
        return timeline.log(store, author, incident, line, id=id)
    if found["what"].lower() != "task":
        return timeline.log(store, author, incident, f"/decide {found['rest']}", id=id)
    person, minutes, text = parse_task(found["rest"], operators.names(store), author.name)
    return playbook.add_task(store, author, incident, text, person=person, minutes=minutes, id=id)


def parse_task(rest: str, people: Sequence[str], me: str) -> tuple[str, int | None, str]:
    """Return person, minutes and text of a task: "@NAME 5m TEXT", of which the first two may lack.

    A name is one of `people`, as long as it goes; else what stands before the time box; else one word. "@me"
    is `me`. Raises BadInput where no text is left.
    """
    person, rest = _person(rest.strip(), people, me)
    minutes = None
    if box := _BOX.match(rest):
        minutes = int(box["n"]) * (60 if box["unit"].lower() == "h" else 1)
        rest = rest[box.end() :]
    if not rest.strip():
        raise BadInput("say what is to be done.", hint=_HINT)
    return person, minutes, rest.strip()


def _person(rest: str, people: Sequence[str], me: str) -> tuple[str, str]:
    if not rest.startswith("@"):
        return "", rest
    rest = rest[1:].lstrip()
    for name in sorted((*people, "me"), key=len, reverse=True):
        after = rest[len(name) :]
        if rest.casefold().startswith(name.casefold()) and not after[:1].isalnum():
            return me if name == "me" else name, after.lstrip(" :,")
    found = _UNKNOWN.match(rest)
    name = found["name"] if found else rest.split(maxsplit=1)[0] if rest.split() else ""
    if not name:
        raise BadInput("say who is to do it.", hint=_HINT)
    return name.rstrip(":,"), rest[len(name) :].lstrip(" :,")
