"""What a batch of letters is made from: the kind, the duty it serves, and what is said once for all of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from tocsin.errors import BadInput, NotAllowed
from tocsin.model import filings
from tocsin.model.document import Printing, Standing
from tocsin.model.duties import Verdict
from tocsin.model.filing import Fill
from tocsin.model.filings import State
from tocsin.model.incident import Incident
from tocsin.model.letters import (
    DATE,
    Ask,
    Form,
    LetterKind,
    Marks,
    days,
    malformed,
    normalised,
    printed,
    standing_banner,
    unfit,
    wanting,
)
from tocsin.operations import answers, duties, filings_view, stores
from tocsin.policy import letters as kinds
from tocsin.store import incidents, journal
from tocsin.store.folder import Store

_ANSWER, _FILING = "answer:", "filing:"
_CONTACTS = ("contact_point", "dpo_name", "dpo_email", "dpo_phone")


@dataclass(frozen=True, slots=True)
class Batch:
    """The batch as a whole. `kinds` are by language, the first the one of whoever states none.

    `shared` is what is said once, `origins` where each of it is from; `notes` are to be read before.
    """

    incident: Incident
    kinds: dict[str, LetterKind]
    duty: str
    shared: dict[str, str]
    origins: dict[str, str]
    marks: dict[str, Marks]
    printing: Printing
    notes: tuple[str, ...]

    @property
    def kind(self) -> LetterKind:
        """The kind in the language of whoever states none."""
        return next(iter(self.kinds.values()))

    def printed(self) -> Iterator[str]:
        """Yield what is said for everybody as it is printed, in every language."""
        for kind in self.kinds.values():
            yield from printed(kind, self.shared, days(kind)).values()


def prepare(
    store: Store,
    incident: str,
    kind: str,
    printing: Printing,
    given: Mapping[str, str],
    templates: Iterable[Path] = (),
) -> Batch:
    """Return a batch, not yet of anybody. `given` is what is said for it, by the ids of what is asked.

    Raises BadInput for what is unknown, malformed or must be supplied; NotAllowed where this kind of letter
    is not what the law asks for here, or AS FILED before its filing was approved.
    """
    found = kinds.kinds(kind, templates)
    one = next(iter(found.values()))
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        last = journal.last_entry(connection, known.id)
        answered = {id_: "\n".join(each.values) for id_, each in answers.of(connection, known).items()}
        drill = stores.drill_in(connection)
    rows = duties.look(store, known.id)
    duty, notes = _duty(one, rows)
    _check_standing(known, duty, printing)
    shared, origins = _shared(store, known, one, duty, answered, given)
    shared[DATE] = f"{store.now().astimezone(ZoneInfo(store.zone)):%Y-%m-%d}"
    _check_wanting(one, shared)
    notes += _check_fit(one, shared)
    standing = "" if printing.standing is Standing.DRAFT else " · AS FILED"
    foot = f"{known.reference}{standing} · rules as of {rows.rules.as_of} · journal {last.hash[:12]}"
    banner = standing_banner(printing.standing, drill)
    marks = {language: Marks(foot, banner, each.page_of) for language, each in found.items()}
    return Batch(known, found, duty, shared, origins, marks, printing, notes)


def _duty(kind: LetterKind, view: duties.DutiesView) -> tuple[str, tuple[str, ...]]:
    """Return the duty a batch serves, with what is to be known of it. Raises NotAllowed for a gated kind."""
    rows = {row.duty.id: row.duty for row in view.rows if row.duty.id in kind.duties}
    found = [rows[id_] for id_ in kind.duties if id_ in rows]
    applying = [one for one in found if one.verdict is Verdict.APPLIES]
    if applying:
        return applying[0].id, ()
    reasons: dict[str, list[str]] = {}
    for one in found:
        reasons.setdefault(one.because, []).append(one.id)
    told = (f"{', '.join(ids)}: {because}" for because, ids in reasons.items())
    why = "; ".join(told) or "no rule in force knows it"
    if kind.gated:
        raise NotAllowed(
            f"{kind.title.lower()}: no duty for it applies here ({why}).",
            where=kind.id,
            hint=f"{kind.instead} Where it applies after all, rule so: `tocsin duties`.",
        )
    return (found[0].id if found else ""), (f"No duty for this letter is known to apply: {why.rstrip('.')}.",)


def _check_standing(known: Incident, duty: str, printing: Printing) -> None:
    if printing.standing is Standing.DRAFT:
        return
    filed = filings.of_duty(known, duty) if duty else ()
    if not any(one.state in (State.APPROVED, State.FILED) for one in filed):
        raise NotAllowed(
            f"letters are AS FILED once a second person approved the filing of {duty or 'their duty'}.",
            where=known.reference,
            hint="Make them as a draft, have the filing approved, then make them again.",
        )


def _shared(
    store: Store,
    known: Incident,
    kind: LetterKind,
    duty: str,
    answered: Mapping[str, str],
    given: Mapping[str, str],
) -> tuple[dict[str, str], dict[str, str]]:
    asked = {one.id: one for one in kind.asks}
    if unknown := sorted(set(given) - set(asked)):
        raise BadInput(
            "nothing is asked under this name.", where=unknown[0], hint=f"One of {', '.join(asked)}."
        )
    own = _of_filing(store, known, kind, duty)
    values, origins = {}, {}
    for one in kind.asks:
        sources = [
            ("given", given.get(one.id, "")),
            (one.source, _of_source(one.source, answered, own)),
            ("unless said otherwise", one.default),
        ]
        origin, value = next((pair for pair in sources if pair[1].strip()), ("", ""))
        if value:
            values[one.id] = _clean(one, value)
            origins[one.id] = origin
            if reason := malformed(one, values[one.id]):
                raise BadInput(f"{reason}.", where=one.id)
    return values, origins


def _clean(ask: Ask, value: str) -> str:
    value = value.replace("\r\n", "\n").strip()
    if ask.form is Form.LIST:
        return "\n".join(entry.strip() for entry in value.replace("|", "\n").split("\n") if entry.strip())
    return normalised(ask, " ".join(value.split()) if ask.form is Form.LINE else value)


def _of_source(source: str, answered: Mapping[str, str], own: Mapping[str, str]) -> str:
    if source.startswith(_ANSWER):
        return answered.get(source.removeprefix(_ANSWER), "")
    if source == "contact":
        return ", ".join(answered[id_] for id_ in _CONTACTS if answered.get(id_))
    return own.get(source, "")


def _of_filing(store: Store, known: Incident, kind: LetterKind, duty: str) -> dict[str, str]:
    """Return what people wrote into the filing of the duty; what only the record says may be internal."""
    if not duty or not any(one.source.startswith(_FILING) for one in kind.asks):
        return {}
    view = filings_view.look(store, known.id, duty)
    return {
        f"{_FILING}{one.field.id}": one.own.value
        for one in view.fields
        if one.own is not None and one.own.fill in (Fill.VALUE, Fill.ESTIMATE)
    }


def _check_fit(kind: LetterKind, shared: Mapping[str, str]) -> tuple[str, ...]:
    """Return warnings about what is said for everybody. Raises BadInput for what may not be said."""
    found = list(unfit(kind, shared))
    for one in found:
        if one.refuses:
            raise BadInput(f"{one.reason}.", where=one.column)
    return tuple(one.said() for one in found)


def _check_wanting(kind: LetterKind, shared: Mapping[str, str]) -> None:
    """Raise BadInput where wording is missing that the law prescribes: a row cannot be right without it."""
    for ask in wanting(kind, shared):
        raise BadInput(
            f"{ask.title} must be supplied in the law's own words ({ask.citation}).",
            where=ask.id,
            hint=f"{ask.verbatim} Then: --set {ask.id}=@FILE",
        )
