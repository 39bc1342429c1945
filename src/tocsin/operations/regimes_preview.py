"""Which duties of open incidents other rules would change: looked at before they are adopted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.incident import Incident
from tocsin.model.regime import Rules
from tocsin.operations import answers, clocks, duties, policies, regimes
from tocsin.operations.duties import DutyView
from tocsin.policy.expand import written_out
from tocsin.store import incidents
from tocsin.store.database import Connection
from tocsin.store.folder import Store


@dataclass(frozen=True, slots=True)
class Change:
    """A duty of an open incident that other rules would change: `before` and `after` it, None without."""

    incident: str
    reference: str
    title: str
    duty: str
    name: str
    before: DutyView | None
    after: DutyView | None

    @property
    def what(self) -> str:
        """Whether it begins to apply, ends, moves its deadline, or only reads otherwise."""
        was, will = (one is not None and one.duty.applies for one in (self.before, self.after))
        if was != will:
            return "begins" if will else "ends"
        return "moves" if _ends(self.before) != _ends(self.after) else "reads otherwise"


def preview(store: Store, rules: Rules) -> tuple[Change, ...]:
    """Return which duties of which open incidents would change if these rules were adopted now."""
    now = store.now()
    with store.journal.read() as connection:
        held = regimes.current(connection)
        found = [one for one in incidents.list_all(connection, with_closed=False) if not one.withdrawn]
        then = written_out(rules, store.zone, now) if found else rules
        return tuple(
            change for one in found for change in _changes(connection, one, held, then, now, store.zone)
        )


def _changes(
    connection: Connection, incident: Incident, held: Rules, then: Rules, now: datetime, zone: str
) -> Iterator[Change]:
    given = answers.of(connection, incident)
    if not given and not incident.conduct.rulings:
        return
    scheme, former = policies.of(connection, incident.policy), clocks.former(connection, incident)
    old, new = (
        {row.duty.id: row for row in duties.view(incident, scheme, one, given, now, zone, former).rows}
        for one in (held, then)
    )
    for id_ in (*new, *(id_ for id_ in old if id_ not in new)):
        before, after = old.get(id_), new.get(id_)
        if _seen(before) == _seen(after) or not any(one and one.duty.applies for one in (before, after)):
            continue
        stage = (after or before).duty.stage  # type: ignore[union-attr]
        yield Change(incident.id, incident.reference, incident.title, id_, stage.name, before, after)


def _ends(view: DutyView | None) -> tuple[object, ...]:
    return () if view is None else (view.plan_to, view.legal_outer, view.keep_until)


def _seen(view: DutyView | None) -> tuple[object, ...]:
    """What people see of a duty; one that does not apply is as if it were not there."""
    if view is None or not view.duty.applies:
        return ()
    return view.duty.stage, view.state, *_ends(view)
