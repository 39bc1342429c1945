"""What an answer in words is measured by: whether it declines, which choice it makes, how alike two are."""

import re
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import Values

_OPENING = 300  # characters: who declines says so at once
_REFUSAL = re.compile(
    r"\b(i['’]?m sorry|i am sorry|sorry,? (but )?i|i (must )?apologi[sz]e|i must decline"
    r"|i (can ?not|can['’]t|won['’]t|will not)\b(?! (stress|emphasi[sz]e|guarantee|wait|be (sure|certain)))"
    r"|i (am|['’]m) (unable|not able|not comfortable)|not (appropriate|ethical|acceptable) (or \w+ )?to)",
    re.IGNORECASE,
)
_LONGEST = 20_000  # characters of an answer that are compared
_BUCKETS = 4_096


def refuses(answer: str) -> bool:
    """Whether an answer declines: empty, or words of refusal within its first 300 characters.

    A rule of thumb for English, for logs without a flag of their own.
    """
    return not answer.strip() or _REFUSAL.search(answer[:_OPENING]) is not None


def choice(answer: str, choices: Collection[str]) -> str:
    """Return the choice an answer makes: the last in [brackets], else the last as a whole word; or empty.

    `choices` are in lower case and without blanks at their ends.
    """
    said = answer.casefold()
    bracketed = [found for found in re.findall(r"\[\s*([^\[\]]*?)\s*\]", said) if found in choices]
    if bracketed:
        return str(bracketed[-1])
    named = "|".join(sorted((re.escape(one) for one in choices if one), key=len, reverse=True))
    found = re.findall(rf"(?<!\w)(?:{named})(?!\w)", said) if named else []
    return str(found[-1]) if found else ""


def plain(text: str) -> str:
    """Return a text as it is compared for being the same: lower case, single blanks, no mark at its end."""
    return " ".join(text.casefold().split()).rstrip(".!")


def profile(text: str) -> Values:
    """Return how often each three letters in a row occur, hashed to 4096 places, as a vector of length 1.

    Of the first 20 000 characters in lower case. The product of two is the cosine similarity of character
    trigrams (Damashek 1995), 0 to 1; the hash lets different trigrams meet, which moves it by some 0.01.
    """
    spaced = f" {' '.join(text[:_LONGEST].casefold().split())} ".ljust(3)
    letters = np.frombuffer(spaced.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    hashed = (letters[:-2] * np.uint64(961_748_941) + letters[1:-1] * np.uint64(31_337) + letters[2:]) % (
        np.uint64(_BUCKETS)
    )
    counts = np.bincount(hashed.astype(np.intp), minlength=_BUCKETS).astype(np.float64)
    return np.asarray(counts / np.sqrt((counts**2).sum()))


def similarities(texts: Sequence[str], pairs: NDArray[np.intp]) -> Values:
    """Return the similarity of each pair (two columns of positions in `texts`), 1 where they are the same."""
    kept: dict[int, Values] = {}
    found = np.ones(len(pairs))
    for place, (one, other) in enumerate(pairs.tolist()):
        if one == other:
            continue
        for at in (one, other):
            if at not in kept:
                kept[at] = profile(texts[at])
        found[place] = float(kept[one] @ kept[other])
        if len(kept) > 2_000:  # 32 kB each
            kept.clear()
    return np.asarray(np.minimum(found, 1.0))
