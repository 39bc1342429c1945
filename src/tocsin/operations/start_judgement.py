"""What people say of an estimated start: accepted, adjusted or rejected, as one entry of the journal."""

from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.errors import BadInput
from tocsin.model.fields import replaced_by
from tocsin.model.incident import standing
from tocsin.model.instant import When, iso
from tocsin.model.journal import Entry
from tocsin.model.judgement import StartJudged
from tocsin.model.operator import Author
from tocsin.operations.signals import system_id
from tocsin.operations.start_view import StartView
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents, journal
from tocsin.store.folder import Store

VERDICTS = ("accepted", "adjusted", "rejected")


@dataclass(frozen=True, slots=True)
class Judged:
    """One judgement. `incident` is an id, empty where it was of a system alone; `counts` until undone."""

    entry: str
    author: str
    at: datetime
    incident: str
    said: StartJudged
    counts: bool = True


def judge(
    store: Store,
    author: Author,
    view: StartView | When | None,
    verdict: str,
    *,
    incident: str = "",
    system: str = "",
    chosen: When | None = None,
    reason: str = "",
    id: str = "",
) -> Entry:
    """Record what a person says of an estimate, given as the view or its start. Raises BadInput, NotFound.

    Accepted is the estimate itself, adjusted is `chosen`; both become the start of the incident if one is
    named (reference or id), by the same entry, so that undoing it takes both back. An id made before makes a
    retry safe.
    """
    estimate = view.when if isinstance(view, StartView) else view
    chosen = _chosen(store, verdict, estimate, chosen)
    body = StartJudged(
        verdict,
        "",
        estimate,
        chosen,
        view.evidence if isinstance(view, StartView) else "",
        checked_text(reason) if reason.strip() else "",
    )
    id = id or store.new_id()
    if not incident:
        of = view.system if isinstance(view, StartView) and not system else system_id(store, system)
        with store.write() as write:
            return write.add(author, replace(body, system=of), subject=id, id=id)
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        body = replace(body, system=known.system)
        replaces = replaced_by(known.fields, ("start",)) if chosen is not None else ()
        return write.add(author, body, incident=known.id, subject=known.id, replaces=replaces, id=id)


def judged(store: Store, *, incident: str = "", system: str = "") -> tuple[Judged, ...]:
    """Return what people said, oldest first, of an incident or a system if named (reference, name or id).

    Those undone are among them. Raises NotFound.
    """
    of = system_id(store, system) if system else ""
    with store.journal.read() as connection:
        about = incidents.get(connection, incident).id if incident else ""
        said = journal.entries(connection, kinds=("start.judged", "undone"))
    counting = {entry.id for entry in standing(said)}
    return tuple(
        Judged(
            entry.id, entry.author.name, entry.recorded_at, entry.incident, entry.body, entry.id in counting
        )
        for entry in said
        if isinstance(entry.body, StartJudged)
        and about in ("", entry.incident)
        and of in ("", entry.body.system)
    )


def _chosen(store: Store, verdict: str, estimate: When | None, chosen: When | None) -> When | None:
    """Return the start a verdict amounts to, None for a rejection."""
    if verdict not in VERDICTS:
        raise BadInput("there is no such verdict.", where=verdict, hint=f"Use {', '.join(VERDICTS)}.")
    if verdict == "rejected":
        return None
    start = estimate if verdict == "accepted" else chosen
    if start is None and verdict == "accepted":
        raise BadInput("there is no estimate to accept.", hint="Say when it began, or reject it.")
    if start is None:
        raise BadInput("an adjusted start needs a time or a range.")
    if start.low > store.now():
        raise BadInput("this time lies ahead.", where=iso(start.low), hint="It began before now.")
    return start
