"""What may stand in a filing, and who may write it: fields, lengths, files, and what is there already."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model import filings
from tocsin.model.filing import Fill, Filled
from tocsin.model.filings import ATTACHMENTS, Filing
from tocsin.model.incident import Incident
from tocsin.model.journal import Entry, EvidenceAttached
from tocsin.model.operator import Author
from tocsin.store import incidents, journal
from tocsin.store.database import Connection
from tocsin.store.folder import Write

LONGEST = 20_000
_LONGEST_LINE = 500
_MOST_ORIGINS = 500


def named(author: Author) -> None:
    """Raise NotAllowed for an account of the operating system: it cannot tell one pair of eyes from two."""
    if author.kind != "operator":
        raise NotAllowed("notices are written and approved by named people.", where=author.name,
                         hint="Say who you are: --by NAME, or choose your name in the header.")  # fmt: skip


def checked_fields(fields: Mapping[str, Filled], names: Collection[str]) -> dict[str, Filled]:
    """Return fields as they are kept. Raises BadInput for none, for unknown ones and for over-long texts."""
    if not fields:
        raise BadInput("no field was given.")
    for name in fields:
        if name not in names and name != ATTACHMENTS:
            known = ", ".join(names) or "none"
            raise BadInput("this notice has no such field.", where=name[:100], hint=f"Fields: {known}.")
    return {name: checked(name, filled) for name, filled in fields.items()}


def checked(name: str, filled: Filled) -> Filled:
    """Return what is put into a field, trimmed. An empty value takes back what stood there."""
    value, reason = filled.value.strip(), filled.reason.strip()
    for text in (value, reason):
        if len(text) > LONGEST:
            raise BadInput(f"the text has {len(text):,} characters; the limit is {LONGEST:,}.", where=name)
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise BadInput("the text holds half a character, which cannot be stored.", where=name)
    if filled.fill is Fill.NOT_APPLICABLE and not reason:
        raise BadInput("say why it does not apply.", where=name)
    if filled.expected is not None and filled.expected.tzinfo is None:
        raise BadInput("when it is expected needs a zone.", where=name)
    if filled.fill in (Fill.UNKNOWN, Fill.NOT_APPLICABLE):
        value = ""
    expected = filled.expected if filled.fill is Fill.UNKNOWN else None
    return replace(
        filled, value=value, reason=reason, expected=expected, origin=filled.origin[:_MOST_ORIGINS]
    )


def checked_line(text: str, name: str, *, needed: bool = False) -> str:
    """Return a text on one line. Raises BadInput."""
    line = " ".join(text.split())
    if needed and not line:
        raise BadInput("it is empty.", where=name, hint="Say by what way it went: portal, e-mail, post ...")
    if len(line) > _LONGEST_LINE:
        raise BadInput(f"it has {len(line):,} letters; the limit is {_LONGEST_LINE}.", where=name)
    return line


def evidence_of(connection: Connection, incident: str, hashes: Sequence[str]) -> None:
    """Raise NotFound for a file that is not among the evidence of an incident."""
    if not hashes:
        return
    entries = journal.entries(connection, incident=incident, kinds=["evidence.attached"])
    there = {one.body.sha256 for one in entries if isinstance(one.body, EvidenceAttached)}
    for one in hashes:
        if one not in there:
            raise NotFound("no evidence of this incident has this SHA-256.", where=one[:64],
                           hint="Attach the file first: `tocsin evidence`.")  # fmt: skip


def done_before(write: Write, id: str) -> Entry | None:
    """Return the entry a screen wrote before under this id: a retry writes nothing twice."""
    return journal.find(write.connection, id) if id else None


def filing_in(connection: Connection, filing: str) -> tuple[Incident, Filing]:
    """Return an incident that stands, and its filing. Raises NotFound and NotAllowed."""
    entry = journal.entry(connection, filing)
    known = standing_in(connection, entry.incident or filing)
    found = filings.find(known, filing)
    if found is None:
        raise NotFound("there is no such filing, or it was undone.", where=filing)
    return known, found


def standing_in(connection: Connection, incident: str) -> Incident:
    """Return an incident that was not withdrawn. Raises NotFound and NotAllowed."""
    known = incidents.get(connection, incident)
    if known.withdrawn:
        raise NotAllowed("the declaration was withdrawn.", where=known.reference)
    return known
