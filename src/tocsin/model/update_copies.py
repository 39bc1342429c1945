"""Copies of a status update: plain text, Markdown, HTML. Whatever it says is shown as it stands."""

import re
import unicodedata
from html import escape

from tocsin.model.updates import HEADING, POINT, TITLE, Block, blocks

TEXT, MARKDOWN, HTML = "text", "md", "html"
FORMS = (TEXT, MARKDOWN, HTML)

# What hides or turns letters where it is pasted: controls, what has no width, halves of a pair, separators.
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# What CommonMark, and GitHub's tables, strikes and formulas, would read within a line.
_SPECIAL = re.compile(r"[\\`*_\[\]<>&~|$^{}]|:(?=//)|(?<=\bwww)\.|@")
# What would begin a list, a heading, a quotation or a rule at the start of a line.
_OPENING = re.compile(r"^(?:[#+=-]|(\d{1,9})(?=[.)]))")


def copy(text: str, form: str) -> str:
    """Return an update in one of FORMS."""
    return {TEXT: as_text, MARKDOWN: as_markdown, HTML: as_html}[form](text)


def shown(text: str) -> str:
    """Return a line with what hides or turns letters as marks: ‹U+202E›."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"‹U+{ord(c):04X}›" if unicodedata.category(c) in _UNSEEN else c for c in text)


def as_text(text: str) -> str:
    """Return the update as plain text, headings in capitals."""
    lines: list[str] = []
    for block in blocks(text):
        said = shown(block.text)
        match block.kind:
            case kind if kind == HEADING:
                lines += ["", said.upper()]
            case kind if kind == POINT:
                lines.append(f"- {said}")
            case _:
                lines.append(said)
    return "\n".join(lines).strip("\n") + "\n"


def as_markdown(text: str) -> str:
    """Return the update as Markdown (CommonMark), in which every word is literal."""
    marks = {TITLE: "# ", HEADING: "## ", POINT: "- "}
    lines: list[str] = []
    before = ""
    for block in blocks(text):
        if lines and not before == block.kind == POINT:
            lines.append("")
        lines.append(marks.get(block.kind, "") + _literal(block))
        before = block.kind
    return "\n".join(lines) + "\n"


def _literal(block: Block) -> str:
    said = _SPECIAL.sub(lambda found: f"\\{found[0]}", shown(block.text))
    if block.kind in (TITLE, HEADING):
        said = re.sub(r"(#+)$", r"\\\1", said)  # there it would be taken as the closing mark
    if opening := _OPENING.match(said):
        said = f"{said[: opening.end()]}\\{said[opening.end() :]}" if opening[1] else f"\\{said}"
    return said


def as_html(text: str) -> str:
    """Return the update as HTML without styles, scripts or links."""
    lines: list[str] = []
    listed = False
    for block in blocks(text):
        if (block.kind == POINT) != listed:
            listed = not listed
            lines.append("<ul>" if listed else "</ul>")
        tag = {TITLE: "h1", HEADING: "h2", POINT: "li"}.get(block.kind, "p")
        lines.append(f"<{tag}>{escape(shown(block.text))}</{tag}>")
    return "\n".join([*lines, "</ul>"] if listed else lines) + "\n"
