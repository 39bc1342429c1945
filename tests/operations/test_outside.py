"""What leaves for readers outside holds nothing internal: not in its text, nor anywhere in its file."""

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pypdf import PdfReader
from pypdf.generic import ByteStringObject, DictionaryObject, StreamObject, TextStringObject

from tests import letter_lists
from tocsin.model.document import Printing
from tocsin.model.filing import Filled
from tocsin.model.incident_fields import TEXTS
from tocsin.model.instant import When
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import (
    answers,
    contacts,
    documents,
    duties,
    filings,
    incidents,
    letters,
    notice,
    redaction,
    roles,
    timeline,
)
from tocsin.operations.letters import Asked
from tocsin.operations.progress import finish
from tocsin.reports import notice as paper
from tocsin.reports import worksheet
from tocsin.store.folder import Store

NAMES = ("Xaviera Quillfeather", "Bartholomew Zzyzx", "Ottoline Vandersnoot", "Peregrine Hughtwistle")
A, B = Author(NAMES[0]), Author(NAMES[1])
# Parts of names, addresses, what was marked: none of it may be found in any spelling of blanks or case.
INTERNAL = (
    *NAMES,
    *(part for name in NAMES for part in name.split()),
    "xaviera.q@internal.example",
    "030 5550 1234",
    "+49 30 5550 1234",
    "was on sick leave with migraine",
    "privileged advice of counsel number seven",
    "the whole of this line is about a person",
)
DUTIES = ("eu-gdpr-33/notify_sa", "eu-gdpr-34/letter", "us-ecoa-regb-1002-9/adverse")
OUTSIDE = Printing(outside=True)


@pytest.fixture
def incident(store: Store, clock: ManualClock) -> str:
    """An incident in which every text that people write speaks of people and of what is personal."""
    contacts.save(store, A, NAMES[2], phone="+49 30 5550 1234", email="xaviera.q@internal.example")
    known = incidents.declare(
        store, A, title=f"Scores fall, says {NAMES[1]}", system="Loan scoring", severity="SEV-1"
    ).id
    told = (
        "{0} told quillfeather, bartholomew.zzyzx and OTTOLINE VANDERSNOOT (xaviera.q@internal.example, "
        "030 5550 1234) while the analyst was on sick leave with migraine; see privileged advice of counsel "
        "number seven. {1}"
    )
    for number, name in enumerate(TEXTS):
        incidents.set_fields(store, A, known, {name: told.format(NAMES[number % 4], name)})
    for lane in ("happened", "detected", "decided", "done", "told", "deployed", "noted"):
        clock.advance(minutes=1)
        timeline.add(store, B, known, told.format(NAMES[3], lane), lane=lane, happened=When(store.now()))
    whole = timeline.add(store, A, known, "The whole of this line is about a person, and nothing else.").id
    first = timeline.listed(store, known)[0].id
    redaction.mark(store, A, known, whole)
    redaction.mark(store, A, known, first, passage="was on sick leave with migraine")
    redaction.mark(store, A, known, first, passage="privileged advice of counsel number seven")
    roles.assume_role(store, A, known, "compliance", NAMES[3])
    incidents.move(
        store, B, known, "contained", at=store.now() - timedelta(seconds=1), note=told.format(*NAMES)
    )
    for duty in DUTIES:
        duties.rule(store, A, known, duty, True, "Ruled for the test.")
    answers.answer(store, A, "legal_name", ("Example Bank plc",))
    return known


def everything(content: bytes) -> str:
    """Return all that is readable in a PDF: pages, every string and stream of it, in small letters."""
    reader = PdfReader(io.BytesIO(content))
    parts = [page.extract_text() for page in reader.pages]
    parts += list(_strings(reader))
    parts.append(content.decode("latin-1"))
    return " ".join(" ".join(parts).split()).casefold()


def _strings(reader: PdfReader) -> Iterator[str]:
    for number in sorted({*reader.xref.get(0, {}), *reader.xref_objStm}):
        found = reader.get_object(number)
        if isinstance(found, StreamObject):
            data = found.get_data()
            yield data.decode("utf-8", "ignore")
            yield data.decode("utf-16-be", "ignore")
        if isinstance(found, DictionaryObject):
            for value in found.values():
                if isinstance(value, TextStringObject | ByteStringObject):
                    yield str(value)


def found_in(content: bytes) -> list[str]:
    told = everything(content)
    close = told.replace(" ", "")
    return [one for one in INTERNAL if one.casefold() in told or one.casefold().replace(" ", "") in close]


def test_documents_for_outsiders_hold_nothing_internal(store: Store, incident: str) -> None:
    kinds = [one for one in documents.KINDS.values() if one.outside]
    made = {
        one.id: documents.make(store, incident if one.of == documents.INCIDENT else "", one.id, OUTSIDE)
        for one in kinds
    }
    assert {id: found_in(one.content) for id, one in made.items()} == {one.id: [] for one in kinds}


def test_what_is_looked_for_would_be_found(store: Store, incident: str) -> None:
    made = documents.make(store, incident, "report", Printing())
    assert len(found_in(made.content)) >= len(INTERNAL) - 2


def test_notices_for_outsiders_hold_nothing_internal(store: Store, incident: str) -> None:
    for duty in DUTIES:
        filing = filings.open(store, A, incident, duty).id
        view = filings.look(store, incident, duty)
        wanted = {one.field.id: Filled("Words with Bartholomew Zzyzx in them") for one in view.fields[:3]}
        filings.edit(store, A, filing, wanted)
        made = notice.model(store, incident, duty, printing=OUTSIDE)
        for content in (paper.render(made, OUTSIDE), worksheet.render(made, OUTSIDE)):
            assert (duty, found_in(content)) == (duty, [])


def test_letters_hold_nothing_of_the_record(store: Store, incident: str) -> None:
    folder = store.path.parent
    people = letter_lists.write(folder / "p.csv", "gdpr-34", [letter_lists.person(1)])
    asked = Asked("gdpr-34", people, given=letter_lists.BREACH)
    finish(letters.make(store, A, incident, asked, folder / "l.pdf"))
    assert found_in((folder / "l.pdf").read_bytes()) == []
