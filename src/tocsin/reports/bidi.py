"""The order of writing on a line: right to left, left to right, numbers between (Unicode's algorithm, UAX 9).

Marks of direction never come this far (they are printed as visible marks), so a paragraph is one run of one
embedding, and rules W1 to W7, N0 to N2, I1, I2, L1, L2 and L4 are all there is. The libraries to be had give
a string put in order; here the place of each letter must be known, as each keeps its font and colour.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import groupby, takewhile

# Hebrew, Arabic and what is written like them; cheap to ask of text that has none of it.
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_SIDES = re.compile("LEFT|RIGHT|LESS|GREATER")
_OTHER_SIDE = {"LEFT": "RIGHT", "RIGHT": "LEFT", "LESS": "GREATER", "GREATER": "LESS"}
_NEUTRAL = {"B", "S", "WS", "ON"}
_MOST_OPEN = 63


def has_rtl(text: str) -> bool:
    """Whether there is any letter in a text that is written from right to left."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def base(text: str) -> int:
    """Return the direction of a paragraph, that of its first letter (P2, P3): 0 rightwards, 1 leftwards."""
    strong = (kind for kind in map(_kind, text) if kind in {"L", "R", "AL"})
    return 0 if next(strong, "L") == "L" else 1


def levels(text: str, direction: int) -> list[int]:
    """Return the embedding level of each character of a paragraph; odd ones run from right to left."""
    kinds = [_kind(character) for character in text]
    outside = "R" if direction else "L"
    _marks_and_numbers(kinds, outside)
    _separators(kinds)
    _numbers_after_latin(kinds, outside)
    _brackets(text, kinds, outside)
    _neutrals(kinds, outside)
    return [_level(kind, direction) for kind in kinds]


def of_line(text: str, levels: Sequence[int], direction: int) -> list[int]:
    """Return the levels of one line of a paragraph: blanks at its end follow the paragraph (L1)."""
    end = len(text.rstrip())
    return [*levels[:end], *[direction] * (len(text) - end)]


def order(levels: Sequence[int]) -> list[int]:
    """Return the places of a line's characters as they stand from left to right (L2)."""
    places = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        turned: list[int] = []
        for inside, group in groupby(places, key=partial(_reaches, levels, level)):
            run = list(group)
            turned += reversed(run) if inside else run
        places = turned
    return places


def _reaches(levels: Sequence[int], level: int, place: int) -> bool:
    return levels[place] >= level


@cache
def mirror(character: str) -> str:
    """Return the character that is drawn in this one's place where the writing runs to the left (L4)."""
    if not unicodedata.mirrored(character):
        return character
    name = _SIDES.sub(lambda side: _OTHER_SIDE[side[0]], unicodedata.name(character, ""))
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return character


@cache
def _kind(character: str) -> str:
    kind = unicodedata.bidirectional(character)
    # What has no width of its own goes with what is before it.
    return (
        "NSM"
        if kind in {"BN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        else kind or "L"
    )


def _marks_and_numbers(kinds: list[str], outside: str) -> None:
    """W1: a mark is of the kind of its letter. W2: a number after an Arabic letter is Arabic. W3."""
    before, strong = outside, outside
    for place, kind in enumerate(kinds):
        kind = before if kind == "NSM" else kind
        before = kind
        if kind in {"L", "R", "AL"}:
            strong = kind
        if kind == "EN" and strong == "AL":
            kind = "AN"
        kinds[place] = kind
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]


def _separators(kinds: list[str]) -> None:
    """W4: one separator between numbers; W5: signs beside a number; W6: other such are neutral."""
    for place in range(1, len(kinds) - 1):
        before, kind, after = kinds[place - 1 : place + 2]
        if before == after and (kind, before) in {("CS", "EN"), ("CS", "AN"), ("ES", "EN")}:
            kinds[place] = before
    place = 0
    for kind, run in groupby(list(kinds)):
        length = len(list(run))
        beside = kinds[max(place - 1, 0) : place] + kinds[place + length : place + length + 1]
        if kind == "ET" and "EN" in beside:
            kinds[place : place + length] = ["EN"] * length
        place += length
    kinds[:] = ["ON" if kind in {"ES", "ET", "CS"} else kind for kind in kinds]


def _numbers_after_latin(kinds: list[str], outside: str) -> None:
    """W7: a number whose last letter before it is written to the right, is so too."""
    strong = outside
    for place, kind in enumerate(kinds):
        if kind in {"L", "R"}:
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[place] = "L"


def _brackets(text: str, kinds: list[str], outside: str) -> None:
    """N0: both brackets of a pair run as what is between them, or as what is before."""
    for first, last in sorted(_pairs(text, kinds)):
        inside = {_strong(kind) for kind in kinds[first + 1 : last]} - {""}
        if not inside:
            continue
        before = next((found for kind in reversed(kinds[:first]) if (found := _strong(kind))), outside)
        for place in (first, last):
            kinds[place] = outside if outside in inside else before
            for mark in takewhile(lambda mark: _kind(text[mark]) == "NSM", range(place + 1, len(text))):
                kinds[mark] = kinds[place]


def _pairs(text: str, kinds: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of brackets that belong together (BD16)."""
    waiting: list[tuple[str, int]] = []
    for place, character in enumerate(text):
        if kinds[place] != "ON" or mirror(character) == character:
            continue
        match unicodedata.category(character):
            case "Ps":
                if len(waiting) == _MOST_OPEN:
                    return
                waiting.append((mirror(character), place))
            case "Pe":
                found = next((n for n in range(len(waiting) - 1, -1, -1) if waiting[n][0] == character), None)
                if found is not None:
                    yield waiting[found][1], place
                    del waiting[found:]


def _neutrals(kinds: list[str], outside: str) -> None:
    """N1: neutrals between two of one direction take it; N2: others take that of the paragraph."""
    place = 0
    for neutral, run in groupby(list(kinds), key=_NEUTRAL.__contains__):
        length = len(list(run))
        if neutral:
            before = _strong(kinds[place - 1]) if place else outside
            after = _strong(kinds[place + length]) if place + length < len(kinds) else outside
            kinds[place : place + length] = [before if before == after else outside] * length
        place += length


def _strong(kind: str) -> str:
    return "R" if kind in {"R", "EN", "AN"} else "L" if kind == "L" else ""


def _level(kind: str, direction: int) -> int:
    """I1, I2: what runs leftwards is at level 1, numbers at 2, as is Latin in a paragraph leftwards."""
    return {"L": 2 * direction, "R": 1}.get(kind, 2)
