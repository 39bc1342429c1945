"""The wording of an update: four rules for messages that go outside (M3), plain words (M2), no promises.

English only, by patterns and without a network: it points to likely breaches and never changes a word. Words
in quotation marks are somebody else's and are let be, and so is what a sentence denies.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tocsin.model import wording_patterns as patterns

AI, IMPACT, VENDOR, ACTION, JARGON, PROMISE = "ai", "impact", "vendor", "action", "jargon", "promise"

# What each rule asks for, as people read it.
RULES: dict[str, str] = {
    AI: "Honest about the AI's part",
    IMPACT: "Specific on impact",
    VENDOR: "No blaming of the vendor",
    ACTION: "Says what is being done",
    JARGON: "Figures in terms of people and decisions",
    PROMISE: "No promise of when it is fixed",
}
LONGEST = 20_000
_WINDOW = 30  # letters before a phrase in which it may be denied


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule broken at [start, end) of the text, in letters; both are 0 where something is missing from it.

    `reason` says what is wrong and what would do.
    """

    rule: str
    start: int
    end: int
    reason: str

    @property
    def is_missing(self) -> bool:
        """Whether nothing is wrong at a place, but something is not said anywhere."""
        return self.start == self.end


@dataclass(frozen=True, slots=True)
class _Text:
    """A text to judge: its letters made alike with quotations blanked, and its sentences as [start, end)."""

    words: str
    sentences: tuple[tuple[int, int], ...]

    def sentence_of(self, place: int) -> tuple[int, int]:
        return next(((a, b) for a, b in self.sentences if a <= place < b), (0, len(self.words)))

    def within(self, span: tuple[int, int]) -> str:
        return self.words[span[0] : span[1]]


def breaches(text: str, *, outside: bool, vendors: Collection[str] = ()) -> tuple[Breach, ...]:
    """Return where a text breaks the rules, in the order of the text, what is missing first.

    Inside audiences are held to the last two rules alone. `vendors` are names of vendors and their models. An
    empty text breaks nothing; letters past LONGEST are not looked at.
    """
    if not text.strip():
        return ()
    read = _read(text[:LONGEST])
    found = [*_jargon(read, outside), *_promise(read)]
    if outside:
        found += [*_ai(read), *_impact(read), *_vendor(read, vendors), *_action(read)]
    order = list(RULES)
    return tuple(sorted(set(found), key=lambda one: (one.start, one.end, order.index(one.rule))))


def _read(text: str) -> _Text:
    words = patterns.QUOTED.sub(lambda found: " " * len(found[0]), text.translate(patterns.ALIKE))
    spans, begin = [], 0
    for end in patterns.SENTENCE_END.finditer(words):
        if end[0] != "\n" and patterns.ABBREVIATED.search(words[max(begin, end.start() - 8) : end.start()]):
            continue
        spans.append((begin, end.end()))
        begin = end.end()
    return _Text(words, (*spans, (begin, len(words))))


def _denied(read: _Text, place: int) -> bool:
    """Whether the words just before a place, in its sentence, deny what comes there."""
    begin = max(read.sentence_of(place)[0], place - _WINDOW)
    return patterns.NEGATED.search(read.words[begin:place]) is not None


def _ai(read: _Text) -> Iterator[Breach]:
    if not patterns.AI.search(read.words):
        yield Breach(AI, 0, 0, "It does not say that an AI system took part. Say which, and what it did.")
    for found in patterns.EVASIVE.finditer(read.words):
        sentence = read.within(read.sentence_of(found.start()))
        if not patterns.AI.search(sentence) and not _denied(read, found.start()):
            yield _at(AI, found, f"{found[0]!r} hides the AI's part. Say what the AI system did.")


