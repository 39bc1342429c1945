"""The containment of an incident in one look: its options, what was pulled with its signal, the freeze."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.model import containment, steps
from tocsin.model.callees import Callee
from tocsin.model.containment import Option, Pull, Readiness, may_pull
from tocsin.model.containment_effect import Effect
from tocsin.model.incident import Incident
from tocsin.model.instant import from_us, to_us
from tocsin.model.playbook import Step
from tocsin.operations import containment as pulling
from tocsin.operations import containment_options, deployments, freeze, policies, strips, systems
from tocsin.operations.freeze import FreezeView
from tocsin.operations.strips import Curve, Learnt, Stretch
from tocsin.store import incidents, samples, series
from tocsin.store.database import Connection
from tocsin.store.folder import Store

_BEFORE, _LEAST = timedelta(hours=6), timedelta(hours=8)
_MOST_CURVES = 8


@dataclass(frozen=True, slots=True)
class Offered:
    """An option as one person may pull it now.

    `signal` is the name of its signal; `open` are the steps of evidence that come first, `may` tells whether
    the person is among those who may, `pulled` that it is in effect; `who` are those who may, as they can be
    called now.
    """

    option: Option
    readiness: Readiness
    signal: str = ""
    pulled: bool = False
    open: tuple[Step, ...] = ()
    may: bool = True
    who: tuple[Callee, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Pulled:
    """A pull with what its signal shows, and the curve of it around the pull where there is one."""

    pull: Pull
    effect: Effect
    curve: Curve | None = None
    stretch: Stretch | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ContainView:
    """All that is shown of an incident's containment; `pulled` the newest first.

    `contained_at` is when a confirmed pull took effect, by which the incident is contained; None while there
    is none or it is said already.
    """

    now: datetime
    incident: Incident
    system: str
    options: tuple[Offered, ...]
    pulled: tuple[Pulled, ...]
    freeze: FreezeView
    contained_at: datetime | None = None


def look(store: Store, incident: str, person: str, learnt: Learnt, pixels: int = 600) -> ContainView:
    """Return what there is to show of an incident, by id, to a person. Raises NotFound."""
    now = store.now()
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        scheme = policies.of(connection, known.policy)
        there = containment.options(containment_options.entries(connection), known.system)
        people = pulling.people(connection, known, scheme)
        who = {one.id: people.callees(one.who, now) for one in there}
    pulls = containment.pulls(known)
    in_effect = {one.body.option for one in containment.in_effect(pulls)}
    open_steps = steps.preserved(known, scheme)
    with store.signals.read() as connection:
        ids = [one.signal for one in there if one.signal]
        signals = {id: signal.name for id, (_, signal) in series.of_ids(connection, ids).items()}
        shown = tuple(
            _pulled(connection, known, one, learnt, pixels, now) for one in pulls[: -_MOST_CURVES - 1 : -1]
        )
    offered = containment.offers_contained(known)
    return ContainView(
        now,
        known,
        systems.name_of(store, known.system),
        tuple(
            Offered(
                one,
                one.readiness(now),
                signals.get(one.signal, ""),
                one.id in in_effect,
                open_steps if one.takes_offline else (),
                may_pull(one, person, known, [each.person for each in who[one.id]]),
                who[one.id],
            )
            for one in there
        ),
        shown,
        freeze.view(known, scheme, deployments.of_system(store, known.system), now),
        pulling.effective(offered) if offered else None,
    )


def _pulled(
    connection: Connection, known: Incident, pull: Pull, learnt: Learnt, pixels: int, now: datetime
) -> Pulled:
    effect = pulling.live(connection, known, pull, learnt, now)
    found = series.of_ids(connection, [pull.body.signal]) if pull.body.signal else {}
    if not found:
        return Pulled(pull, effect)
    number, signal = found[pull.body.signal]
    newest = samples.latest(connection, [number]).get(number)
    if newest is None:
        return Pulled(pull, effect)
    end = max(from_us(newest[0]), pull.at)
    begin = min(pull.at - _BEFORE, end - _LEAST)
    stretch = Stretch(begin, max(end, min(now, pull.at + _BEFORE)), pixels)
    until_us = to_us(strips.began(known))
    curve = strips.curve(connection, number, signal, known, stretch, newest, learnt, until_us)
    return Pulled(pull, effect, curve, stretch)
