"""Are letters made as the law asks, whole, provable, and never half."""

import csv
import hashlib
import os
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from tests import letter_lists
from tests.letter_lists import GIVEN, person
from tocsin.errors import BadInput, NotAllowed
from tocsin.model.document import Paper, Printing, Standing
from tocsin.model.filing import LettersMade
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import answers, duties, filings, incidents, letters
from tocsin.operations.letters import Asked, LettersReport
from tocsin.operations.progress import finish
from tocsin.reports import letter_archive
from tocsin.store import journal
from tocsin.store.folder import Store

KINDS = ("adverse-action", "corrected-notice", "gdpr-34", "automated-decision")
Make = Callable[..., LettersReport]


@pytest.fixture
def incident(store: Store, author: Author) -> str:
    """An incident whose breach is likely to be a high risk to people in the EU, as a person ruled."""
    known = incidents.declare(store, author, title="Secret title", system="Loan scoring", severity="SEV-2")
    duties.rule(store, author, known.id, "eu-gdpr-34/letter", True, "High risk, says the DPO.")
    return known.id


@pytest.fixture
def make(store: Store, author: Author, incident: str, tmp_path: Path) -> Make:
    """Write rows as a list and make letters of them, into out.pdf unless told otherwise."""

    def made(
        kind: str,
        rows: list[Mapping[str, str]],
        target: str = "out.pdf",
        given: Mapping[str, str] | None = None,
        **more: Any,
    ) -> LettersReport:
        people = letter_lists.write(tmp_path / "people.csv", kind, rows)
        asked = Asked(kind, people, given=GIVEN[kind] if given is None else given, **more)
        return finish(letters.make(store, author, incident, asked, tmp_path / target))

    return made


def rows(count: int) -> list[Mapping[str, str]]:
    return [person(number) for number in range(1, count + 1)]


def text(path: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())