def _impact(read: _Text) -> Iterator[Breach]:
    for found in patterns.VAGUE.finditer(read.words):
        sentence = read.within(read.sentence_of(found.start()))
        counted = patterns.SPECIFIC.search(sentence)
        if not (counted and patterns.NUMBER.search(sentence)) and not _denied(read, found.start()):
            yield _at(
                IMPACT,
                found,
                f"{found[0]!r} does not say how many. Give the number, or say it is not known yet.",
            )
    for found in patterns.MINIMISED.finditer(read.words):
        if not _denied(read, found.start()):
            yield _at(
                IMPACT,
                found,
                f"{found[0]!r} judges the impact instead of telling it. Say what it did to whom.",
            )
    if not patterns.SPECIFIC.search(read.words):
        yield Breach(IMPACT, 0, 0, "It does not say who is affected. Say how many people, or which "
                     "decisions; or that this is not known yet.")  # fmt: skip


def _vendor(read: _Text, vendors: Collection[str]) -> Iterator[Breach]:
    names = patterns.vendor_names(vendors)
    for pattern in patterns.blame(names):
        for found in pattern.finditer(read.words):
            sentence = read.within(read.sentence_of(found.start()))
            own = patterns.OWNED.search(sentence)
            denied = _denied(read, found.start()) or patterns.ANOTHER.search(found["between"] or "")
            if not own and not denied:
                yield _at(VENDOR, found, "It puts the fault on a vendor. The system is ours to those "
                          "affected: say what happened and what we do.")  # fmt: skip


def _action(read: _Text) -> Iterator[Breach]:
    done = (one for one in patterns.ACTION.finditer(read.words) if not _negated(one))
    if not any(done):
        yield Breach(ACTION, 0, 0, "It does not say what is being done. Say what we have stopped, changed or "
                     "are checking.")  # fmt: skip


def _negated(found: re.Match[str]) -> bool:
    return patterns.NEGATED.search(found["gap"] or "") is not None


def _jargon(read: _Text, outside: bool) -> Iterator[Breach]:
    """Outside, a figure needs people or decisions beside it; inside, somewhere in the text."""
    if not outside and patterns.SPECIFIC.search(read.words):
        return
    for number, span in enumerate(read.sentences):
        sentence = read.within(span)
        later = read.sentences[number + 1] if number + 1 < len(read.sentences) else span
        if patterns.PEOPLE.search(sentence) or (outside and patterns.PEOPLE.search(read.within(later))):
            continue
        figures = patterns.FIGURE.search(sentence)
        found = patterns.METRIC.search(sentence) if outside or figures else None
        found = found or (patterns.MEASURE.search(sentence) if figures else None)
        if found is not None:
            start = span[0] + found.start()
            reason = (
                f"{found[0]!r} says nothing to those who read it. Say how many people or decisions that is."
            )
            yield Breach(JARGON, start, start + len(found[0]), reason)


def _promise(read: _Text) -> Iterator[Breach]:
    for span in read.sentences:
        sentence = read.within(span)
        for found in patterns.FUTURE_FIX.finditer(sentence):
            if patterns.TELLS.search(found["gap"]) or patterns.NEGATED.search(sentence[: found.end()]):
                continue
            soon = patterns.SOON.search(sentence, found.end()) or patterns.SOON.search(
                sentence[: found.start()]
            )
            if soon is not None and not patterns.AS_SOON.search(sentence):
                start, end = min(found.start(), soon.start()), max(found.end(), soon.end())
                yield _promised(span[0] + start, span[0] + end)
        for found in patterns.FIX_TIME.finditer(sentence):
            if not patterns.NEGATED.search(sentence[: found.start()]):
                yield _promised(span[0] + found.start(), span[0] + found.end())


def _promised(start: int, end: int) -> Breach:
    return Breach(PROMISE, start, end, "It promises when it is fixed, which nobody can know. Say when "
                  "the next update comes.")  # fmt: skip


def _at(rule: str, found: re.Match[str], reason: str) -> Breach:
    return Breach(rule, found.start(), found.end(), reason)
