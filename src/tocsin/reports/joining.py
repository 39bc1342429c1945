"""Arabic letters joined: each in the form it has at its place in the word, as fonts without rules need it."""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arabic_reshaper import ArabicReshaper

_LETTERS = (
    "\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06df-\u06e8\u06ea-\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff"
)
# Between two letters the joiner and the non-joiner only say whether these join: Persian writes so.
_WORD = re.compile(f"[{_LETTERS}]+(?:[\u200c\u200d]+[{_LETTERS}]+)*")
_SIGNS = ("", " WITH HAMZA ABOVE", " WITH HAMZA BELOW", " WITH MADDA ABOVE")
_FORM = re.compile("[\ufb50-\ufdff\ufe70-\ufeff]")


def joined(text: str) -> str:
    """Return a text in the order of reading with its Arabic words in joined forms."""
    return text if text.isascii() else _WORD.sub(lambda word: _joined(word[0]), text)


def apart(character: str) -> str:
    """Return the letters a joined form stands for, in the order of reading."""
    return unicodedata.normalize("NFKC", character) if _FORM.match(character) else character


def _joined(word: str) -> str:
    forms: str = _reshaper().reshape(word)
    return forms.replace("\u200c", "").replace("\u200d", "")


@cache
def _reshaper() -> "ArabicReshaper":
    from arabic_reshaper import ArabicReshaper
    from arabic_reshaper.ligatures import LIGATURES

    # Only the joins of lam and alef are a must; nothing is left out.
    must = (
        "ARABIC LIGATURE LAM WITH ALEF",
        *(f"ARABIC LIGATURE LAM WITH ALEF WITH {sign}" for sign in _SIGNS),
    )
    options = {
        "language": "Arabic",
        "support_ligatures": True,
        "support_zwj": True,
        "delete_harakat": False,
        "delete_tatweel": False,
        "shift_harakat_position": False,
        "use_unshaped_instead_of_isolated": False,
        **{name: name in must for name, _ in LIGATURES},
    }
    return ArabicReshaper({name: str(value) for name, value in options.items()})
