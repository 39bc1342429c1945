"""The register of personal-data breaches of a store, as of its newest entry or one named."""

from tocsin.errors import BadInput
from tocsin.model import breaches, report
from tocsin.model.answers import YES, said
from tocsin.model.breaches import Breach, Decided
from tocsin.model.document import Printing
from tocsin.model.journal import DocumentExported, Entry
from tocsin.model.law import DutyLine
from tocsin.model.sheet import Section, Sheet, redacted
from tocsin.operations import dossier, past, redaction
from tocsin.operations.past import Past
from tocsin.store import incidents, journal
from tocsin.store.database import Connection
from tocsin.store.folder import Store


def build(store: Store, printing: Printing, as_of: str | None = None) -> Sheet:
    """Return the register: every incident of which somebody answered that personal data were breached.

    Raises NotFound and BadInput.
    """
    with store.journal.read() as connection:
        last = _as_of(connection, as_of)
        known = sorted(incidents.list_all(connection), key=lambda one: (one.declared, one.reference))
        told = [past.at(connection, one, last) for one in known if _declared(connection, one.id, last)]
    mark = report.as_of(last, told[0].drill if told else "")
    found = [one for one in told if _breached(one)]
    made = [_breach(store, one) for one in found]
    first, *each = breaches.sections(made, mark)
    if printing.outside:
        each = [_clean(store, one, section) for one, section in zip(found, each, strict=True)]
        for one in found:
            first = _clean(store, one, first)
    again = f"tocsin document register --as-of {last.id}{printing.options} -o FILE"
    return Sheet(
        kind=breaches.TITLE,
        title="",
        reference="",
        about=f"{breaches.ABOUT}. Breaches: {len(made)}",
        zone=store.zone,
        as_of=mark,
        sections=(first, *each),
        rules=made[0].dossier.law.rules if made else "",
        again="" if printing.outside else again,
        printing=printing,
    )


def _as_of(connection: Connection, as_of: str | None) -> Entry:
    if as_of is None:
        return journal.last_of_all(connection)
    entry = journal.entry(connection, as_of)
    if isinstance(entry.body, DocumentExported):
        raise BadInput("a register is as of an entry that is not an export.", where=as_of)
    return entry


def _declared(connection: Connection, id: str, last: Entry) -> bool:
    return journal.entry(connection, id).order <= last.order


def _breached(found: Past) -> bool:
    given = found.answers.get(breaches.BREACH)
    return given is not None and YES in given.values


def _breach(store: Store, found: Past) -> Breach:
    told = dossier.of(store, found, charts=False)
    duties = tuple(one for one in told.law.duties if _of_breaches(found, one))
    return Breach(told, tuple(_decided(found)), duties)


def _of_breaches(found: Past, one: DutyLine) -> bool:
    """Whether a duty hangs on the answer that personal data were breached."""
    regime, stage = found.rules.stage(one.id) or (None, None)
    if regime is None or stage is None:
        return False
    return breaches.BREACH in regime.needs or breaches.BREACH in stage.needs


def _decided(found: Past) -> list[Decided]:
    """Return what was answered and ruled, in words, oldest first."""
    decided = [
        Decided(question.text, said(question, given.values), given.note, given.by, given.at)
        for id in breaches.ASKED
        if (given := found.answers.get(id)) is not None and (question := found.rules.question(id)) is not None
    ]
    for ruled in found.state.conduct.rulings:
        body = ruled.body
        where = found.rules.stage(body.duty)
        name = where[1].name if where else body.duty
        verdict = "applies" if body.applies else "does not apply"
        decided.append(Decided(f"Ruled on: {name}", verdict, body.reason, ruled.by, ruled.at))
    return decided


def _clean(store: Store, found: Past, section: Section) -> Section:
    with store.journal.read() as connection:
        clean = redaction.of(connection, found.state, found.last)
    result: Section = redacted(section, clean.text)
    return result
