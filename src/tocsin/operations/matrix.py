"""Severity x escalation in one look: the pack in force, open incidents in its cells, who is owed what when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.matrix import Matrix, Owed, matrix, owed, placed
from tocsin.model.severity import Scheme
from tocsin.model.urgency import Watched
from tocsin.operations import alerts, clocks, policies
from tocsin.store.folder import Store


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
