"""What the copy of a notice kept inside has behind it: approvals, origins, evidence, decisions."""

from collections.abc import Iterable, Iterator, Sequence

from reportlab.platypus import Flowable, Spacer

from tocsin.model.notice import Approval, InternalNotice, Notice
from tocsin.reports import page, tables, words
from tocsin.reports.notice_blocks import LABEL_PT, clock_rows, full, hash_lines, moment, note, split
from tocsin.reports.page import BODY, QUIET_SMALL, SMALL, SMALL_BOLD
from tocsin.reports.tables import Row
from tocsin.reports.text import cells, paragraphs

Section = tuple[str, Iterable[Flowable]]
_INSIDE = "Internal copy. What follows does not leave the organisation."


def inside_sections(made: InternalNotice) -> Iterator[Section]:
    """Yield what stays inside, section by section, with titles."""
    zone = made.notice.zone
    yield "Approvals", [note(_INSIDE), *_approvals(made.approvals, zone, "Nothing was done with it yet.")]
    if made.clock is not None and made.notice.clock is None:
        yield "Deadline", clock_rows(made.clock, zone)
    yield "Where the fields come from", _origins(made)
    yield "Evidence index", _evidence(made)
    verdict = list(paragraphs(made.verdict, BODY)) if made.verdict else []
    notes = [flowable for one in made.notes for flowable in paragraphs(one, SMALL)]
    yield "Why it is reportable or not", [
        *verdict, *_approvals(made.decided, zone, "No answer or ruling is recorded."), Spacer(0, 4), *notes,
        *_contents(made.notice),
    ]  # fmt: skip


def _approvals(found: Sequence[Approval], zone: str, nothing: str) -> Iterator[Flowable]:
    if not found:
        yield note(nothing)
        return
    rows: list[Row] = [["Time", "What", "Who"]]
    for one in found:
        what = cells("\n".join(filter(None, (one.what, one.note))), SMALL)
        who = f"{one.name} ({one.role})" if one.role else one.name
        rows += split([full(words.both(one.at, zone), SMALL)], what, [full(who, SMALL)])
    width = page.width_pt()
    yield tables.grid(rows, [130, width - 130 - 120, 120])


def _origins(made: InternalNotice) -> Iterator[Flowable]:
    rows: list[Row] = [["Field", "Written by", "Taken from"]]
    for one in made.origins:
        at = moment(one.at, made.notice.zone)
        who = [*paragraphs(one.by, SMALL), *paragraphs(at, QUIET_SMALL)] if at else paragraphs(one.by, SMALL)
        sources = "\n".join(one.sources) or "typed"
        rows += split(cells(one.label, SMALL_BOLD), [who], cells(sources, SMALL))
    if len(rows) == 1:
        yield note("No field has a value yet.")
        return
    width = page.width_pt()
    yield tables.grid(rows, [LABEL_PT, 110, width - LABEL_PT - 110])


def _evidence(made: InternalNotice) -> Iterator[Flowable]:
    if not made.evidence:
        yield note("No evidence is attached to the incident.")
        return
    rows: list[Row] = [["File", "Bytes", "SHA-256", "Attached"]]
    for one in made.evidence:
        when = [full(one.by, SMALL), full(moment(one.at, made.notice.zone), QUIET_SMALL)]
        rows += split(cells(one.name, SMALL), [full(str(one.size), SMALL)], [hash_lines(one.sha256)], [when])
    width = page.width_pt()
    yield tables.grid(rows, [width - 50 - 190 - 110, 50, 190, 110])


def _contents(notice: Notice) -> Iterator[Flowable]:
    if notice.digest:
        yield Spacer(0, 6)
        yield from paragraphs(f"SHA-256 of the contents: {notice.digest}", QUIET_SMALL)
