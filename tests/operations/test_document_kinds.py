"""Every kind of document from a store: what it tells, as of an entry, on both papers, inside and outside."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from tocsin.errors import BadInput, NotFound
from tocsin.model.document import Paper, Printing, Standing
from tocsin.model.incident import Incident
from tocsin.model.incident_fields import FIELDS
from tocsin.model.instant import When
from tocsin.model.journal import DocumentExported, ImportCompleted
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import (
    answers,
    deployments,
    diagnosis,
    documents,
    evidence,
    facts,
    incidents,
    redaction,
    timeline,
)
from tocsin.operations.documents import KINDS, STORE
from tocsin.operations.progress import finish
from tocsin.store import journal
from tocsin.store.folder import Store

A, B = Author("Operator A"), Author("Operator B")
TEXTS = {
    "impact": "About 1 240 applicants were declined wrongly.",
    "impact_users": "1 240 applicants, 310 of whom would have been approved.",
    "impact_decisions": "2 016 decisions.",
    "impact_business": "3.1 M not lent.",
    "harm": "Credit was refused.",
    "reversibility": "A decision can be made again.",
    "correction": "Decide all of them anew.",
    "root_cause": "A join counted employment twice.",
    "cause_organisational": "The owners of the model saw no change.",
    "detection_gap": "The segment had no monitor.",
    "remediation": "Rolled back.",
    "remediation_immediate": "Declines suspended.",
    "remediation_short": "Replay of the decisions.",
    "remediation_long": "Monitors for all groups.",
    "prevention": "[x] Pin the pipeline\n[ ] Monitor by age group",
    "review_kill_switch": "There is one; it was not needed.",
    "hypothesis": "data",
}


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.fixture
def incident(store: Store, clock: ManualClock, tmp_path: Path) -> Incident:
    """One with every text, a file, an import, deployments, a layer judged and answers of the law."""
    found = incidents.declare(store, A, title="Over-60s are declined twice as often", system="credit-scorer")
    clock.advance(minutes=10)
    now = clock.now()
    start = When(now - timedelta(days=2), now - timedelta(days=2, hours=2), now - timedelta(hours=46))
    incidents.set_fields(store, A, found.id, {**TEXTS, "start": start})
    deployments.record(store, A, "credit-scorer", "scorer", "v14", since=When(now - timedelta(days=2)))
    deployments.record(
        store, A, "credit-scorer", "words", "p7", kind="prompt", since=When(now - timedelta(days=9))
    )
    diagnosis.judge(store, B, found.id, "deployment", "confirmed", evidence="v13 does not show it")
    timeline.log(store, B, found.id, "/do Operator B suspended the group")
    timeline.log(store, B, found.id, "/decide Said inside only, by us")
    file = tmp_path / "trace.txt"
    file.write_bytes(b"rows\n" * 50)
    finish(evidence.attach(store, B, found.id, file))
    with store.write() as write:
        write.add(A, ImportCompleted("log.csv", "ab" * 32, "csv", "samples", found.system, 9, 9, 0, 0))
    answers.answer(store, A, "jurisdictions", ["eu"])
    answers.answer(store, A, "data_role", ["controller"], incident=found.id)
    answers.answer(
        store, A, "personal_data_breach", ["yes"], incident=found.id, note="Employment data leaked"
    )
    answers.answer(store, A, "breach_risk", ["high"], incident=found.id)
    facts.state(store, A, found.id, "awareness", clock.now(), "A call")
    clock.advance(minutes=30)
    incidents.move(store, A, found.id, "contained", note="group suspended")
    return incidents.get(store, found.id)


def of(kind: str, incident: Incident) -> str:
    return "" if KINDS[kind].of == STORE else incident.reference


M5 = (
    "impact", "impact_users", "impact_decisions", "impact_business", "root_cause", "remediation",
    "remediation_immediate", "remediation_short", "remediation_long",
)  # fmt: skip
# What a reader of each is promised, in words that stand on its pages.
PROMISED = {
    "report": [
        *(TEXTS[name] for name in M5), "Pin the pipeline", "Monitor by age group", "Duties and filings",
        "Notification to supervisory authority", "Timeline",
    ],
    "brief": ["1What happened", "4Next deadlines", "5Decisions needed", "Approve and file", "Page 1 of 1"],
    "handover": ["Situation summary", "Clocks that break next"],
    "review": [
        "judges no person", TEXTS["detection_gap"], TEXTS["cause_organisational"],
        TEXTS["review_kill_switch"],
        "Was retrieval monitored?", "Does the evidence suffice for a regulator?", "v13 does not show it",
        "Detection to containment", "known to have served: 1", "Steps still open", "Pin the pipeline",
    ],
    "assessment": [
        TEXTS["harm"], TEXTS["reversibility"], TEXTS["correction"], "Annex A", "Annex E", "scorer v14",
        "ab" * 32, "no decision log of credit-scorer", "No spot check was drawn", "Not before",
        "Notices owed",
    ],
    "evidence": ["trace.txt", "250 bytes", "ab" * 32, "the incident", "The journal is a chain"],
    "register": ["Employment data leaked", "a high risk is likely", "Over-60s", "Credit was refused"],
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_tells_what_is_promised_the_same_each_time_on_either_paper(
    store: Store, incident: Incident, clock: ManualClock, kind: str
) -> None:
    made = documents.make(store, of(kind, incident), kind)
    text = squeezed(text_of(made.content))
    assert [words for words in PROMISED[kind] if squeezed(words) not in text] == []
    assert "DRAFT" in text
    assert made.report.as_of.sha256[:16] in text

    clock.advance(days=3)
    timeline.log(store, A, incident.id, "/do Written three days later")
    again = documents.make(store, of(kind, incident), kind, as_of=made.report.as_of.entry)
    assert again.content == made.content

    filed = Printing(Paper.LETTER, Standing.AS_FILED)
    letter = documents.render(replace(made.report, printing=filed))  # type: ignore[type-var]
    reader = PdfReader(BytesIO(letter))
    assert reader.pages[0].mediabox.width == 612
    assert "ASFILED" in squeezed(text_of(letter))
    assert reader.outline
    assert str(reader.root_object["/Lang"]) == "en"


def test_outsiders_read_nothing_that_is_internal(store: Store, incident: Incident) -> None:
    line = timeline.log(store, B, incident.id, "/do Wrote to a customer at 7 Sample Street")
    redaction.mark(store, A, incident.id, line.id, passage="7 Sample Street")
    internal = [
        "Operator A", "Operator B", "Said inside only", "7 Sample Street", "commander", "from detection",
        "tocsin document", "undecided",
    ]  # fmt: skip
    for kind in (one for one in KINDS.values() if one.outside):
        content = documents.make(store, of(kind.id, incident), kind.id, Printing(outside=True)).content
        info = PdfReader(BytesIO(content)).metadata
        seen = squeezed(text_of(content)) + squeezed(str(info))
        wanted = [
            words
            for words in internal
            if kind.id == "report"
            or words in ("Operator A", "Operator B", "7 Sample Street", "tocsin document")
            or (kind.id == "assessment" and words == "undecided")
        ]
        assert [words for words in wanted if squeezed(words) in seen] == [], kind.id
    inside = squeezed(text_of(documents.make(store, incident.id).content))
    assert [words for words in internal if squeezed(words) not in inside] == []
    for kind in (one for one in KINDS.values() if not one.outside):
        with pytest.raises(BadInput, match="inside only"):
            documents.make(store, incident.reference, kind.id, Printing(outside=True))


def test_the_index_lists_what_left_with_the_hash_of_the_file_but_not_itself(
    store: Store, incident: Incident, tmp_path: Path
) -> None:
    target = tmp_path / "report.pdf"
    documents.export(store, A, incident.id, target, printing=Printing(Paper.LETTER, Standing.AS_FILED))
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    first = documents.make(store, incident.id, "evidence")
    text = squeezed(text_of(first.content))
    assert digest in text
    assert hashlib.sha256(b"rows\n" * 50).hexdigest() in text
    with store.journal.read() as connection:
        seq, head = journal.head_of(connection, store.site)
    assert head in text
    assert str(seq) in text
    entry = documents.file(store, A, first, tmp_path / "index.pdf")
    assert entry.body.document == "evidence index"  # type: ignore[union-attr]
    assert documents.make(store, incident.id, "evidence").content == first.content


def test_an_export_is_recorded_with_paper_and_standing_and_withdrawn_with_a_reason(
    store: Store, incident: Incident, tmp_path: Path
) -> None:
    for kind in ("report", "handover", "evidence", "register"):
        printing = Printing(Paper.LETTER, Standing.AS_FILED)
        made = documents.make(store, of(kind, incident), kind, printing)
        entry = documents.file(store, A, made, documents.path_of(store, made))
        body = entry.body
        assert isinstance(body, DocumentExported)
        assert (body.paper, body.standing, body.document) == ("Letter", "AS FILED", KINDS[kind].recorded)
        assert hashlib.sha256(Path(body.path).read_bytes()).hexdigest() == body.sha256
        assert entry.incident == ("" if kind == "register" else incident.id)
    known = incidents.get(store, incident.id)
    assert (len(known.exports), len(known.reports)) == (2, 1)
    documents.withdraw(store, A, known.reports[0], "named the wrong segment")
    assert incidents.get(store, incident.id).reports == ()
    assert len(incidents.get(store, incident.id).exports) == 1


def test_only_breaches_stand_in_the_register_told_or_not(store: Store, incident: Incident) -> None:
    other = incidents.declare(store, A, title="Slow answers", system="chat")
    answers.answer(store, A, "personal_data_breach", ["no"], incident=other.id)
    text = text_of(documents.make(store, "", "register").content)
    assert incident.reference in text
    assert other.reference not in text
    answers.answer(store, A, "personal_data_breach", ["no"], incident=incident.id)
    assert "No incident in this store" in text_of(documents.make(store, "", "register").content)


def test_the_record_goes_along_inside_and_never_outside(store: Store, incident: Incident) -> None:
    made = documents.make(store, incident.id, "evidence", Printing(record=True))
    carried = PdfReader(BytesIO(made.content)).attachments["incident.json"][0]
    told: dict[str, Any] = json.loads(carried)
    assert told["fields"]["harm"] == TEXTS["harm"]
    with store.journal.read() as connection:
        own = journal.entries(connection, incident=incident.id)
    assert [one["hash"] for one in told["entries"]] == [one.hash for one in own]
    with pytest.raises(BadInput, match="outsiders"):
        documents.make(store, incident.id, "report", Printing(outside=True, record=True))
    with pytest.raises(BadInput, match="all incidents"):
        documents.make(store, "", "register", Printing(record=True))


def test_an_answer_given_later_changes_what_is_made_now_and_not_what_was_then(
    store: Store, incident: Incident
) -> None:
    before = documents.make(store, incident.id, "assessment")
    answers.answer(store, B, "jurisdictions", ["eu", "uk"])
    now = documents.make(store, incident.id, "assessment")
    assert now.report.as_of.kind == "question.answered"
    assert "ICO" in text_of(now.content)
    assert "ICO" not in text_of(before.content)
    then = documents.make(store, incident.id, "assessment", as_of=before.report.as_of.entry)
    assert then.content == before.content


def test_what_is_no_document_is_told(store: Store, incident: Incident) -> None:
    with pytest.raises(NotFound, match="no such document"):
        documents.make(store, incident.id, "novel")
    with pytest.raises(NotFound):
        documents.make(store, "INC-2026-XX-0001", "review")
    with pytest.raises(BadInput):
        documents.make(store, "", "register", as_of=documents.export(
            store, A, incident.id, store.folder("exports") / "a.pdf").id)  # fmt: skip


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_in_every_field_is_shown_literally_by_every_kind(
    store: Store, incident: Incident, kind: str
) -> None:
    hostile = '<img src="http://x/y.png"/> <b> & \x00 =cmd()|x \u202e' + "long " * 1900
    names = [
        name for name in FIELDS if name not in ("title", "severity", "type", "category", "channel", "start")
    ]
    incidents.set_fields(store, A, incident.id, dict.fromkeys(names, hostile))
    incidents.set_fields(store, A, incident.id, {"title": "<b> & " + "long " * 38})
    timeline.log(store, B, incident.id, f"/tell {hostile}")
    content = documents.make(store, of(kind, incident), kind, Printing(Paper.LETTER)).content
    assert b"/URI" not in content
    shown = "<b> &" if kind == "evidence" else '<img src="http://x/y.png"/>'
    assert squeezed(shown) in squeezed(text_of(content))
    if kind == "brief":
        assert len(PdfReader(BytesIO(content)).pages) == 1
