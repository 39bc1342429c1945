"""What the sheet of triage asks, in order, with the keys of the answers; and what was answered so far."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tocsin.model import triage
from tocsin.model.triage import UNKNOWN, UNKNOWN_KEY, Verdict
from tocsin.operations.triage import CHOICES, TriageView

_FIELDS = {
    "type": ("What type of incident is it?", "It decides who takes over, and the playbook"),
    "category": ("What goes wrong?", "The category, as reports and trends count it"),
    "channel": ("Who noticed it?", "The way it reached us"),
    "hypothesis": (
        "Where may the fault lie?",
        "A first guess, to be corrected: contain first, diagnose second",
    ),
}
_NOT_KNOWN = "Not known"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: the key that gives it, its id, its words. The id of not knowing is `UNKNOWN`."""

    key: str
    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked: a question of the pack, or (`is_field`) a field of the incident."""

    id: str
    text: str
    help: str
    options: tuple[Option, ...]
    is_field: bool = False
    suggested: str = ""

    def option(self, key: str) -> Option | None:
        """Return the answer a key gives: its own, or the place of the answer as a digit."""
        own = next((one for one in self.options if one.key == key.lower()), None)
        place = int(key) - 1 if key.isdigit() and key.isascii() else -1
        return own or (self.options[place] if 0 <= place < len(self.options) else None)


@dataclass
class Draft:
    """What was answered so far. The id is made with it, so that confirming twice records once.

    `offered` are the fields as they were set when it began.
    """

    id: str
    answers: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    scope: str = ""
    level: str = ""  # taken by hand, empty while the answers say it
    override: str = ""
    offered: dict[str, str] = field(default_factory=dict)

    def given(self, asked: Asked) -> str:
        """Return the id of the answer given, empty while there is none."""
        return (self.fields if asked.is_field else self.answers).get(asked.id, "")

    def give(self, asked: Asked, answer: str) -> None:
        """Take an answer."""
        (self.fields if asked.is_field else self.answers)[asked.id] = answer

    @property
    def values(self) -> dict[str, str]:
        """The fields to write: those said here. What others set meanwhile is not set back."""
        said = {name: "" if value == UNKNOWN else value for name, value in self.fields.items()}
        said["scope"] = self.scope.strip()
        return {name: value for name, value in said.items() if value != self.offered.get(name, "")}


def begun(view: TriageView, id: str) -> Draft:
    """Return the draft a triage begins with: what was answered before, and the fields that are set."""
    set_ = {name: said for name, said in view.fields.items() if name in _FIELDS and said in CHOICES[name]}
    scope = view.fields["scope"]
    return Draft(id, dict(view.answers), set_, scope, offered={**set_, "scope": scope.strip()})


def renewed(draft: Draft, view: TriageView) -> Draft:
    """Return a draft that was kept, with what others set meanwhile of the fields nobody touched here."""
    new, said = begun(view, draft.id), draft.values
    fields = new.fields | {name: value for name, value in draft.fields.items() if name in said}
    scope = draft.scope if "scope" in said else new.scope
    return replace(draft, fields=fields, scope=scope, offered=new.offered)


def asked(view: TriageView) -> Iterator[Asked]:
    """Yield what is asked: the questions of the pack that rules the incident, then the fields."""
    unknown = Option(UNKNOWN_KEY, UNKNOWN, _NOT_KNOWN)
    for question in view.scheme.triage.questions:
        options = (Option(a.key.lower() or str(i), a.id, a.text) for i, a in enumerate(question.answers, 1))
        yield Asked(question.id, question.text, question.help, (*options, unknown))
    for name, (text, help) in _FIELDS.items():
        options = (Option(str(i), id, words) for i, (id, words) in enumerate(CHOICES[name].items(), 1))
        yield Asked(name, text, help, (*options, unknown), True, view.suggested.get(name, ""))


def verdict(view: TriageView, draft: Draft) -> Verdict | None:
    """Return what the answers so far lead to."""
    return triage.verdict(view.scheme.triage, draft.answers)


def told(view: TriageView, found: Verdict, draft: Draft) -> str:
    """Return what tipped the level or what it rests on that is not known, in a line."""
    table = view.scheme.triage
    names = found.unknown or found.tipped
    said = []
    for id in names:
        question = table.question(id)
        answer = question.answer(draft.answers.get(id, UNKNOWN)) if question else None
        said.append(f"{question.text if question else id} {answer.text if answer else 'not known yet'}")
    word = "Not known yet" if found.unknown else "Tipped by"
    if not said:
        return "No single answer tipped it."
    if found.unknown:
        return f"{word}: {' · '.join(text.removesuffix(' not known yet') for text in said)}"
    return f"{word}: {' · '.join(said)}"
