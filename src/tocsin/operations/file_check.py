"""Checking a PDF that came from anywhere: its signatures, its hash, and the journal's entry that it left."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tocsin.errors import BadInput, Missing
from tocsin.model.filing import LettersMade
from tocsin.model.instant import iso
from tocsin.model.journal import DocumentExported, Entry, Undone, Withdrawn
from tocsin.operations.signing import content_of
from tocsin.store import incidents, journal
from tocsin.store.database import Connection
from tocsin.store.folder import Store

WHOLE, UNSIGNED, BEGINNING = "whole", "unsigned", "beginning"
_MATCHES = {
    WHOLE: "Byte for byte what was exported",
    UNSIGNED: "Byte for byte what was exported, before the signature was put below it",
    BEGINNING: "It begins with what was exported, and something else was put below it since",
}
_MOST = 512 * 1024 * 1024  # bytes of a file that is looked at
_LEFT = ("document.exported", "letters.made")


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature of a file: who and when by the signer's own word, whether it holds, and why not.

    `whole` tells that nothing stands in the file but what was signed.
    """

    by: str
    at: datetime | None
    self_signed: bool
    issuer: str
    intact: bool
    whole: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry of the journal that says a file left; `as_of` is the entry the document speaks of.

    `match` is "whole"; "unsigned" for what it was before its signature; "beginning" where something was put
    below it that did not leave from here. `withdrawn` is why it was withdrawn.
    """

    entry: str
    document: str
    incident: str
    reference: str
    by: str
    at: datetime
    as_of: str
    paper: str
    standing: str
    match: str
    withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What is found of a file. `ok`: its signatures hold, and the journal knows it where there is a store.

    `said` has all of it in sentences; `asked` tells whether there was a store to ask.
    """

    ok: bool
    path: str
    size: int
    sha256: str
    signatures: tuple[Signed, ...] = ()
    recorded: tuple[Recorded, ...] = ()
    asked: bool = False
    said: tuple[str, ...] = ()


def check(path: Path, store: Store | None) -> Checked:
    """Check a PDF; nothing in it is followed or run. Raises BadInput for what is no PDF."""
    from tocsin.reports import signature

    content = content_of(path, _MOST)
    if b"%PDF-" not in content[:1024]:
        raise BadInput("this is no PDF.", where=str(path))
    digest = hashlib.sha256(content).hexdigest()
    signatures, trouble = _signatures(content)
    recorded: tuple[Recorded, ...] = ()
    if store is not None:
        parts = [hashlib.sha256(part).hexdigest() for part in signature.beginnings(content)]
        recorded = _telling(tuple(_recorded(store, digest, parts)))
    found = Checked(False, str(path), len(content), digest, signatures, recorded, store is not None)
    said = (*filter(None, [trouble]), *_about_signatures(found), *_about_journal(found))
    return replace(found, ok=_holds(found, trouble), said=said)


def _holds(found: Checked, trouble: str) -> bool:
    """Whether a reader may rely on it: a file the journal knows whole, else one whose signatures hold."""
    if not all(one.intact and one.whole for one in found.signatures):
        return False
    if any(one.match in {WHOLE, UNSIGNED} for one in found.recorded):
        return True
    known = not found.asked or bool(found.recorded)
    return not trouble and bool(found.signatures) and known


def _signatures(content: bytes) -> tuple[tuple[Signed, ...], str]:
    """Return the signatures, or none and why they could not be read."""
    from tocsin.reports import signature

    try:
        found = signature.signatures(content)
    except Missing as problem:
        signed = signature.looks_signed(content)
        return (), f"It carries a signature that was not checked: {problem}" if signed else ""
    except BadInput as problem:
        return (), f"It is damaged or no sound PDF: {problem.what}"
    return tuple(
        Signed(one.by, one.at, one.self_signed, one.issuer, one.intact, one.whole, one.problem)
        for one in found
    ), ""  # fmt: skip


