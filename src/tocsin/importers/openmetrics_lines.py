"""The grammar of a line of OpenMetrics or Prometheus text: name, labels, value, time."""

import re

MOST_LABELS = 100
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
VALUE = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:Inf|inf|Infinity|infinity)|NaN|nan"
)
_NAMED = re.compile(NAME)
_LABEL = re.compile(
    r'[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"([^"\\]*+(?:\\["\\n][^"\\]*+)*+)"[ \t]*(,?)'
)
_CLOSED = re.compile(r"[ \t]*\}")
_ESCAPED = re.compile(r'\\["\\n]')
_ESCAPES = {r"\\": "\\", r"\"": '"', r"\n": "\n"}


class BadLine(Exception):
    """This line is wrong; the others may be right."""


def sample(line: str) -> tuple[str, dict[str, str], float, str]:
    """Return name, labels, value and time ("" if none) of a sample. Raises BadLine with the reason.

    Quotes decide where the labels end; what follows " # " (an exemplar) is left out.
    """
    named = _NAMED.match(line)
    if not named:
        raise BadLine("a line begins with a metric's name")
    rest = line[named.end() :]
    found: dict[str, str] = {}
    if rest.startswith("{"):
        found, rest = labels(rest[1:])
    return named[0], found, *reading(rest)


def reading(rest: str) -> tuple[float, str]:
    """Return value and time ("" if none) of what follows name and labels. Raises BadLine."""
    if rest.lstrip().startswith("{"):
        raise BadLine("native histograms in text are not read; expose classic buckets too")
    words = rest.split(" # ", 1)[0].split()
    if not 1 <= len(words) <= 2:
        raise BadLine("a value is missing" if not words else "there is more than a value and a time")
    if not VALUE.fullmatch(words[0]):
        raise BadLine(f"“{words[0][:40]}” is no number")
    return float(words[0]), words[1] if len(words) > 1 else ""


def labels(text: str) -> tuple[dict[str, str], str]:
    """Return the labels of a text that goes on after their opening brace, and what follows them."""
    found: dict[str, str] = {}
    position = 0
    while not (closed := _CLOSED.match(text, position)):
        match = _LABEL.match(text, position)
        if not match:
            raise BadLine('the labels are not name="value", or a value is escaped wrongly')
        if match[1] in found:
            raise BadLine(f"the label {match[1]} is there twice")
        value = match[2]
        found[match[1]] = _ESCAPED.sub(lambda one: _ESCAPES[one[0]], value) if "\\" in value else value
        if len(found) > MOST_LABELS:
            raise BadLine(f"there are more than {MOST_LABELS} labels")
        position = match.end()
        if not match[3] and not _CLOSED.match(text, position):
            raise BadLine("a comma is missing between labels")
    return found, text[closed.end() :]
