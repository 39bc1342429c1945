"""Spot checks (D6): draw a random sample of decisions, take reviewers' verdicts, and say what they show."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors import sampling
from tocsin.detectors.table import Column, Table, Words
from tocsin.errors import BadInput, NotFound
from tocsin.model.incident import standing
from tocsin.model.instant import from_us, to_us
from tocsin.model.journal import Entry
from tocsin.model.judgement import SpotCheckDrawn, SpotCheckJudged
from tocsin.model.operator import Author
from tocsin.model.spotcheck import VERDICTS, SpotCheck, fold
from tocsin.operations import decisions, systems
from tocsin.operations.progress import finish
from tocsin.operations.spotcheck_report import Report, summed
from tocsin.store import decision_rows, journal
from tocsin.store.decision_rows import Cells
from tocsin.store.folder import Store

_SHARE = 0.01
_MOST_DRAWN = 20_000
_MOST_STRATA = 500
_LONGEST_NOTE = 4_000


@dataclass(frozen=True, slots=True)
class Case:
    """A decision to be reviewed: its columns as text from outside, empty where its log is gone."""

    decision: str
    stratum: str
    cells: Cells


def draw(
    store: Store,
    author: Author,
    system: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    share: float | None = None,
    size: int | None = None,
    by: Sequence[str] = (),
    seed: int | None = None,
    id: str = "",
) -> Entry:
    """Draw a stratified random sample of a system's decisions and write it down; the entry's id names it.

    As `sampled` says; under an id made before, a retry stores it once. Raises BadInput, NotFound.
    """
    body = sampled(store, system, since=since, until=until, share=share, size=size, by=by, seed=seed)
    return keep(store, author, body, id=id)


def keep(store: Store, author: Author, body: SpotCheckDrawn, *, id: str = "") -> Entry:
    """Write down a sample that was drawn."""
    with store.write() as write:
        return write.add(author, body, id=id)


def sampled(
    store: Store,
    system: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    share: float | None = None,
    size: int | None = None,
    by: Sequence[str] = (),
    seed: int | None = None,
) -> SpotCheckDrawn:
    """Return a stratified random sample of a system's decisions; nothing is written.

    `share` (0 to 1; 0.01 when nothing is said) or `size` says how many of the decisions from `since` until
    before `until`; each combination of values of the columns `by` is a stratum and gives at least one. The
    same seed draws the same of the same decisions (PCG64). Raises BadInput, NotFound.
    """
    since_us, until_us = (None if at is None else to_us(at) for at in (since, until))
    loaded = finish(decisions.load_system(store, system, since_us, until_us, tuple(by), ids=True))
    ids, times = loaded.ids, loaded.table.times_us
    if not len(ids):
        raise BadInput("there are no decisions to draw from.", where=system, hint="Import a decision log.")
    rows = _wanted(len(ids), share, size)
    labels, codes = strata(loaded.table, by)
    if rows < len(labels):
        what = f"a sample of {rows} cannot hold one of each of {len(labels)} strata."
        raise BadInput(what, where=", ".join(by), hint="Draw more, or by fewer columns.")
    start = checked_seed(int.from_bytes(store.random(6)) if seed is None else seed)
    # By id within an instant, so that it does not matter in which order logs were imported.
    order = np.lexsort((ids.astype(str), times))
    drawn = order[sampling.draw(codes[order], rows, np.random.Generator(np.random.PCG64(start)))]
    return SpotCheckDrawn(
        system=_system_id(store, system),
        since=since or from_us(int(times[0])),
        until=until or from_us(int(times[-1]) + 1),
        seed=start,
        population=len(ids),
        by=tuple(by),
        drawn=tuple(ids[drawn].tolist()),
        strata=tuple(labels[code] for code in codes[drawn].tolist()),
        sizes=dict(zip(labels, np.bincount(codes, minlength=len(labels)).tolist(), strict=True)),
    )


def strata(table: Table, by: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the strata that columns part a table into, as `column = value, ...`, and that of each row.

    Raises BadInput when there are too many to draw from each.
    """
    if not by:
        return ("all",), np.zeros(len(table), np.int64)
    codes = np.zeros(len(table), np.int64)
    names: list[str] = [""]
    for column in by:
        words, own = _coded(table.columns[column])
        joined = codes * len(words) + own
        used, codes = np.unique(joined, return_inverse=True)
        parts = [(names[at // len(words)], f"{column} = {words[at % len(words)]}") for at in used.tolist()]
        names = [", ".join(part for part in pair if part) for pair in parts]
        if len(names) > _MOST_STRATA:
            what = f"there are more than {_MOST_STRATA} strata."
            raise BadInput(what, where=", ".join(by), hint="Take columns with few values.")
    # A word that is written as a missing value is, or numbers that are alike in words, are one stratum.
    place = {name: at for at, name in enumerate(dict.fromkeys(names))}
    return tuple(place), np.array([place[name] for name in names], np.int64)[codes]


def record(
    store: Store,
    author: Author,
    draw: str,
    decision: str,
    verdict: str,
    note: str = "",
    *,
    seconds: float | None = None,
    id: str = "",
) -> Entry:
    """Write down a reviewer's verdict (right, wrong or unsure) on a drawn decision.

    A later one of the same reviewer takes its place; to undo brings the former back. `seconds` is how long
    the review took. Raises NotFound, BadInput.
    """
    said, words = checked_verdict(verdict), note.strip()
    if len(words) > _LONGEST_NOTE:
        raise BadInput(f"a note has at most {_LONGEST_NOTE:,} characters.", where=decision)
    with store.write() as write:
        check = _folded(journal.entries(write.connection, subject=draw), draw)
        if decision not in check.drawn.drawn:
            raise NotFound(
                "this decision was not drawn.", where=decision, hint="The queue lists those that were."
            )
        known = check.verdicts.get(decision, {}).get(author.name)
        if known is not None and (known.verdict, known.note) == (said, words):
            return journal.entry(write.connection, known.entry)
        replaces = () if known is None else (known.entry,)
        body = SpotCheckJudged(decision, said, words, seconds)
        return write.add(author, body, subject=draw, replaces=replaces, id=id)


def checked_verdict(verdict: str) -> str:
    """Return right, wrong or unsure. Raises BadInput."""
    said = verdict.strip().casefold()
    if said not in VERDICTS:
        raise BadInput("this is no verdict.", where=verdict, hint=f"Verdicts: {', '.join(VERDICTS)}.")
    return said


def checked_seed(seed: int) -> int:
    """Return a seed. Raises BadInput for a negative or overlong one."""
    if not 0 <= seed < 2**63:
        raise BadInput("a seed is a whole number from 0.", where=str(seed))
    return seed


def get(store: Store, draw: str) -> SpotCheck:
    """Return a spot check with the verdicts that stand. Raises NotFound."""
    with store.journal.read() as connection:
        return _folded(journal.entries(connection, subject=draw), draw)


def listed(store: Store, system: str = "") -> list[SpotCheck]:
    """Return the spot checks of a system (name, alias or id), or of all, the newest first."""
    wanted = _system_id(store, system) if system else ""
    with store.journal.read() as connection:
        begun = journal.entries(connection, kinds=("spotcheck.drawn",))
        found = [
            fold(standing(journal.entries(connection, subject=entry.subject)))
            for entry in reversed(begun)
            if isinstance(entry.body, SpotCheckDrawn) and wanted in ("", entry.body.system)
        ]
    return [one for one in found if one is not None]


def queue(store: Store, draw: str, *, reviewer: str | None = None, most: int | None = None) -> list[Case]:
    """Return the decisions still to be reviewed, by anybody or by one reviewer, in the order of review."""
    check = get(store, draw)
    return cases(store, check, check.waiting(reviewer)[:most])


def cases(store: Store, check: SpotCheck, wanted: Collection[str]) -> list[Case]:
    """Return drawn decisions with their columns as text, as long as their logs are there."""
    drawn = check.drawn
    span = to_us(drawn.since), to_us(drawn.until)
    kept = [
        store.path / "imports" / log.file
        for log in decisions.logs(store, drawn.system)
        if log.first_us < span[1] and log.last_us >= span[0]
    ]
    cells = decision_rows.texts([file for file in kept if file.is_file()], span, wanted)
    stratum = dict(zip(drawn.drawn, drawn.strata, strict=True))
    return [Case(one, stratum[one], cells.get(one, ())) for one in wanted]


def report(store: Store, draw: str, *, confidence: float = 0.95) -> Report:
    """Return what the verdicts on a draw show. Raises NotFound, BadInput for a confidence that is none."""
    if not 0 < confidence < 1:
        raise BadInput("a confidence lies between 0 and 1.", where=str(confidence), hint="Write 0.95.")
    return summed(get(store, draw), confidence)


def size_for(half_width: float, rate: float, confidence: float = 0.95, population: int | None = None) -> int:
    """Return how many decisions to judge for a wished precision (detectors.sampling). Raises BadInput."""
    try:
        return sampling.size_for(half_width, rate, confidence, population)
    except ValueError as error:
        raise BadInput(f"there is no such sample: {error}.", hint="Write shares, as 0.02.") from error


def _folded(entries: Sequence[Entry], draw: str) -> SpotCheck:
    check = fold(standing(entries))
    if check is None:
        raise NotFound("there is no such spot check.", where=draw, hint="`tocsin spotcheck list` lists them.")
    return check


def _wanted(count: int, share: float | None, size: int | None) -> int:
    if share is not None and size is not None:
        raise BadInput("say a share or a size, not both.")
    if share is not None and not 0 < share <= 1:
        raise BadInput("a share lies above 0 and up to 1.", where=str(share))
    rows = max(1, round(count * (share or _SHARE))) if size is None else size
    if not 1 <= rows <= count:
        raise BadInput(f"of {count} decisions, 1 to {count} can be drawn.", where=str(rows))
    if rows > _MOST_DRAWN:
        what = f"at most {_MOST_DRAWN:,} decisions are drawn at once."
        raise BadInput(what, where=f"{rows:,}", hint="People will review them one by one.")
    return rows


def _coded(column: Column) -> tuple[Sequence[str], NDArray[np.int64]]:
    """Return the values of a column in words, the missing one last, and which of them each row has."""
    if isinstance(column, Words):
        codes = column.codes.astype(np.int64)
        return [*column.labels, "(missing)"], np.where(codes < 0, len(column.labels), codes)
    known = np.unique(column[~np.isnan(column)])
    codes = np.where(np.isnan(column), len(known), np.searchsorted(known, column))
    return [*(f"{value:.12g}" for value in known.tolist()), "(missing)"], codes


def _system_id(store: Store, name: str) -> str:
    found = systems.find(store, name)
    if found is None:
        raise NotFound("there is no such system.", where=name, hint="Its first import names it.")
    return found.id