def proof(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("paper", list(Paper))
def test_every_kind_is_archived_and_says_what_it_was_told(
    make: Make, tmp_path: Path, kind: str, paper: Paper
) -> None:
    report = make(kind, rows(3), printing=Printing(paper))
    assert (report.letters, report.refused) == (3, 0)
    content = (tmp_path / "out.pdf").read_bytes()
    letter_archive.validate(content)
    assert report.sha256 == hashlib.sha256(content).hexdigest()
    reader = PdfReader(tmp_path / "out.pdf")
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == (
        [595, 842] if paper is Paper.A4 else [612, 792]
    )
    assert [one["/Title"] for one in reader.outline] == [  # type: ignore[call-overload]
        f"{n} · Recipient {n:05d} Família" for n in (1, 2, 3)
    ]
    said = text(tmp_path / "out.pdf")
    for value in [*GIVEN[kind].values(), "Recipient 00002 Família", "DRAFT: NOT TO BE SENT"]:
        for part in value.split("|"):
            if part not in ("yes", "reasons"):
                assert " ".join(part.split()) in said
    assert "Secret title" not in said


def test_an_enclosed_notice_stands_on_pages_of_its_own(make: Make, tmp_path: Path) -> None:
    make("corrected-notice", rows(1))
    pages = [page.extract_text() for page in PdfReader(tmp_path / "out.pdf").pages]
    assert "Correction to our notice" in pages[0]
    assert "Part I." not in pages[0]
    assert "Notice of action taken" in pages[1]
    assert "Page 2 of 2" in pages[1]


def test_an_approval_encloses_no_notice_and_needs_no_statement(make: Make, tmp_path: Path) -> None:
    given = {key: value for key, value in GIVEN["corrected-notice"].items() if key != "ecoa_statement"}
    make("corrected-notice", rows(1), given={**given, "case": "approved"})
    reader = PdfReader(tmp_path / "out.pdf")
    assert len(reader.pages) == 1
    assert "Our decision is now in your favour" in text(tmp_path / "out.pdf")
    with pytest.raises(BadInput, match="law's own words"):
        make("corrected-notice", rows(1), "again.pdf", {**given, "case": "rerun"})


def test_wording_of_the_law_is_asked_for_before_anything_is_made(make: Make, tmp_path: Path) -> None:
    given = {**GIVEN["adverse-action"], "ecoa_statement": ""}
    with pytest.raises(BadInput, match="law's own words") as told:
        make("adverse-action", rows(1), given=given)
    assert "1002.9(b)(1)" in told.value.hint
    assert [path.name for path in tmp_path.glob("out*")] == []


def test_bad_rows_are_refused_with_reasons_and_the_rest_is_made(make: Make, tmp_path: Path) -> None:
    bad: list[dict[str, str]] = [
        {"account": ""},
        {"decision date": "2026-02-30"},
        {"reason 1": "Our internal standards"},
        {"reason 1": "Insufficient score"},
        {"name": "Ann \U00010380"},
        {"name": "Ann \u202e Berg"},
        {"key factor 1": "a|b|c|d|e"},
    ]
    every = [person(1), *({**person(9), **change} for change in bad), person(2)]
    report = make("adverse-action", every)
    assert (report.letters, report.refused) == (2, len(bad))
    said = {one.row: one.reason for one in report.problems if one.refuses}
    assert "account or application is missing" in said[2]
    assert "no day" in said[3]
    assert "1002.9(b)(2)" in said[4]
    assert "1002.9(b)(2)" in said[5]
    assert "U+10380" in said[6]
    assert "U+202E" in said[7]
    assert "four key factors at most" in said[8]
    lines = proof(tmp_path / "out.csv")
    assert [line["result"] for line in lines] == ["made", *["refused"] * len(bad), "made"]
    assert lines[-1]["letter"] == "2"
    assert lines[3]["reason"].startswith("row 4 (line 5), reasons:")


def test_more_than_four_reasons_are_made_with_a_warning(make: Make) -> None:
    report = make("adverse-action", [{**person(1), "reason 1": "a1|b2|c3|d4|e5"}])
    assert (report.letters, report.refused, report.warnings) == (1, 0, 1)
    assert "more than four" in report.problems[0].reason


def test_what_is_given_but_not_printed_is_told(make: Make) -> None:
    report = make("adverse-action", rows(1), given={**GIVEN["adverse-action"], "report_used": "no"})
    assert report.letters == 1
    assert {one.column for one in report.problems} >= {"score", "key_factors"}


def test_without_a_single_letter_nothing_is_written(make: Make, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no row of the list"):
        make("adverse-action", [{**person(1), "name": ""}])
    assert [path.name for path in tmp_path.glob("*out*")] == []


def test_names_of_every_script_are_printed_and_can_be_read_back(make: Make, tmp_path: Path) -> None:
    names = ["Νίκος Παπαδόπουλος", "Иван Петров", "山田太郎", "김민준", "דוד כהן", "محمد العربي"]
    make("gdpr-34", [{**person(1), "name": name} for name in names])
    letter_archive.validate((tmp_path / "out.pdf").read_bytes())
    pages = [page.extract_text() for page in PdfReader(tmp_path / "out.pdf").pages]
    for name, page in zip(names[:4], pages, strict=False):
        assert name in page
    assert "דוד" in pages[4] or "דוד"[::-1] in pages[4]


def test_a_letter_too_long_for_its_page_goes_on_and_loses_nothing(make: Make, tmp_path: Path) -> None:
    long = " ".join(f"word{number}" for number in range(1500))
    tall = "\n".join(f"line{number}" for number in range(90))
    wide = "W" * 400
    more = {"data_used": "Date of damage", "error": long, "logic": tall, "view": wide}
    make("automated-decision", rows(2), given={**GIVEN["automated-decision"], **more})
    letter_archive.validate((tmp_path / "out.pdf").read_bytes())
    said = text(tmp_path / "out.pdf")
    assert said.count("word") == 2 * 1500
    assert [f"word{number}" for number in range(1500)] == [
        word for word in said[: said.index("line0")].split() if word.startswith("word")
    ]
    assert said.count("line89") == 2
    assert said.count("W") - said.count("Who") >= 800 - 4
    lines = proof(tmp_path / "out.csv")
    assert lines[1]["first_page"] == str(int(lines[0]["pages"]) + 1)


def test_paper_may_differ_from_row_to_row(make: Make, tmp_path: Path, store: Store, incident: str) -> None:
    people = tmp_path / "p.csv"
    people.write_text("name,reference,data,paper\nA,1,x,Letter\nB,2,x,\nC,3,x,A5\n", encoding="utf-8")
    asked = Asked("gdpr-34", people, given=GIVEN["gdpr-34"])
    report = finish(letters.make(store, Author("Operator A"), incident, asked, tmp_path / "o.pdf"))
    assert report.refused == 1
    sizes = [round(float(page.mediabox[2])) for page in PdfReader(tmp_path / "o.pdf").pages]
    assert sizes == [612, 595]


def test_one_process_and_two_make_the_same_bytes(make: Make, tmp_path: Path) -> None:
    every = rows(450)
    make("gdpr-34", every, "one.pdf", processes=1)
    make("gdpr-34", every, "two.pdf", processes=2)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_the_same_list_made_later_that_day_gives_the_same_bytes(
    make: Make, clock: ManualClock, tmp_path: Path
) -> None:
    first = make("gdpr-34", rows(3), "one.pdf")
    clock.advance(minutes=5)
    assert make("gdpr-34", rows(3), "two.pdf").sha256 == first.sha256
    clock.advance(days=1)
    assert make("gdpr-34", rows(3), "three.pdf").sha256 != first.sha256, "letters bear their day"


def test_a_folder_holds_a_file_and_its_text_for_each(make: Make, tmp_path: Path) -> None:
    make("gdpr-34", rows(2), "letters", twin="txt")
    folder = tmp_path / "letters"
    assert sorted(path.name for path in folder.iterdir()) == [
        "letter-000001.pdf", "letter-000001.txt", "letter-000002.pdf", "letter-000002.txt", "letters.csv",
    ]  # fmt: skip
    for line in proof(folder / "letters.csv"):
        content = (folder / line["file"]).read_bytes()
        letter_archive.validate(content)
        assert line["file_sha256"] == hashlib.sha256(content).hexdigest()
        twin = (folder / line["file"]).with_suffix(".txt").read_bytes()
        assert line["text_sha256"] == hashlib.sha256(twin).hexdigest()
        printed = text(folder / line["file"])
        assert all(" ".join(part.split()) in printed for part in twin.decode().split("\n") if part)
    with pytest.raises(BadInput, match="something in this folder"):
        make("gdpr-34", rows(2), "letters")


def test_html_shows_hostile_values_as_they_are(make: Make, tmp_path: Path) -> None:
    hostile = '<img src=x onerror="alert(1)"> =1+1 & \\ ( ) '
    make("gdpr-34", [{**person(1), "name": hostile}, {**person(2), "name": "=cmd()"}], twin="html")
    twin = (tmp_path / "out-text" / "letter-000001.html").read_text(encoding="utf-8")
    assert "<img" not in twin
    assert "&lt;img src=x" in twin
    assert hostile.strip() in text(tmp_path / "out.pdf")
    assert proof(tmp_path / "out.csv")[1]["name"] == "'=cmd()"


def test_a_batch_is_recorded_with_its_hashes(make: Make, store: Store, tmp_path: Path) -> None:
    report = make("gdpr-34", [*rows(2), {**person(3), "name": ""}])
    with store.journal.read() as connection:
        entry = journal.entry(connection, report.entry)
    assert isinstance(entry.body, LettersMade)
    assert (entry.body.letters, entry.body.refused) == (2, 1)
    assert entry.body.duty == "eu-gdpr-34/letter"
    assert entry.body.sha256 == hashlib.sha256((tmp_path / "out.pdf").read_bytes()).hexdigest()
    assert entry.body.people_sha256 == hashlib.sha256((tmp_path / "people.csv").read_bytes()).hexdigest()


def test_a_check_writes_nothing(store: Store, incident: str, tmp_path: Path) -> None:
    people = letter_lists.write(tmp_path / "p.csv", "gdpr-34", [*rows(2), {**person(3), "name": ""}])
    before = sorted(tmp_path.iterdir())
    report = finish(letters.check(store, incident, Asked("gdpr-34", people, given=GIVEN["gdpr-34"])))
    assert (report.letters, report.refused, report.path, report.entry) == (2, 1, "", "")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_batch_that_is_stopped_leaves_nothing(
    store: Store, author: Author, incident: str, tmp_path: Path, steps: int
) -> None:
    people = letter_lists.write(tmp_path / "p.csv", "gdpr-34", rows(700))
    asked = Asked("gdpr-34", people, given=GIVEN["gdpr-34"], twin="txt", processes=1)
    work = letters.make(store, author, incident, asked, tmp_path / "out.pdf")
    assert len(list(islice(work, steps))) == steps
    work.close()
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == []
    assert incidents.get(store, incident).conduct.letters == ()


def test_what_a_killed_program_left_of_the_same_letters_is_removed(make: Make, tmp_path: Path) -> None:
    dead = 2**31 - 1  # no process has this number
    left = [tmp_path / f".{name}.{dead}.part" for name in ("out.pdf", "out.csv", "out-text")]
    left[0].write_text("Jane Example")
    left[1].write_text("Jane Example")
    left[2].mkdir()
    others = [tmp_path / f".other.pdf.{dead}.part", tmp_path / f".out.pdf.{os.getppid()}.part"]
    for other in others:
        other.write_text("of another list, or still being written")
    make("gdpr-34", rows(1), twin="txt")
    assert not any(one.exists() for one in left)
    assert all(one.exists() for one in others)


def test_a_breach_letter_is_not_offered_where_no_breach_duty_applies(
    store: Store, author: Author, tmp_path: Path
) -> None:
    known = incidents.declare(store, author, title="x", system="y", severity="SEV-2")
    people = letter_lists.write(tmp_path / "p.csv", "gdpr-34", rows(1))
    asked = Asked("gdpr-34", people, given=GIVEN["gdpr-34"])
    with pytest.raises(NotAllowed, match="no duty for it applies") as told:
        finish(letters.check(store, known.id, asked))
    assert "automated-decision" in told.value.hint


def test_letters_are_as_filed_once_a_second_person_approved_the_filing(
    store: Store, author: Author, make: Make, incident: str, tmp_path: Path
) -> None:
    from tocsin.model.filing import Filled

    as_filed = Printing(Paper.A4, Standing.AS_FILED)
    with pytest.raises(NotAllowed, match="second person"):
        make("gdpr-34", rows(1), printing=as_filed)
    filing = filings.open(store, author, incident, "eu-gdpr-34/letter").id
    wanted = ("plain_nature", "contact", "consequences", "measures", "self_help")
    filings.edit(store, author, filing, {one: Filled(f"Approved words on {one}") for one in wanted})
    filings.ask_review(store, author, filing)
    filings.approve(store, Author("Operator B"), filing)
    given = {"sender_name": "Example Clinic", "sender_address": "2 Street"}
    report = make("gdpr-34", rows(1), given=given, printing=as_filed)
    said = text(tmp_path / "out.pdf")
    assert "DRAFT" not in said
    assert "AS FILED" in said
    assert "Approved words on plain_nature" in said
    assert report.origins["what_happened"] == "filing:plain_nature"


def test_the_organisation_is_asked_once(store: Store, author: Author, make: Make, tmp_path: Path) -> None:
    answers.answer(store, author, "legal_name", ("Answered Ltd",))
    answers.answer(store, author, "legal_address", ("7 Answer Road",))
    given = {key: value for key, value in GIVEN["gdpr-34"].items() if not key.startswith("sender")}
    make("gdpr-34", rows(1), given=given)
    assert "Answered Ltd" in text(tmp_path / "out.pdf")


def test_the_first_letter_can_be_looked_at(store: Store, incident: str, tmp_path: Path) -> None:
    people = letter_lists.write(tmp_path / "p.csv", "gdpr-34", [{**person(1), "name": ""}, person(2)])
    content = letters.first(store, incident, Asked("gdpr-34", people, given=GIVEN["gdpr-34"]))
    letter_archive.validate(content)
    (tmp_path / "first.pdf").write_bytes(content)
    assert "Recipient 00002" in text(tmp_path / "first.pdf")


def test_a_team_gives_its_own_text_in_another_language(
    store: Store, author: Author, incident: str, tmp_path: Path
) -> None:
    own = tmp_path / "gdpr-34.de.toml"
    own.write_text(
        'title = "Brief"\nlanguage = "de"\nduties = ["eu-gdpr-34/letter"]\n'
        '[[ask]]\nid = "name"\ntitle = "Name"\nform = "line"\neach = true\n'
        '[[block]]\nkind = "subject"\ntext = "Guten Tag {name}"\n',
        encoding="utf-8",
    )
    people = tmp_path / "p.csv"
    people.write_text("name,language,reference,data\nA,de,1,x\nB,en-GB,2,x\nC,fr,3,x\n", encoding="utf-8")
    asked = Asked("gdpr-34", people, given=GIVEN["gdpr-34"], templates=(own,))
    report = finish(letters.make(store, author, incident, asked, tmp_path / "o.pdf"))
    assert (report.letters, report.refused) == (2, 1)
    pages = [page.extract_text() for page in PdfReader(tmp_path / "o.pdf").pages]
    assert "Guten Tag A" in pages[0]
    assert "Dear B" in pages[1]


def test_a_list_that_changes_meanwhile_is_refused(
    store: Store, author: Author, incident: str, tmp_path: Path
) -> None:
    people = letter_lists.write(tmp_path / "p.csv", "gdpr-34", rows(600))
    asked = Asked("gdpr-34", people, given=GIVEN["gdpr-34"], processes=1)
    work = letters.make(store, author, incident, asked, tmp_path / "o.pdf")
    next(work)
    letter_lists.write(people, "gdpr-34", rows(601))
    with pytest.raises(BadInput, match="changed while"):
        finish(work)
    assert not (tmp_path / "o.pdf").exists()


def test_no_letter_or_proof_takes_the_place_of_the_list(make: Make, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the place of the list"):
        make("gdpr-34", rows(1), target="people.pdf")  # its proof would be people.csv
    assert len(proof(tmp_path / "people.csv")) == 1
    assert not (tmp_path / "people.pdf").exists()
