"""Letters to individuals as a batch: checked, made, proved and recorded.

The list is read twice: once to check every row and to learn which characters are needed, once to make the
letters. A batch that is stopped leaves nothing.
"""

import hashlib
import os
from collections import deque
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tocsin.errors import BadInput, UserError
from tocsin.importers.people_csv import People
from tocsin.model.document import Printing
from tocsin.model.filing import LettersMade
from tocsin.model.letters import DATE, Problem
from tocsin.model.operator import Author
from tocsin.operations import letter_rows
from tocsin.operations.exports import check_place
from tocsin.operations.letter_batch import Batch, prepare
from tocsin.operations.letter_output import PROOF, Output, opened, proof_of
from tocsin.operations.letter_rows import Checked, Row
from tocsin.operations.progress import Progress
from tocsin.store import incidents
from tocsin.store.folder import Store

if TYPE_CHECKING:  # ReportLab is loaded when letters are made
    from tocsin.reports.letters import Needs, Recipe

MOST_IN_ONE_FILE = 100_000
_WORTH_A_PROCESS = 1500  # letters below this are made sooner than a second process starts
_MOST_TOLD = 20
Work = Generator[Progress, None, "LettersReport"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for. `given` is said for the whole batch, `mapping` which column is what.

    `twin` wants each letter as text too: "txt" or "html". `processes` 0: as many as are worth it.
    """

    kind: str
    people: Path
    printing: Printing = field(default_factory=Printing)
    given: Mapping[str, str] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)
    templates: tuple[Path, ...] = ()
    twin: str = ""
    processes: int = 0


@dataclass(frozen=True, slots=True)
class LettersReport:
    """What became of a list: `problems` are the first thousand. Paths are empty where nothing was written.

    `sha256` is that of the file, or for a folder of the proof, which names the SHA-256 of every file in it.
    """

    kind: str
    duty: str
    incident: str
    letters: int
    refused: int
    warnings: int
    problems: tuple[Problem, ...]
    unknown: tuple[str, ...]
    notes: tuple[str, ...]
    people_sha256: str
    shared: Mapping[str, str]
    origins: Mapping[str, str]
    pages: int = 0
    layouts: int = 0
    path: str = ""
    proof: str = ""
    sha256: str = ""
    entry: str = ""


def check(store: Store, incident: str, asked: Asked) -> Work:
    """Tell what would become of a list, and write nothing. Raises as `make` does."""
    batch, _, checked, _, digest = yield from _read(store, incident, asked)
    return _report(batch, asked, checked, digest)


def first(store: Store, incident: str, asked: Asked) -> bytes:
    """Return the first letter a list gives as a PDF, to be looked at. Raises as `make` does."""
    from tocsin.reports.letters import Needs, Press

    batch = prepare(store, incident, asked.kind, asked.printing, asked.given, asked.templates)
    found = letter_rows.people(batch, asked.people, dict(asked.mapping))
    needs = Needs(batch.kinds.values(), batch.marks.values())
    one = letter_rows.sample(batch, found, needs)
    checked = Checked(letters=1, varying=set(one.values))
    press = Press(_recipe(store, batch, asked, checked, needs, "", apart=False))
    return press.bound([press.make(one).sheets])


def make(store: Store, author: Author, incident: str, asked: Asked, target: Path, *, id: str = "") -> Work:
    """Make the letters of a list and record the batch; one PDF where `target` ends so, else a folder of them.

    Rows that are wrong are refused with the reason, the others made; with nobody left nothing is written.
    Raises BadInput, NotAllowed and StoreProblem; then, and when closed early, nothing is there.
    """
    store.refuse_read_only()
    whole = target.suffix.lower() == ".pdf"
    _check_target(store, target, asked.people, whole=whole)
    batch, found, checked, needs, digest = yield from _read(store, incident, asked)
    report = _report(batch, asked, checked, digest)
    if not checked.letters:
        raise BadInput("no row of the list gives a letter.", where=asked.people.name, hint=_first(checked))
    if whole and checked.letters > MOST_IN_ONE_FILE:
        raise BadInput(
            f"one file holds at most {MOST_IN_ONE_FILE:,} letters.",
            where=str(target),
            hint="Name a folder, or divide the list.",
        )
    recipe = _recipe(store, batch, asked, checked, needs, digest, apart=not whole)
    output = yield from _written(batch, found, checked, recipe, asked, target, digest)
    report = replace(
        report,
        path=str(target),
        proof=str(output.proof),
        pages=output.pages,
        layouts=len(output.layouts),
        sha256=_sha256(target if whole else output.proof),
    )
    return _recorded(store, author, report, target, output, id)


def _read(
    store: Store, incident: str, asked: Asked
) -> Generator[Progress, None, tuple[Batch, People, Checked, "Needs", str]]:
    from tocsin.reports.letters import Needs

    batch = prepare(store, incident, asked.kind, asked.printing, asked.given, asked.templates)
    found = letter_rows.people(batch, asked.people, dict(asked.mapping))
    digest = _sha256(asked.people)
    needs = Needs(batch.kinds.values(), batch.marks.values())
    checked = yield from letter_rows.check(batch, found, needs)
    return batch, found, checked, needs, digest


def _recipe(
    store: Store, batch: Batch, asked: Asked, checked: Checked, needs: "Needs", digest: str, *, apart: bool
) -> "Recipe":
    from tocsin.reports import letter_archive
    from tocsin.reports.letters import Recipe

    kind = batch.kind
    # The day they bear, not the moment of making: the same list on the same day gives the same bytes.
    at = datetime.fromisoformat(batch.shared[DATE]).replace(tzinfo=ZoneInfo(store.zone))
    paperwork = letter_archive.paperwork(
        f"{kind.title}: {batch.incident.reference}",
        batch.shared.get("sender_name", ""),
        batch.duty or kind.id,
        kind.language,
        at,
        f"letters {batch.incident.reference} {kind.id} {digest} {asked.printing}",
    )
    return Recipe(
        batch.kinds, batch.shared, frozenset(checked.varying), batch.marks, needs.parts(), paperwork,
        asked.twin, apart,
    )  # fmt: skip


def _written(
    batch: Batch, found: People, checked: Checked, recipe: "Recipe", asked: Asked, target: Path, digest: str
) -> Generator[Progress, None, Output]:
    """Write letters, twins and proof beside their places; when all are there and valid, put them there."""
    from tocsin.reports.letters import Press, made

    press, told = Press(recipe), deque[Row]()
    pieces = made(recipe, letter_rows.orders(batch, found, checked, told), _processes(asked, checked))
    with closing(pieces), opened(press, target, asked.twin) as output:
        for piece in pieces:
            for letter in piece:
                while told and told[0].row < letter.row:
                    output.refuse(told.popleft())
                output.put(letter, told.popleft())
            yield Progress(output.letters, checked.letters, "making letters")
        for row in told:
            output.refuse(row)
        yield Progress(output.letters, checked.letters, "validating")
        output.finish()
        if _sha256(asked.people) != digest or output.letters != checked.letters:
            raise BadInput("it was changed while it was read.", where=asked.people.name, hint="Try again.")
    return output


def _processes(asked: Asked, checked: Checked) -> int:
    """Return how many processes make the letters: a second one is worth its start for many of them."""
    if asked.processes:
        return asked.processes
    return min(os.cpu_count() or 1, 2) if checked.letters >= _WORTH_A_PROCESS else 1


def _check_target(store: Store, target: Path, people: Path, *, whole: bool) -> None:
    if people.resolve() in (target.resolve(), proof_of(target).resolve()):
        raise BadInput(
            "the letters or their proof would take the place of the list.",
            where=str(target),
            hint="Name another file.",
        )
    if whole or not target.is_dir():
        check_place(store, target)
    elif any(target.iterdir()):
        raise BadInput(
            "there is something in this folder already.", where=str(target), hint="Name a new one."
        )
    else:
        check_place(store, target / PROOF)


def _report(batch: Batch, asked: Asked, checked: Checked, digest: str) -> LettersReport:
    return LettersReport(
        kind=batch.kind.id,
        duty=batch.duty,
        incident=batch.incident.reference,
        letters=checked.letters,
        refused=len(checked.refused),
        warnings=checked.warnings,
        problems=tuple(checked.problems),
        unknown=checked.unknown,
        notes=batch.notes,
        people_sha256=digest,
        shared=batch.shared,
        origins=batch.origins,
    )


def _recorded(
    store: Store, author: Author, report: LettersReport, target: Path, output: Output, id: str
) -> LettersReport:
    """Append the entry of the batch; what was written is taken back when that cannot be."""
    told = tuple(one.said() for one in report.problems[:_MOST_TOLD])
    body = LettersMade(
        report.kind, report.duty, report.letters, report.refused, report.people_sha256, report.sha256,
        str(target), told,
    )  # fmt: skip
    try:
        with store.write() as write:
            known = incidents.get(write.connection, report.incident)
            entry = write.add(author, body, incident=known.id, subject=known.id, id=id)
    except UserError:
        output.take_back()
        raise
    return replace(report, entry=entry.id)


def _first(checked: Checked) -> str:
    return checked.problems[0].said() if checked.problems else ""


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(f"it cannot be read: {error.strerror}.", where=str(path)) from None
