"""Severity x escalation in one look: the pack in force, open incidents in its cells, who is owed what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.matrix import Matrix, Owed, matrix, owed, placed, responses, tellings
from tocsin.model.severity import Scheme
from tocsin.model.urgency import Watched
from tocsin.operations import alerts, clocks, policies
from tocsin.policy import edit
from tocsin.store.folder import Store

MEANING, RESPOND, ESCALATE, ROUTE = "meaning", "respond", "escalate", "route"  # what of a level can be edited


@dataclass(frozen=True, slots=True)
class MatrixView:
    """The matrix at one moment. `scheme` is the pack in force as it was chosen, `sha256` what it freezes to.

    `watched` are the open incidents by id, the most urgent first, each under the pack it froze; `owed` what
    somebody is owed in each, the nearest first.
    """

    now: datetime
    scheme: Scheme
    sha256: str
    matrix: Matrix
    watched: Mapping[str, Watched]
    owed: Mapping[str, tuple[Owed, ...]]


def look(store: Store) -> MatrixView:
    """Return the matrix as it stands now."""
    now, (scheme, sha256), watched = store.now(), policies.current(store), clocks.wall(store)
    firsts = [one.incident.alerts[0][1] for one in watched if one.incident.alerts]
    layers = alerts.layers(store, firsts)
    places = [
        placed(one.incident, layers[one.incident.alerts[0][1].id].value if one.incident.alerts else "")
        for one in watched
    ]
    return MatrixView(
        now,
        scheme,
        sha256,
        matrix(scheme, places),
        {one.incident.id: one for one in watched},
        {one.incident.id: owed(one.incident, one.scheme, one.clocks) for one in watched},
    )


def edited(scheme: Scheme, level: str, kind: str, said: Mapping[str, str], route: str = "") -> Scheme:
    """Return a pack with one cell of the matrix changed; nothing is in force by that.

    `kind` is MEANING (said: meaning, found_by), RESPOND (spans by the ids of its clocks), ESCALATE (the same,
    and to, forum) or ROUTE (to, serves: yes or no) with the kind of the `route`. Names stand with commas
    between. Raises BadInput and NotFound by the checks of a pack.
    """
    if kind == MEANING:
        return edit.with_level(scheme, level, meaning=said["meaning"], found_by=said["found_by"])
    if kind == ROUTE:
        known = next(one for one in scheme.routes if one.kind == route)
        serves = said["serves"] == "yes"
        levels = [one.id for one in scheme.levels if (one.id in known.levels, serves)[one.id == level]]
        return edit.with_route(scheme, route, to=said["to"].split(","), levels=levels)
    changed = scheme
    if kind == ESCALATE:
        changed = edit.with_level(scheme, level, escalate_to=said["to"].split(","), forum=said["forum"])
    for rule in (tellings if kind == ESCALATE else responses)(scheme):
        offset = edit.offset_of(said[rule.id])
        if offset != scheme.offset(rule.id, level):
            changed = edit.with_offset(changed, rule.id, level, offset)
    return changed
