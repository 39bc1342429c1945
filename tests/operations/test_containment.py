"""Ways to contain: registered, rehearsed, pulled, confirmed on the live signal, put back."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from tests.conftest import AddSamples
from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model import containment
from tocsin.model.containment import Option, PullState, Readiness
from tocsin.model.containment_effect import Effect, Verdict, words
from tocsin.model.incident import CONTAINED, Incident
from tocsin.model.instant import to_us
from tocsin.model.operator import Author
from tocsin.model.response import StepMarked
from tocsin.model.signal import Signal
from tocsin.now import ManualClock
from tocsin.operations import contacts, incidents, policies, systems, undo
from tocsin.operations import containment as contain
from tocsin.operations import containment_options as registry
from tocsin.operations.verification import verify
from tocsin.store.folder import Store

MINUTE = 60_000_000
DAYS = 5


def register(store: Store, author: Author, name: str = "Fall back to the rules", **said: object) -> Option:
    values: dict[str, object] = {
        "kind": "fallback",
        "who": ["anybody"],
        "how": "Switch `scorer.mode` to rules in the flag console.",
        "minutes": 5,
    } | said
    entry = registry.register(store, author, "scorer", name, **values)  # type: ignore[arg-type]
    return registry.get(store, entry.subject)


@pytest.fixture
def declared(store: Store, author: Author) -> Incident:
    return incidents.declare(store, author, title="Scorer declines", system="scorer", severity="SEV-1")


def test_an_option_is_the_fold_of_what_was_said_of_it(
    store: Store, author: Author, clock: ManualClock
) -> None:
    slow = register(store, author, "Roll back the model", kind="rollback", minutes=45)
    known = register(store, author)
    assert registry.of_system(store, "scorer") == [known, slow]  # the fastest first
    assert known.readiness(store.now()) is Readiness.NEVER
    registry.rehearse(store, author, known.id, True, minutes=4.5, note="in staging")
    changed = registry.change(store, author, known.id, minutes=7, who=["Operator B", "technical lead"])
    now = registry.get(store, "fall back to the RULES", known.system)
    assert (now.minutes, now.who, now.how) == (7, ("Operator B", "technical lead"), known.how)
    assert now.readiness(store.now()) is Readiness.FRESH
    clock.advance(days=181)
    assert now.readiness(store.now()) is Readiness.STALE
    registry.rehearse(store, author, known.id, False, note="the flag was gone")
    assert registry.get(store, known.id).readiness(store.now()) is Readiness.FAILED
    undo.undo(store, author, changed.id)
    assert registry.get(store, known.id).minutes == 5
    gone = registry.remove(store, author, known.id, "the flag is retired")
    assert registry.of_system(store, "scorer") == [slow]
    with pytest.raises(NotFound):
        registry.get(store, known.id)
    undo.undo(store, author, gone.id)
    assert len(registry.of_system(store)) == 2
    assert verify(store).ok


@pytest.mark.parametrize(
    "said",
    [{"kind": "pray"}, {"who": []}, {"who": [" "]}, {"how": " "}, {"minutes": 0}, {"minutes": 20_000}],
)
def test_an_option_that_helps_nobody_is_refused_and_nothing_is_written(
    store: Store, author: Author, said: dict[str, object]
) -> None:
    with pytest.raises(BadInput):
        register(store, author, **said)
    assert systems.find(store, "scorer") is None


def test_two_options_of_a_system_never_bear_one_name(store: Store, author: Author) -> None:
    first, second = register(store, author), register(store, author, "Roll back")
    with pytest.raises(NotAllowed, match="of that name"):
        register(store, author, "fall back TO the rules")
    with pytest.raises(NotAllowed, match="of that name"):
        registry.change(store, author, second.id, name=first.name)
    registry.change(store, author, first.id, name="FALL BACK to the rules")


def test_a_pull_runs_until_somebody_says_what_came_of_it(
    store: Store, author: Author, clock: ManualClock, declared: Incident
) -> None:
    option = register(store, author)
    first = contain.pull(store, author, declared.id, option.name, id="pull-1")
    assert contain.pull(store, author, declared.id, option.name, id="pull-1") == first
    with pytest.raises(NotAllowed, match="pulled already"):
        contain.pull(store, author, declared.id, option.id)

    def state() -> PullState:
        [pull] = containment.pulls(incidents.get(store, declared.id))
        return pull.state(store.now())

    clock.advance(minutes=5)
    assert state() is PullState.RUNNING
    clock.advance(seconds=1)
    assert state() is PullState.OVER_TIME
    with pytest.raises(BadInput, match="what was seen"):
        contain.confirm(store, author, declared.id, "pull-1", True)
    denied = contain.confirm(store, author, declared.id, "pull-1", False, "still declining")
    assert state() is PullState.FAILED
    undo.undo(store, author, denied.id)
    assert state() is PullState.OVER_TIME
    clock.advance(minutes=3)
    contain.confirm(store, author, declared.id, option.name, True, "canary approves as before")
    assert state() is PullState.WORKED
    assert containment.offers_contained(incidents.get(store, declared.id)) is not None
    moved = contain.contain(store, author, declared.id)
    now = incidents.get(store, declared.id)
    assert (now.status, now.reached(CONTAINED)) == (CONTAINED, store.now())
    assert moved.body.note == option.name
    assert containment.offers_contained(now) is None
    contain.release(store, author, declared.id, "pull-1", "back on the model")
    assert state() is PullState.RELEASED
    with pytest.raises(NotAllowed, match="put back already"):
        contain.confirm(store, author, declared.id, "pull-1", True, "and again")
    again = contain.pull(store, author, declared.id, option.id)
    assert again.id != "pull-1"
    assert verify(store).ok


def test_what_takes_something_offline_waits_for_the_evidence(
    store: Store, author: Author, declared: Incident
) -> None:
    incidents.set_fields(store, author, declared.id, {"type": "bias"})
    option = register(store, author, "Switch the scorer off", kind="kill_switch", takes_offline=True)
    with pytest.raises(NotAllowed, match="evidence is not preserved"):
        contain.pull(store, author, declared.id, option.id)
    forced = contain.pull(store, author, declared.id, option.id, override="people are being refused now")
    assert forced.body.override == "people are being refused now"
    contain.release(store, author, declared.id, forced.id)
    playbook = policies.scheme(store, declared.policy).playbook("bias")
    assert playbook is not None
    for step in [one for one in playbook.steps if one.kind == "preserve"]:
        with store.write() as write:
            body = StepMarked(step.id, "done")
            write.add(author, body, incident=declared.id, subject=declared.id)
    entry = contain.pull(store, author, declared.id, option.id, override="not needed")
    assert entry.body.override == ""
    mild = register(store, author, "Raise the threshold", kind="thresholds")
    contain.pull(store, author, declared.id, mild.id)


def test_whoever_is_not_among_those_who_may_says_why(
    store: Store, author: Author, declared: Incident
) -> None:
    option = register(store, author, who=["Operator B", "technical lead"])
    with pytest.raises(NotAllowed, match="may be pulled by Operator B, technical lead"):
        contain.pull(store, author, declared.id, option.id)
    entry = contain.pull(store, author, declared.id, option.id, exception="nobody of them answers")
    assert entry.body.exception == "nobody of them answers"
    contain.release(store, author, declared.id, entry.id)
    plain = contain.pull(store, Author("Operator B"), declared.id, option.id, exception="never mind")
    assert plain.body.exception == ""
    contain.release(store, author, declared.id, plain.id)
    known = incidents.get(store, declared.id)
    held = containment.may_pull(register(store, author, "Roll back", who=["commander"]), author.name, known)
    assert held  # the author commands
    titled = register(store, author, "Throttle", who=["VP Engineering"])
    assert not contain.hurdles(store, known.id, titled.id, author)[1]
    contacts.save(store, author, "VP Engineering", person=author.name)
    assert contain.hurdles(store, known.id, titled.id, author)[1]


Tell = Callable[..., Effect]


@pytest.fixture
def tell(
    store: Store, author: Author, clock: ManualClock, add_samples: AddSamples, declared: Incident
) -> Tell:
    """Pull an option at 13:37, let the signal do as told after it, and return what is seen."""
    system = systems.find(store, "scorer")
    assert system is not None
    signal = Signal(system=system.id, metric="approval_rate")

    def told(after: list[float], *, before: float = 0.31, every_s: int = 60, silent_min: int = 0) -> Effect:
        pulled = to_us(store.now())
        random = np.random.default_rng(5)
        step = every_s * 1_000_000
        past = np.arange(pulled - DAYS * 1440 * MINUTE, pulled, step)
        values = random.normal(0.58, 0.01, len(past))
        departed = past >= pulled - 180 * MINUTE
        values[departed] += before - 0.58
        times = np.concatenate([past, pulled + silent_min * MINUTE + step * np.arange(1, len(after) + 1)])
        noise = random.normal(0, 0.01, len(after))
        add_samples(signal, times, np.concatenate([values, np.array(after, float) + noise]))
        start = {"start": _when(store, hours=3)}
        incidents.set_fields(store, author, declared.id, start)  # type: ignore[arg-type]
        option = register(store, author, signal="approval_rate")
        pull = contain.pull(store, author, declared.id, option.id)
        clock.advance(hours=2)
        return contain.effect(store, declared.id, pull.id)[2]

    return told


def _when(store: Store, **ago: float) -> object:
    from tocsin.model.instant import When

    return When(store.now() - timedelta(**ago))


def test_back_to_usual_for_half_an_hour_is_back(tell: Tell) -> None:
    seen = tell([0.31] * 10 + [0.58] * 40)
    assert seen.verdict is Verdict.BACK
    assert (seen.samples, seen.inside) == (30, pytest.approx(30, abs=2))
    assert seen.since is not None
    assert seen.newest is not None
    assert (seen.newest - seen.since) == timedelta(minutes=39)


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        ([0.31] * 40, Verdict.NOT_YET),
        ([0.58] * 10, Verdict.TOO_EARLY),
        ([0.31] * 10, Verdict.NOT_YET),  # plainly not, without waiting for the half hour
        ([0.31], Verdict.TOO_EARLY),
        ([0.571] * 40, Verdict.NOT_YET),  # nearly all inside the band, and yet not what it was
        ([0.48, 0.68] * 20, Verdict.NOT_YET),  # right in the middle, and yet none inside
        ([0.58] * 10 + [0.31] * 30, Verdict.NOT_YET),  # came back, and went again
        ([], Verdict.NO_DATA),
    ],
)
def test_what_is_not_back_is_not_called_back(tell: Tell, after: list[float], verdict: Verdict) -> None:
    assert tell(after).verdict is verdict


def test_a_signal_that_never_left_its_band_shows_nothing(tell: Tell) -> None:
    assert tell([0.58] * 40, before=0.58).verdict is Verdict.UNMOVED


def test_rare_samples_need_more_than_half_an_hour(tell: Tell) -> None:
    seen = tell([0.58] * 3, every_s=900)
    assert (seen.verdict, seen.needs) == (Verdict.TOO_EARLY, timedelta(minutes=90))


def test_a_signal_that_has_gone_silent_since_says_so(tell: Tell) -> None:
    seen = tell([0.31] * 10 + [0.58] * 40)  # an hour and more before it is asked
    assert seen.silent
    assert seen.newest is not None
    assert words(seen, seen.newest, "UTC").endswith(f" No sample since {seen.newest:%H:%M}.")


def test_one_that_still_tells_does_not(tell: Tell) -> None:
    assert not tell([0.58] * 119).silent


def test_a_confirmation_records_what_was_seen_and_dates_the_containment(
    tell: Tell, store: Store, author: Author, declared: Incident
) -> None:
    seen = tell([0.31] * 10 + [0.58] * 40)
    [pull] = containment.pulls(incidents.get(store, declared.id))
    entry = contain.confirm(store, author, declared.id, pull.id, True, "complaints stopped")
    assert entry.body.seen.startswith("complaints stopped · Back to usual since ")
    assert " of 30 samples of the last 30 min within 0.5" in entry.body.seen
    contain.contain(store, author, declared.id)
    assert incidents.get(store, declared.id).reached(CONTAINED) == seen.since


def test_usual_traffic_is_called_not_back_seldom(
    store: Store, add_samples: AddSamples, clock: ManualClock
) -> None:
    """Of many stretches in which nothing is wrong, and whose samples linger, few are taken for not back."""
    from tocsin.detectors import baseline
    from tocsin.model.instant import from_us
    from tocsin.operations.containment_effect import seen

    random = np.random.default_rng(11)
    white = random.normal(0, 1, 40_000)
    values = np.empty_like(white)
    values[0] = white[0]
    for i in range(1, len(white)):
        values[i] = 0.7 * values[i - 1] + white[i]
    times = np.arange(len(values)) * MINUTE + 10**15
    until = 20_000
    usual = baseline.fit(times[:until], values[:until], int(times[until]))
    verdicts = []
    for at in range(until, len(values) - 100, 100):
        around = slice(at - 60, at + 40)
        departed = values[around].copy()
        departed[:60] += 30
        verdicts.append(seen(times[around], departed, usual, from_us(int(times[at - 1]))).verdict)
    assert verdicts.count(Verdict.BACK) / len(verdicts) >= 0.95
