"""Triage: a few questions whose answers lead to a level, with the reason in words (domain.md T1, T2)."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to choose. `key` is the key that gives it."""

    id: str
    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a pack. "unknown" may always be answered and leads to no rule by itself."""

    id: str
    text: str
    answers: tuple[Answer, ...]
    help: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """Answers that lead to a level: question id to the answers that fit, all of which have to.

    `because` is the reason as people read it.
    """

    level: str
    because: str
    when: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Triage:
    """The questions in the order they are asked, and the rules: the first that fits holds, gravest first.

    `otherwise` is the level where none fits; a pack without questions has none to suggest.
    """

    questions: tuple[Question, ...] = ()
    rules: tuple[Rule, ...] = ()
    otherwise: str = ""
