"""What other tools call a severity, in the words that are stored: critical, high, medium, low."""

import re

UNSTATED = "medium"
_WORDS = {
    "critical": ("critical", "page", "fatal", "emergency", "disaster", "urgent", "crit", "blocker"),
    "high": ("high", "error", "err", "major", "severe", "alert"),
    "medium": ("medium", "warning", "warn", "minor", "moderate", "average", "ticket"),
    "low": ("low", "info", "none", "notice", "informational", "information", "debug", "ok", "trivial"),
}
_LEVELS = {word: level for level, words in _WORDS.items() for word in words}
_NUMBERED = ("critical", "high", "medium", "low", "low")  # P1 or SEV1 to P5


def severity(word: str) -> str:
    """Return the severity a word means; "" when it means none that is known."""
    plain = word.strip().lower()
    if numbered := re.fullmatch(r"(?:p|sev|severity)[ -]?([1-5])", plain):
        return _NUMBERED[int(numbered[1]) - 1]
    return _LEVELS.get(plain, "")