def _recorded(store: Store, whole: str, parts: list[str]) -> Iterator[Recorded]:
    """Yield the entries by which this file left, or something this file begins with."""
    with store.journal.read() as connection:
        left = journal.entries(connection, kinds=_LEFT)
        matches = [(entry, match) for entry in left if (match := _match(entry, whole, parts))]
        taken_back = _withdrawn(connection) if matches else {}
        for entry, match in matches:
            yield _line(connection, entry, match, taken_back.get(entry.id, ""))


def _telling(recorded: tuple[Recorded, ...]) -> tuple[Recorded, ...]:
    """Return what matters: where the file left as it is, that others begin alike would only alarm."""
    if all(one.match == BEGINNING for one in recorded):
        return recorded
    return tuple(one for one in recorded if one.match != BEGINNING or one.withdrawn)


def _withdrawn(connection: Connection) -> dict[str, str]:
    """Return why what was withdrawn, by its entry; a withdrawal that was itself undone does not count."""
    entries = journal.entries(connection, kinds=["withdrawn", "undone"])
    undone = {entry.body.entry for entry in entries if isinstance(entry.body, Undone)}
    return {
        entry.body.entry: entry.body.reason
        for entry in entries
        if isinstance(entry.body, Withdrawn) and entry.id not in undone
    }


def _match(entry: Entry, whole: str, parts: list[str]) -> str:
    body = entry.body
    assert isinstance(body, DocumentExported | LettersMade)
    if body.sha256 == whole:
        return WHOLE
    unsigned = body.unsigned if isinstance(body, DocumentExported) else ""
    if unsigned == whole:
        return UNSIGNED
    return BEGINNING if body.sha256 in parts or (unsigned and unsigned in parts) else ""


def _line(connection: Connection, entry: Entry, match: str, withdrawn: str) -> Recorded:
    body = entry.body
    assert isinstance(body, DocumentExported | LettersMade)
    exported = body if isinstance(body, DocumentExported) else None
    return Recorded(
        entry=entry.id,
        document=exported.document if exported else f"letters, {getattr(body, 'kind', '')}",
        incident=entry.incident,
        reference=incidents.get(connection, entry.incident).reference if entry.incident else "",
        by=entry.author.name,
        at=entry.recorded_at,
        as_of=exported.as_of if exported else "",
        paper=exported.paper if exported else "",
        standing=exported.standing if exported else "",
        match=match,
        withdrawn=withdrawn,
    )


def _about_signatures(found: Checked) -> Iterator[str]:
    if not found.signatures:
        yield "It carries no signature that could be checked."
    for one in found.signatures:
        at = f" at {iso(one.at)} by the signer's clock" if one.at else ""
        if not one.intact or not one.whole:
            yield f"The signature of {one.by}{at} does NOT hold: {one.problem}."
            continue
        vouched = (
            "nobody but the signer vouches for that name: the file is unchanged, but who signed is not proven"
            if one.self_signed
            else f"the name is vouched for by {one.issuer}, who was not asked: no network is used here"
        )
        yield f"The signature of {one.by}{at} holds, over the whole file; {vouched}."


def _about_journal(found: Checked) -> Iterator[str]:
    if not found.asked:
        yield "No store was asked whether it left from here; name one with --store."
    elif not found.recorded:
        yield "This store's journal knows of no such file: it did not leave from here, or was changed since."
    for one in found.recorded:
        what = " ".join(filter(None, (one.document, one.standing and f"({one.standing})")))
        of = f" of {one.reference}" if one.reference else ""
        left = f"{what}{of}, by {one.by} at {iso(one.at)} (entry {one.entry})"
        yield f"{_MATCHES[one.match]}: {left}."
        if one.as_of:
            yield f"It speaks of what was known up to entry {one.as_of}."
        if one.withdrawn:
            yield f"It was withdrawn: {one.withdrawn}."
