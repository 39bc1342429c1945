"""The evidence index: every file attached, import, document and filing of an incident, with its SHA-256."""

from dataclasses import dataclass
from datetime import datetime

from tocsin.model.assessment_annexes import Brought, imports_table, number
from tocsin.model.law import Law
from tocsin.model.law_tables import filing_table
from tocsin.model.sheet import Block, Cell, Cells, Digest, Facts, Note, Points, Quiet, Section, Strong, Table

TITLE = "Evidence index"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file attached; `supports` says what, in words."""

    name: str
    size: int
    sha256: str
    supports: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Exported:
    """A document that left.

    `unsigned` is the SHA-256 before a signature, `withdrawn` the reason if it was.
    """

    document: str
    paper: str
    standing: str
    sha256: str
    by: str
    at: datetime
    as_of: str
    unsigned: str = ""
    withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class Lettered:
    """A batch of letters, with the SHA-256 of the list of people and of what was made."""

    kind: str
    letters: int
    refused: int
    people_sha256: str
    sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Chain:
    """The end of one site's chain at the as-of: how many entries, and the hash of the last."""

    site: str
    entries: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Index:
    """Everything the index lists; `inside` tells that the reader may see who worked on filings."""

    attached: tuple[Attached, ...] = ()
    brought: tuple[Brought, ...] = ()
    exported: tuple[Exported, ...] = ()
    lettered: tuple[Lettered, ...] = ()
    chains: tuple[Chain, ...] = ()
    entries: int = 0
    law: Law = Law()  # noqa: RUF009
    inside: bool = True


def sections(index: Index) -> tuple[Section, ...]:
    """Return the sections of the index."""
    filings: tuple[Section, ...] = ()
    if index.inside:
        filings = (Section("Filings", (filing_table(index.law),)),)
    return (
        Section("What is listed", (_counts(index), _note())),
        Section("Files attached", (_attached(index),)),
        Section("Imports", (imports_table(index.brought),)),
        Section("Documents that left", (_exported(index),)),
        *filings,
        Section("Letters", (_letters(index),)),
        Section("The journal", tuple(_journal(index))),
    )


def _counts(index: Index) -> Facts:
    size = sum(one.size for one in index.attached)
    return Facts(
        (
            ("Files attached", f"{len(index.attached)}, {number(size)} bytes"),
            ("Imports", str(len(index.brought))),
            ("Documents", str(len(index.exported))),
            ("Entries of the incident", str(index.entries)),
        )
    )


def _note() -> Note:
    return Note(
        "A SHA-256 is worked out over all bytes of a file. Whoever has the file works it out again, with any "
        "tool, and compares: one that is the same is the same file."
    )


def _attached(index: Index) -> Table:
    rows: tuple[tuple[Cells, ...], ...] = tuple(
        (
            str(place),
            (Strong(one.name), Digest(one.sha256)),
            f"{number(one.size)} bytes",
            one.supports,
            (one.at, Quiet(one.by)),
        )
        for place, one in enumerate(index.attached, 1)
    )
    return Table(
        ("No.", "File and SHA-256", "Size", "Supports", "Attached"),
        (0.5, 4.2, 1.3, 2.2, 2.3),
        rows,
        "No file was attached.",
    )


def _exported(index: Index) -> Table:
    rows: tuple[tuple[Cells, ...], ...] = tuple(
        (
            (Strong(one.document), Digest(one.sha256), *_signed(one)),
            " ".join(filter(None, (one.paper, one.standing))),
            Digest(one.as_of),
            (one.at, Quiet(one.by), *((Quiet(f"withdrawn: {one.withdrawn}"),) if one.withdrawn else ())),
        )
        for one in index.exported
    )
    return Table(
        ("Document and SHA-256", "Paper", "As of entry", "Left"),
        (4.2, 1.2, 2.4, 2.4),
        rows,
        "No document left.",
    )


def _signed(one: Exported) -> tuple[Cell, ...]:
    return (Quiet("signed; before the signature:"), Digest(one.unsigned)) if one.unsigned else ()


def _letters(index: Index) -> Table:
    return Table(
        ("Batch", "SHA-256 of the list", "SHA-256 of the letters", "Made"),
        (1.8, 3, 3, 2.2),
        tuple(
            (
                (Strong(one.kind), Quiet(f"{number(one.letters)} made, {number(one.refused)} refused")),
                Digest(one.people_sha256),
                Digest(one.sha256),
                (one.at, Quiet(one.by)),
            )
            for one in index.lettered
        ),
        "No letters were made.",
    )


def _journal(index: Index) -> tuple[Block, ...]:
    return (
        Table(
            ("Site", "Entries", "SHA-256 of the last entry counted"),
            (2.4, 0.8, 4.4),
            tuple((Digest(one.site), number(one.entries), Digest(one.sha256)) for one in index.chains),
        ),
        Points(
            (
                "The journal is a chain: the hash of each entry covers the one before it. Whoever changes, "
                "removes or inserts an entry changes every hash after it.",
                "tocsin verify works the chain out anew and checks that each file attached is there and "
                "unchanged.",
                "The hash printed here is the anchor outside: compare it with the store's.",
            )
        ),
    )
