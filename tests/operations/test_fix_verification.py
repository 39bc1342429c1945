"""A fix is verified by detectors that had data and stayed quiet; whatever else is silent is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pytest

from tocsin.detectors.base import DAY, HOUR
from tocsin.errors import NotAllowed
from tocsin.model.incident import Incident
from tocsin.model.instant import When, from_us
from tocsin.model.operator import Author
from tocsin.model.response import ExampleResult
from tocsin.model.signal import Signal
from tocsin.now import ManualClock
from tocsin.operations import deployments, detectors, examples, fix_verification, incidents, queue, systems
from tocsin.operations.detect import detect
from tocsin.operations.progress import finish
from tocsin.store.folder import Store

BEGIN = 20_000 * DAY
FELL, FIXED = BEGIN + 20 * DAY, BEGIN + 21 * DAY
AddSamples = Callable[..., int]


@dataclass
class Scene:
    """A signal fell, an incident was declared of it, and version v15 was deployed a day later."""

    store: Store
    author: Author
    clock: ManualClock
    send: Callable[[int, int], None]
    incident: Incident

    def look(self, **said: object) -> fix_verification.FixView:
        return fix_verification.look(self.store, self.incident.id, "v15", **said)  # type: ignore[arg-type]

    def verify(self, **said: object) -> object:
        work = fix_verification.verify(self.store, self.author, self.incident.id, "v15", **said)  # type: ignore[arg-type]
        return finish(work)


@pytest.fixture
def scene(store: Store, author: Author, add_samples: AddSamples, clock: ManualClock) -> Scene:
    with store.write() as write:
        system = systems.ensure_in(write, author, "scorer")
    signal = Signal(system.id, "accuracy")
    rng = np.random.default_rng(4)

    def send(begin: int, end: int) -> None:
        """Samples every half hour until `end`, low from the fall until the fix; then it is `end`."""
        times = np.arange(begin, end, HOUR // 2)
        values = 90 + rng.standard_normal(len(times))
        values[(times >= FELL) & (times < FIXED)] -= 10
        add_samples(signal, times, values)
        clock.instant = from_us(end)

    send(BEGIN, FELL + 12 * HOUR)
    alert = next(one for one in finish(detect(store)).raised if one.detector == "departure")
    known = incidents.declare(store, author, title="t", system="scorer", alert_ids=[alert.id])
    send(FELL + 12 * HOUR, FIXED)
    deployments.record(store, author, "scorer", "scorer", "v15", since=When(from_us(FIXED)))
    return Scene(store, author, clock, send, known)


def at(hours: float) -> datetime:
    return from_us(FIXED) + timedelta(hours=hours)


def test_quiet_with_data_for_a_day_is_verified_until_it_speaks_again(
    scene: Scene, add_samples: AddSamples
) -> None:
    scene.send(FIXED, FIXED + 20 * HOUR)
    with pytest.raises(NotAllowed, match="not yet for long enough"):
        scene.verify()
    assert scene.look().verified is None
    scene.send(FIXED + 20 * HOUR, FIXED + 60 * HOUR)
    scene.verify()
    body = scene.look().verified
    assert body is not None
    assert (body.version, body.since) == ("v15", at(0))
    assert "accuracy" in body.evidence
    assert scene.look().spoke_since == ()
    times = np.arange(FIXED + 60 * HOUR, FIXED + 66 * HOUR, HOUR // 2)
    add_samples(Signal(scene.incident.system, "accuracy"), times, np.full(len(times), 70.0))
    scene.clock.instant = at(66)
    with pytest.raises(NotAllowed, match="still says"):
        scene.verify()
    assert len(scene.look().spoke_since) == 1


def test_a_signal_that_went_dead_verifies_nothing(scene: Scene) -> None:
    scene.send(FIXED, FIXED + 4 * HOUR)
    scene.clock.instant = at(40)
    with pytest.raises(NotAllowed, match="silence says nothing"):
        scene.verify()
    scene.send(FIXED + 40 * HOUR, FIXED + 50 * HOUR)
    with pytest.raises(NotAllowed, match="not yet for long enough"):
        scene.verify()


def test_the_examples_have_to_pass_and_the_version_to_serve(scene: Scene) -> None:
    scene.send(FIXED, FIXED + 30 * HOUR)
    store, author, id = scene.store, scene.author, scene.incident.id
    examples.add(store, author, id, "case", name="a")
    with pytest.raises(NotAllowed, match="was not tried"):
        scene.verify()
    examples.record(store, author, id, "v15", [ExampleResult("a", True)])
    with pytest.raises(NotAllowed, match="shows nothing"):
        scene.verify()
    examples.record(store, author, id, "v14", [ExampleResult("a", False)])
    assert fix_verification.look(store, id).version == "v15"
    assert "no deployment" in fix_verification.look(store, id, "v16").reasons[1]
    assert "time to come" in scene.look(at=at(99)).reasons[0]
    assert not fix_verification.look(store, id, "v15", at=at(1)).reasons
    scene.verify()
    deployments.record(store, author, "scorer", "scorer", "v16", since=When(at(28)))
    assert "took its place" in scene.look().reasons[0]


def test_quiet_for_another_reason_is_told(scene: Scene) -> None:
    scene.send(FIXED, FIXED + 30 * HOUR)
    finish(detect(scene.store))
    assert not scene.look().reasons
    detectors.set_parameters(scene.store, scene.author, "departure", {}, enabled=False)
    assert "switched off" in scene.look().reasons[0]
    assert not scene.look(stated="two hundred cases read by hand: all right").reasons
    detectors.set_parameters(scene.store, scene.author, "departure", {}, enabled=True)
    assert "set anew" in scene.look().reasons[0]
    queue.accept(scene.store, scene.author, [scene.incident.alerts[0][1].id], "as it is")
    assert "new normal" in scene.look().reasons[0]


def test_without_alerts_a_person_states_what_was_seen(
    store: Store, author: Author, clock: ManualClock
) -> None:
    known = incidents.declare(store, author, title="t", system="s")
    at, clock.instant = clock.now(), clock.now() + timedelta(hours=25)
    work = fix_verification.verify(store, author, known.id, "v15", at=at)
    with pytest.raises(NotAllowed, match="state what was seen"):
        finish(work)
    early = fix_verification.look(store, known.id, "v15", at=at + timedelta(hours=2), stated="read 200 cases")
    assert "stay quiet until" in early.reasons[0]
    finish(fix_verification.verify(store, author, known.id, "v15", at=at, stated="read 200 cases"))
    said = incidents.get(store, known.id).conduct.verified[0].body
    assert "stated: read 200 cases" in said.evidence
