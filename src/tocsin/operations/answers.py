"""Answering the questions that decide which duties apply: each once, with who and when."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from tocsin.errors import BadInput, Missing, NotFound
from tocsin.model import answers as model
from tocsin.model.answers import Answer
from tocsin.model.conduct import Said
from tocsin.model.filing import QuestionAnswered
from tocsin.model.incident import Incident, standing
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.regime import Answers, Question, Rules, Scope
from tocsin.operations import regimes
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents, journal, systems
from tocsin.store.database import Connection
from tocsin.store.folder import Store, Write

ORGANISATION = "organisation"
_SYSTEM = "system:"
_KINDS = ("question.answered", "undone")
_MOST, _LONGEST = 100, 2000
_THOUSANDS = re.compile(r"(?<=\d)[, ](?=\d{3}(?!\d))")  # no other comma: 1,5 is not 15

# Answers of the store as they stand, by subject (organisation, system:ID) and question.
Shared = dict[str, dict[str, Answer]]


def answer(
    store: Store,
    author: Author,
    question: str,
    values: Sequence[str],
    *,
    incident: str = "",
    system: str = "",
    note: str = "",
    id: str = "",
) -> Entry:
    """Answer a question, or take its answer back with no values; `id` makes a retry store once.

    An incident's question needs the `incident`, a system's the `system` by name or an incident of it. Raises
    NotFound, Missing, BadInput for what is no answer to it.
    """
    note = limited(note, _LONGEST) if note.strip() else ""
    regimes.make_ready(store)
    with store.write() as write:
        if id and (done := journal.find(write.connection, id)) is not None:
            return done
        rules = regimes.in_force(write, author)
        asked = find(rules, question)
        given = checked(asked, values)
        known = incidents.get(write.connection, incident) if incident else None
        subject = _subject(write, asked, known, system)
        about = known.id if known is not None and asked.scope is Scope.INCIDENT else ""
        body = QuestionAnswered(asked.id, given, note, asked.text, model.said(asked, given))
        return write.add(author, body, incident=about, subject=subject, id=id)


def find(rules: Rules, question: str) -> Question:
    """Return a question by its id. Raises NotFound."""
    found = model.question_of(rules, question.strip())
    if found is None:
        raise NotFound(
            "there is no such question.", where=question[:100], hint="`tocsin duties INCIDENT questions`."
        )
    return found


def checked(question: Question, values: Sequence[str]) -> tuple[str, ...]:
    """Return an answer as it is stored; none takes it back. Raises BadInput for what is no answer."""
    if len(values) > _MOST:
        raise BadInput(f"at most {_MOST} answers to a question.", where=question.id)
    given = tuple(dict.fromkeys(value.strip() for value in values if value.strip()))
    if question.answers is Answers.TEXT:
        given = (limited(" ".join(given), _LONGEST),) if given else ()
    elif question.answers is not Answers.NUMBER:
        given = tuple(_by_title(question, value) for value in given)
    else:
        given = tuple(_THOUSANDS.sub("", value) for value in given)
    if given and not model.fits(question, given):
        raise BadInput(f"this is no answer to “{question.text}”.", where=", ".join(given)[:100],
                       hint=_choices(question))  # fmt: skip
    return given


def limited(text: str, longest: int) -> str:
    """Return a text without blanks at its ends. Raises BadInput for an empty or over-long one."""
    trimmed = checked_text(text)
    if len(trimmed) > longest:
        raise BadInput(f"the text has {len(trimmed):,} characters; the limit is {longest:,}.")
    return trimmed


def of(connection: Connection, incident: Incident, until: datetime | None = None) -> dict[str, Answer]:
    """Return every answer that counts for an incident, by question: organisation's, system's and its own.

    `until` leaves out what was answered later.
    """
    return joined(shared(connection, until), incident, until)


def shared(connection: Connection, until: datetime | None = None) -> Shared:
    """Return the answers of the organisation and of systems, by subject."""
    return _shared(journal.entries(connection, incident="", kinds=_KINDS), until)


def joined(known: Shared, incident: Incident, until: datetime | None = None) -> dict[str, Answer]:
    """Return the answers that count for an incident out of those of the store and its own."""
    own = _standing(_of_said(one) for one in incident.conduct.answers if until is None or one.at <= until)
    system = known.get(f"{_SYSTEM}{incident.system}", {})
    return {**known.get(ORGANISATION, {}), **system, **own}


def folded(entries: Iterable[Entry], incident: Incident, until: datetime | None = None) -> dict[str, Answer]:
    """Return the answers that count for an incident out of the store's entries in order, up to an instant."""
    return joined(_shared((one for one in entries if not one.incident), until), incident, until)


def _shared(entries: Iterable[Entry], until: datetime | None) -> Shared:
    about: dict[str, list[Answer]] = {}
    for entry in standing(entries):
        at = entry.happened.at
        if isinstance(entry.body, QuestionAnswered) and (until is None or at <= until):
            said = Said(entry.id, at, entry.author.name, entry.body)
            about.setdefault(entry.subject, []).append(_of_said(said))
    return {subject: _standing(found) for subject, found in about.items()}


def _of_said(said: Said[QuestionAnswered]) -> Answer:
    return Answer(said.body.question, said.body.values, said.by, said.at, said.body.note)


def _standing(given: Iterable[Answer]) -> dict[str, Answer]:
    newest = {one.question: one for one in given}
    return {id_: one for id_, one in newest.items() if one.values}


def _subject(write: Write, question: Question, incident: Incident | None, system: str) -> str:
    if question.scope is Scope.ORGANISATION:
        return ORGANISATION
    if question.scope is Scope.INCIDENT:
        if incident is None:
            raise Missing("this question is about an incident: say which.", where=question.id)
        return incident.id
    if system:
        known = systems.by_name(write.connection, system)
        if known is None:
            raise NotFound("there is no such system.", where=system[:100])
        return f"{_SYSTEM}{known.id}"
    if incident is None:
        raise Missing("this question is about a system: say which, or an incident of it.", where=question.id)
    return f"{_SYSTEM}{incident.system}"


def _by_title(question: Question, value: str) -> str:
    """The id of a choice, also where somebody wrote its title or "Yes"."""
    titles = {choice.title.casefold(): choice.id for choice in question.choices}
    lowered = value.casefold()
    if question.answers is Answers.YES_NO:
        return {"y": model.YES, "n": model.NO}.get(lowered, lowered)
    known = {choice.id for choice in question.choices}
    return value if value in known else titles.get(lowered, value)


def _choices(question: Question) -> str:
    match question.answers:
        case Answers.YES_NO:
            return "Answer yes or no."
        case Answers.ONE:
            return f"One of: {', '.join(choice.id for choice in question.choices)}."
        case Answers.MANY:
            return f"One or more of: {', '.join(choice.id for choice in question.choices)}; or none alone."
        case Answers.NUMBER:
            return "A whole number."
        case _:
            return "A text."
