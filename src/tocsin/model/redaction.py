"""Redaction: what documents for outsiders say instead of persons, and of what was marked personal.

Every person known to an incident has a pseudonym, "Person 1" in the order of first appearance. Names are
found as whole words, in any case, the longest first; parts of a name only where one person alone bears it.
Redacting the result again changes nothing.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from tocsin.model.redaction_words import DOUBLE, PLAIN

LEFT_OUT = "[personal, left out]"
MAIL, PHONE = "[e-mail address]", "[telephone number]"
_SHORTEST_PART = 3
_SHORTEST_WHOLE = 12  # a shorter text marked whole is left out where it stands alone, not inside others
_TELLING = 8  # the last digits of a telephone number, which are the same with and without prefixes
# What our own words look like, so that they are never redacted again.
_OURS = rf"{re.escape(LEFT_OUT)}|{re.escape(MAIL)}|{re.escape(PHONE)}|(?<![^\W_])Person [1-9][0-9]*(?![^\W_])"
_MAIL = r"[\w.!#$%&'*+/=?^`{|}~-]+@[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+"
# Without a plus sign in front, digits may be anything: a date, a count, a hash.
# Nor is a date that follows a number part of it.
_PHONE = r"(?<![\w+])\+[1-9](?:(?!\s\d{4}-\d\d)[ ()./-]{0,2}[0-9]){7,14}(?![^\W_])"


@dataclass(frozen=True, slots=True)
class Person:
    """A person and how documents for outsiders call them. `addresses` are mail and telephone, as known."""

    pseudonym: str
    name: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redaction:
    """Who is called what, and what is left out: `passages` wherever they stand, `wholes` as whole texts.

    `targets` are the entries and fields left out whatever they say. `people` is the legend, for inside only.
    """

    people: tuple[Person, ...] = ()
    passages: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()
    targets: frozenset[str] = frozenset()

    def text(self, text: str, target: str = "") -> str:
        """Return a text for outsiders, composed (NFC). `target` is the entry or `field:NAME` it is of."""
        if not text:
            return text
        text = _composed(text)
        if target in self.targets or any(_key(text) == _key(whole) for whole in self.wholes):
            return LEFT_OUT
        long = tuple(whole for whole in self.wholes if len(whole) >= _SHORTEST_WHOLE)
        text = _passages(self.passages + long).sub(_left_out, text)
        pattern, called = _names(self.people)
        return pattern.sub(lambda found: _called(found, called), text)


def pseudonyms(
    names: Iterable[str], addresses: dict[str, tuple[str, ...]] | None = None
) -> tuple[Person, ...]:
    """Return the persons numbered in the order given, each once; `addresses` by name."""
    known = {_key(name): found for name, found in (addresses or {}).items()}
    distinct: dict[str, str] = {}
    for name in names:
        if _key(name):
            distinct.setdefault(_key(name), " ".join(_composed(name).split()))
    return tuple(
        Person(f"Person {number}", name, known.get(key, ()))
        for number, (key, name) in enumerate(distinct.items(), 1)
    )


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _key(text: str) -> str:
    return " ".join(_composed(text).casefold().split())


def _left_out(found: re.Match[str]) -> str:
    return found[0] if found["ours"] else LEFT_OUT


@lru_cache(maxsize=32)
def _passages(passages: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds the marked passages in a text, the longest first."""
    texts = _longest(text for text in map(_composed, passages) if text.strip())
    found = "|".join(map(_spaced, texts)) or r"(?!)"
    return re.compile(f"(?P<ours>{_OURS})|(?:{found})", re.IGNORECASE)


def _spaced(text: str) -> str:
    """Return a pattern of a text in which any run of blanks is as good as another."""
    words = [re.escape(word) for word in text.split()]
    begin = r"(?<![^\W_])" if text.strip()[:1].isalnum() else ""
    end = r"(?![^\W_])" if text.strip()[-1:].isalnum() else ""
    return begin + r"\s+".join(words) + end


