"""Status updates: whom they are for, how they are drafted from facts, and the parts of what was written.

A text has a line for each thing said: "# " begins its title, "## " a heading, "- " a point, others are plain.
The first three headings are conditions, actions and needs (domain.md M1), whatever words a pack gives them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

TITLE, HEADING, POINT, PLAIN = "title", "heading", "point", "plain"
_MARKS = ((HEADING, "## "), (TITLE, "# "), (POINT, "- "))
_NAME = re.compile(r"\{([a-z_]+)\}")
_PARTS = 3
UNKNOWN = "not known yet"

Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """The draft for one audience. `text` has {names} of PLACEHOLDERS, and so has `to`, whom it goes to.

    `outside` audiences are held to the four rules of external messages (M3).
    """

    audience: str
    title: str
    text: str
    outside: bool = False
    to: str = ""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What fills a place in a template, and what stands there while nobody knows it.

    One that holds `many` things repeats its line for each, where the line is nothing but a point of it.
    """

    filled: str
    unknown: str = UNKNOWN
    many: bool = False


# Every name a template may have. `model/drafting.py` fills them from the incident, `operations/updates.py`
# adds what lies in the store beside it (system, decisions, segments, vendors). Nothing is typed in.
PLACEHOLDERS: dict[str, Placeholder] = {
    "reference": Placeholder("the incident's reference"),
    "title": Placeholder("the incident's title"),
    "system": Placeholder("the name of the system"),
    "level": Placeholder("the level of severity"),
    "meaning": Placeholder("what the level means in the pack's words"),
    "status": Placeholder("open, contained, resolved, closed or re-opened"),
    "number": Placeholder("which update to this audience it is, from 1"),
    "now": Placeholder("when it was drafted"),
    "commander": Placeholder("who commands", "nobody yet"),
    "communications": Placeholder("the communications lead", "nobody yet"),
    "technical": Placeholder("the technical lead", "nobody yet"),
    "type": Placeholder("the type of incident in words"),
    "category": Placeholder("the category of incident in words"),
    "ai_part": Placeholder(
        "a sentence on the AI's part, by type or category",
        "It is not known yet which part of the AI system is at fault.",
    ),
    "scope": Placeholder("the field Scope; else the segments that its alerts name"),
    "decisions": Placeholder("decisions in the logs since the estimated start, those of the segments apart"),
    "impact": Placeholder("the field Impact"),
    "began": Placeholder("the estimated start, with its bounds"),
    "detected": Placeholder("when it was detected"),
    "cause": Placeholder("the field Suspected cause"),
    "version": Placeholder("the field Affected version"),
    "signs": Placeholder("what its alerts say", "No alert belongs to it", many=True),
    "done": Placeholder("what was pulled, frozen, contained, and steps done",
                        "Nothing is recorded as done yet", many=True),
    "doing": Placeholder("what is under way: steps taken up, effects awaited",
                         "Nothing is recorded as under way", many=True),
    "acts": Placeholder(
        "in plain words whether it is contained, resolved, or being worked on", many=True
    ),
    "next": Placeholder("what is due next, and by when", "Nothing has a time by which it is due", many=True),
    "needs": Placeholder("roles without a person, clocks overdue, answers wanted", "Nothing is asked for",
                         many=True),
    "changes": Placeholder("what changed since the last update to this audience", "This is the first one",
                           many=True),
    "last_update": Placeholder("when this audience was told last", "not told before"),
    "next_update": Placeholder("when the next status update is due", "as soon as there is news"),
    "leadership": Placeholder("whom the level calls", "leadership", many=True),
    "teams": Placeholder("whom the route of its type calls", "the teams involved", many=True),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """One line of an update: TITLE, HEADING, POINT or PLAIN, and its words."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The words under the first three headings (M1)."""

    conditions: str = ""
    actions: str = ""
    needs: str = ""


def problems(template: Template) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a template as (key, reason)."""
    for key, text in (("text", template.text), ("to", template.to)):
        for name in dict.fromkeys(_NAME.findall(text)):
            if name not in PLACEHOLDERS:
                yield key, f"{{{name}}} is none of {', '.join(PLACEHOLDERS)}"
    lines = template.text.splitlines()
    for number, line in enumerate(lines, start=1):
        if _NAME.match(line.lstrip()):
            yield "text", f"line {number} begins with a name: what fills it could be read as a heading"
    if sum(block.kind == HEADING for block in blocks(template.text)) < _PARTS:
        yield "text", "it needs three headings (## ...): conditions, actions, needs"


def fill(text: str, values: Mapping[str, Value]) -> str:
    """Return a template's text with its names filled in, each value as one line; unknown ones say so."""
    return "\n".join(line for raw in text.strip().splitlines() for line in _filled(raw.rstrip(), values))


def _filled(line: str, values: Mapping[str, Value]) -> Iterator[str]:
    alone = re.fullmatch(rf"- {_NAME.pattern}", line)
    if alone and (placeholder := PLACEHOLDERS.get(alone[1])) and placeholder.many:
        many = values.get(alone[1]) or ()
        items = [many] if isinstance(many, str) else many
        yield from (f"- {flat(item)}" for item in items or (placeholder.unknown,))
    else:
        yield _NAME.sub(lambda found: _value(found[1], values), line)


def _value(name: str, values: Mapping[str, Value]) -> str:
    value = values.get(name, "")
    told = value if isinstance(value, str) else "; ".join(flat(item) for item in value)
    placeholder = PLACEHOLDERS.get(name)
    if placeholder is None:
        return f"{{{name}}}"
    return flat(told) or placeholder.unknown


def flat(text: str) -> str:
    """Return a text as one line, which no value can leave: a line begins a heading or a point."""
    return " ".join(text.split())


def blocks(text: str) -> tuple[Block, ...]:
    """Return what a text consists of, empty lines left out."""
    return tuple(_block(line.strip()) for line in text.split("\n") if line.strip())


def _block(line: str) -> Block:
    kind, mark = next(((kind, mark) for kind, mark in _MARKS if line.startswith(mark)), (PLAIN, ""))
    return Block(kind, line.removeprefix(mark).strip())


def parts(text: str) -> Parts:
    """Return what stands under the first three headings of a text."""
    found: list[list[str]] = []
    for block in blocks(text):
        if block.kind == HEADING:
            found.append([])
        elif found:
            found[-1].append(f"- {block.text}" if block.kind == POINT else block.text)
    told = ["\n".join(lines) for lines in found[:_PARTS]]
    return Parts(*told)


def title_of(text: str) -> str:
    """Return the title of a text, else its first words."""
    found = blocks(text)
    return next((block.text for block in found if block.kind == TITLE), found[0].text if found else "")


@dataclass(frozen=True, slots=True)
class UpdateSheet:
    """An update before it is laid out on paper. `told` is None for a draft, which says so on every page.

    Of what goes outside the paper shows the words alone: no names, nothing of how it was told. `audience` is
    its title; `at` is when it was told or drafted. `drill` names the scenario where the store is a drill's.
    """

    reference: str
    system: str
    audience: str
    outside: bool
    text: str
    at: datetime
    zone: str
    told: datetime | None = None
    by: str = ""
    to: str = ""
    way: str = ""
    drill: str = ""
