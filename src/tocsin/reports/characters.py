"""Untrusted characters on paper: which font draws each, what is shown as a mark, and what no font has."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby

from tocsin.errors import BadInput
from tocsin.reports import fonts, joining

MARK = "mark"
BREAK = "↩"
_MAX_COMBINING = 4
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Selectors of variants and fillers: of other categories, and as invisible.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
# Whether a sign is wanted in colour is of no concern on paper.
_COLOUR = re.compile("(?<=[#*0-9\u00a9\u00ae\u2000-\u32ff\U0001f000-\U0001faff])[\ufe0e\ufe0f]")
_AROUND = 16


def normal(text: str) -> str:
    """Return the text composed (NFC); of a stack of combining marks the first few, and how many more."""
    if text.isascii():
        return text
    parts = []
    for combining, run in groupby(
        _COLOUR.sub("", unicodedata.normalize("NFC", text)),
        lambda c: c > "\u02ff" and unicodedata.combining(c) > 0,
    ):
        piece = "".join(run)
        more = len(piece) - _MAX_COMBINING
        parts.append(f"{piece[:_MAX_COMBINING]}[+{more} marks]" if combining and more > 0 else piece)
    return "".join(parts)


def one_line(text: str) -> str:
    """Return the text composed, its line breaks as blanks."""
    return " ".join(normal(text).split())


def is_plain(text: str, font: str) -> bool:
    """Whether the font draws all of a text as it stands."""
    return _drawn(font).issuperset(text)


def placed(text: str, font: str) -> Iterator[tuple[str, str]]:
    """Yield the characters of a normal text, Arabic joined, each with the font that draws it or MARK.

    The order is that of reading. Raises BadInput naming a character that no font has.
    """
    own = _drawn(font)
    for character in joining.joined(text):
        if character in own:
            yield character, font
        elif unseen(character) or character == BREAK:
            yield character, MARK
        elif unicodedata.category(character) == "Zs" and not fonts.other(character):
            yield " ", font
        else:
            yield character, fonts.other(character) or _refuse(character, text)


def drawable(character: str) -> bool:
    """Whether some font draws a character, or a mark stands for it."""
    return character in _drawn(fonts.SANS) or unseen(character) or bool(fonts.other(character))


def named(run: str) -> str:
    """Return what a mark says: the names of unseen characters, or the sign of a broken word itself."""
    return run if run.startswith(BREAK) else " ".join(map(code, run))


def code(character: str) -> str:
    """U+202E."""
    return f"U+{ord(character):04X}"


@cache
def unseen(character: str) -> bool:
    """Whether a character has no shape of its own: control, change of direction, no width, unassigned."""
    return unicodedata.category(character) in _INVISIBLE or _BLANK.match(character) is not None


def shown(text: str) -> str:
    """Return a text on one line with its unseen characters as [U+XXXX]."""
    line = one_line(text)
    return line if line.isascii() and line.isprintable() else "".join(map(_shown, line))


def _shown(character: str) -> str:
    return f"[{code(character)}]" if unseen(character) else character


@cache
def _drawn(font: str) -> frozenset[str]:
    return frozenset(c for c in fonts.glyphs(font) if not unseen(c) and c != BREAK)


def _refuse(character: str, text: str) -> str:
    letter = joining.apart(character)[0]
    place = max(text.find(letter), 0)
    around = shown(text[max(place - _AROUND, 0) : place + _AROUND])
    name = unicodedata.name(letter, "without a name")
    raise BadInput(
        f"no font has the character “{letter}” ({code(letter)} {name}), in “{around}”.",
        hint="Nothing was written. Write it in letters of another script, then export again.",
    )