@lru_cache(maxsize=32)
def _names(people: tuple[Person, ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    """Return what finds persons in a text, and how each of what it finds is called, by its key."""
    whole: dict[str, str] = {}
    for person in people:
        for text in (person.name, *person.addresses):
            whole.setdefault(_flat(text), person.pseudonym)
    parts = dict(_parts(people))
    called = {_flat(part): pseudonym for part, pseudonym in parts.items()} | whole
    names = [f"(?i:{_flexible(name)})" for name in _longest(p.name for p in people if _flat(p.name))]
    mails = [f"(?i:{re.escape(a)})" for a in _longest(a for p in people for a in p.addresses if "@" in a)]
    phones = [
        _digits(a) for a in _longest(a for p in people for a in p.addresses if "@" not in a) if _digits(a)
    ]
    some = [*mails, *(names and [rf"(?<![^\W_])(?:{'|'.join(names)})(?![^\W_])"])]
    some += [rf"(?<![^\W_])(?:{'|'.join(phones)})(?![^\W_])"] if phones else []
    known = "|".join(some) or r"(?!)"
    short = "|".join(map(_written, _longest(parts))) or r"(?!)"
    pattern = (
        f"(?P<ours>{_OURS})|(?P<known>{known})|(?P<mail>{_MAIL})|(?P<phone>{_PHONE})"
        rf"|(?<![^\W_])(?P<part>{short})(?![^\W_])"
    )
    return re.compile(pattern), called


def _called(found: re.Match[str], called: dict[str, str]) -> str:
    match found.lastgroup:
        case "known" | "part":
            return called.get(_flat(found[0])) or called.get(_number(found[0])) or LEFT_OUT
        case "mail":
            return called.get(_flat(found[0])) or MAIL
        case "phone":
            return called.get(_number(found[0])) or PHONE
        case _:
            return found[0]


def _flat(text: str) -> str:
    """Return what two spellings of a name have in common: its letters and digits, in one case."""
    if "@" not in text and _digits(text):
        return _number(text)
    joined = _composed(text).casefold()
    return "".join(joined.split()) if "@" in text else re.sub(r"[\s._-]+", " ", joined).strip()


def _number(text: str) -> str:
    return "".join(c for c in text if c.isdecimal())[-_TELLING:]


def _digits(phone: str) -> str:
    """Return a pattern of a telephone number however it is set; empty where it has too few digits."""
    digits = [c for c in phone if c.isdecimal()]
    if len(digits) < 5 or any(c.isalpha() for c in phone.lower().replace("ext", "").replace("x", "")):
        return ""
    return r"\+?(?:[0-9]{1,4}[ ()./-]{0,3})?" + r"[ ()./-]{0,3}".join(digits[-_TELLING:])


def _flexible(name: str) -> str:
    """Return a pattern of a name: between its words blanks, dots, hyphens or underscores, as in accounts."""
    return r"[\s._-]+".join(_cased(word) for word in re.split(r"[\s._-]+", _composed(name)) if word)


def _cased(word: str) -> str:
    return re.escape(word).replace("ß", "(?:ß|ẞ|ss)")  # the one letter whose capitals are two


def _longest(texts: Iterable[str]) -> list[str]:
    return sorted(set(texts), key=lambda text: (-len(text), text))


def _parts(people: tuple[Person, ...]) -> Iterator[tuple[str, str]]:
    """Yield the words of names that belong to one person alone and are no plain words."""
    words = [(word, one.pseudonym) for one in people if "@" not in one.name for word in set(_words(one.name))]
    count = Counter(word for word, _ in words)
    for word, pseudonym in words:
        long = len(word) >= _SHORTEST_PART or (len(word) > 1 and not word.isascii())
        if count[word] == 1 and long and word not in PLAIN and not word.isdecimal():
            yield word, pseudonym


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[\s.,;_()]+", _composed(name).lower()) if word]


def _written(part: str) -> str:
    """Return a pattern of a part of a name; one that is a word as well needs a capital."""
    if part in DOUBLE:
        return "|".join(map(re.escape, dict.fromkeys((part.capitalize(), part.upper()))))
    return f"(?i:{_cased(part)})"
