"""Diagnosis: a person clears, suspects or confirms a layer, and says what that rests on (C4)."""

from collections.abc import Sequence

from tocsin.errors import BadInput
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.playbook import FINDINGS, LAYERS
from tocsin.model.response import LayerJudged
from tocsin.operations import playbook
from tocsin.store import journal
from tocsin.store.folder import Store

_LONGEST = 4_000


def judge(
    store: Store,
    author: Author,
    incident: str,
    layer: str,
    finding: str,
    *,
    evidence: str = "",
    files: Sequence[str] = (),
    id: str = "",
) -> Entry:
    """Say how a layer stands. Raises BadInput for an unknown layer or finding, and without evidence."""
    _check(layer, finding)
    evidence = evidence.strip()
    if not evidence and not files:
        raise BadInput("say what it rests on, or attach a file.", where=LAYERS[layer])
    if len(evidence) > _LONGEST:
        raise BadInput(f"evidence has at most {_LONGEST:,} characters.", hint="Attach it as a file.")
    with store.write() as write:
        if id and journal.has(write.connection, id):
            return journal.entry(write.connection, id)
        known = playbook.open_incident(write, incident)
        playbook.check_files(write.connection, known, files)
        body = LayerJudged(layer, finding, evidence, tuple(files))
        return write.add(author, body, incident=known.id, subject=known.id, id=id)


def _check(layer: str, finding: str) -> None:
    for what, value, known in (("layer", layer, tuple(LAYERS)), ("finding", finding, FINDINGS)):
        if value not in known:
            raise BadInput(f"there is no such {what}.", where=value, hint=f"There are: {', '.join(known)}.")
