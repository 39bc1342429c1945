"""Notices out of a store: one for every stage of the law, as of an entry, redacted, written and recorded."""

from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.filing_cases import SA, A, B, Case, breach
from tocsin.errors import BadInput, NotAllowed
from tocsin.model.document import Paper, Printing, Standing
from tocsin.model.filing import Filled
from tocsin.model.journal import DocumentExported
from tocsin.model.regime import COUNTING_KINDS
from tocsin.operations import answers, duties, facts, filings, incidents, notice, timeline
from tocsin.operations.filing_record import ground
from tocsin.operations.filings_view import of
from tocsin.operations.notice_parts import notice_of
from tocsin.policy.regimes import load_shipped
from tocsin.reports import notice as paper
from tocsin.reports import worksheet
from tocsin.store.folder import Store

STAGES = [
    f"{regime.id}/{stage.id}"
    for regime in load_shipped().regimes
    if regime.kind in COUNTING_KINDS
    for stage in regime.stages
]


@pytest.fixture
def case(store: Store) -> Case:
    return breach(store)


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_there_is_a_notice_for_every_stage(case: Case) -> None:
    base = ground(case.store, case.incident)
    for duty in STAGES:
        made = notice_of(of(base, duty), Standing.DRAFT, None)
        assert made.entries, duty
        assert all((made.duty, made.recipient, made.citation)), duty
        assert all(one.citation and one.text for one in made.entries), duty


def _printed(case: Case, duty: str) -> None:
    base = ground(case.store, case.incident)
    made = notice_of(of(base, duty), Standing.DRAFT, None)
    for size in Paper:
        text = "".join(text_of(paper.render(made, Printing(size))).split())
        assert all("".join(one.label.split()) in text for one in made.entries), duty
    assert worksheet.render(made, Printing())


@pytest.mark.parametrize("duty", STAGES[::80])
def test_some_of_them_on_paper(case: Case, duty: str) -> None:
    _printed(case, duty)


@pytest.mark.soak
def test_all_of_them_on_paper(case: Case) -> None:
    for duty in STAGES:
        _printed(case, duty)


def test_a_notice_as_of_an_entry_does_not_change(case: Case) -> None:
    case.begin()
    before = notice.model(case.store, case.incident, SA)
    pdf = notice.render(before, Printing())
    filings.edit(case.store, A, case.filing, {"mitigation": Filled("Passwords were reset.")})
    timeline.add(case.store, A, case.incident, "and more", lane="done")
    again = notice.model(case.store, case.incident, SA, as_of=before.as_of.entry)
    assert notice.render(again, Printing()) == pdf
    assert notice.render(notice.model(case.store, case.incident, SA), Printing()) != pdf


def test_it_says_as_filed_once_a_second_person_approved_it(case: Case) -> None:
    case.begin()
    with pytest.raises(NotAllowed, match="AS FILED"):
        notice.model(case.store, case.incident, SA, printing=Printing(standing=Standing.AS_FILED))
    case.approved()
    assert notice.model(case.store, case.incident, SA).standing is Standing.AS_FILED
    typed = notice.model(case.store, case.incident, SA, set={"nature": Filled("Typed.")})
    assert typed.standing is Standing.DRAFT  # what nobody has read
    assert any(one.text == "Typed." for one in typed.entries)
    assert not any(one.text == "Typed." for one in notice.model(case.store, case.incident, SA).entries)
    with pytest.raises(BadInput):
        notice.model(case.store, case.incident, SA, set={"no_such": Filled("x")})


def test_who_wrote_and_approved_stays_inside(case: Case) -> None:
    case.begin().approved()
    filings.file(case.store, B, case.filing, how="portal", receipt="AZ 1")
    outside = text_of(notice.render(notice.model(case.store, case.incident, SA), Printing()))
    kept = text_of(notice.render(notice.internal(case.store, case.incident, SA), Printing()))
    for secret in ("Operator A", "Operator B", "Impact,", "Under whose law"):
        assert secret in kept
        assert secret not in outside
    assert "AZ 1" in outside


def test_the_record_copy_stays_as_it_was_filed(case: Case) -> None:
    case.begin().approved()
    filings.file(case.store, B, case.filing, how="portal", receipt="AZ 1")
    filed = notice.render(notice.model(case.store, case.incident, SA), Printing())
    answers.answer(case.store, A, "legal_name", ("Another Name GmbH",))
    incidents.set_fields(case.store, A, case.incident, {"impact": "Far worse."})
    assert notice.render(notice.model(case.store, case.incident, SA), Printing()) == filed
    assert "Example Retail GmbH" in text_of(filed)


def test_outside_persons_are_replaced(case: Case) -> None:
    incidents.set_fields(case.store, A, case.incident, {"impact": "Operator B saw it first."})
    plain = text_of(notice.render(notice.model(case.store, case.incident, SA), Printing()))
    filings.open(case.store, B, case.incident, SA)
    how = Printing(outside=True)
    redacted = text_of(notice.render(notice.model(case.store, case.incident, SA, printing=how), how))
    assert "Operator B saw it first." in plain
    assert "Operator" not in redacted
    assert "dpo@example.test" in redacted  # whom the authority may call is no secret


def test_the_internal_copy_may_carry_the_incident(case: Case, tmp_path: Path) -> None:
    target, how = tmp_path / "inside.pdf", Printing(record=True)
    notice.export(case.store, A, case.incident, SA, target, printing=how, inside=True)
    (content,) = PdfReader(target).attachments["incident.json"]
    assert b"Orders of other customers were shown." in content
    with pytest.raises(BadInput, match="internal copy only"):
        notice.export(case.store, A, case.incident, SA, target, printing=how)


def test_an_export_is_recorded_with_its_hash(case: Case, tmp_path: Path) -> None:
    case.begin()
    target = tmp_path / "notice.pdf"
    entry = notice.export(case.store, A, case.incident, SA, target, printing=Printing(Paper.LETTER))
    body = entry.body
    assert isinstance(body, DocumentExported)
    assert (body.paper, body.standing, body.filing) == ("Letter", "DRAFT", case.filing)
    assert target.read_bytes()[:5] == b"%PDF-"
    with pytest.raises(BadInput, match="not a place"):
        notice.export(case.store, A, case.incident, SA, case.store.path / "journal.db")


def test_a_limit_in_days_ends_where_its_days_are_counted(case: Case) -> None:
    """New York's end of the day, whatever the zone of the store."""
    facts.state(case.store, A, case.incident, "determination_material", at=case.store.now())
    rule = duties.rule(case.store, A, case.incident, "us-sec-8k-105/file", True, "It is listed.")
    assert rule
    made = notice.model(case.store, case.incident, "us-sec-8k-105/file")
    assert made.clock is None or made.clock.zone == "America/New_York"
    kept = notice.internal(case.store, case.incident, "us-sec-8k-105/file")
    assert "23:59:59 UTC-05:00" in text_of(notice.render(kept, Printing()))
