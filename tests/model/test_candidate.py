"""Candidates: what belongs together, how grave it is, when it started, what most likely caused it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.candidate import (
    BEFORE,
    FOLLOWS,
    IMPACT,
    OVERSIGHT,
    SHIFT,
    SILENT_CHANGE,
    Candidate,
    Placed,
    candidates,
    length,
)
from tocsin.model.deployment import Deployment
from tocsin.model.instant import When
from tocsin.model.signal import Layer

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def placed(
    id: str,
    hours: float = 0.0,
    *,
    within: float = 0.0,
    system: str = "scorer",
    layer: Layer = Layer.QUALITY,
    severity: AlertSeverity = AlertSeverity.HIGH,
    ended: bool = False,
    urgent: bool = True,
    effect: float = 3.0,
    known: bool = True,
) -> Placed:
    """An alert that started so many hours after noon, known to within so many hours on both sides."""
    at = NOON + timedelta(hours=hours)
    start = When(at, at - timedelta(hours=within), at + timedelta(hours=within)) if within else When(at)
    found = Alert(
        id, system, f"signal {id}", f"metric {id}", True, severity, "departure", "1", f"{id} fell", 0.2, 0.4,
        at, start=start if known else None, ended=at + HOUR if ended else None, urgent=urgent, effect=effect,
    )  # fmt: skip
    return Placed(found, layer)


def ran(version: str, hours: float, *, kind: str = "model", earliest: float | None = None) -> Deployment:
    at = NOON + timedelta(hours=hours)
    low = None if earliest is None else NOON + timedelta(hours=earliest)
    return Deployment(version, "scorer", at, "scorer", version, kind, earliest=low)


def groups(found: Sequence[Candidate]) -> set[frozenset[str]]:
    return {frozenset(one.ids) for one in found}


def test_starts_that_overlap_or_follow_closely_are_one() -> None:
    near = [placed("a", 0, within=2), placed("b", 3, within=1.5), placed("c", FOLLOWS / HOUR)]
    far = [placed("d", 20), placed("e", 0, system="other")]
    assert groups(candidates([*near, *far])) == {frozenset("abc"), frozenset("d"), frozenset("e")}


def test_a_long_row_of_alerts_is_no_chain() -> None:
    row = [placed(f"{hours:03d}", hours) for hours in range(0, 60, 4)]
    assert max(len(one.alerts) for one in candidates(row)) <= 1 + 2 * (FOLLOWS // (4 * HOUR))


def test_one_that_fits_two_groups_joins_the_nearer() -> None:
    found = candidates([placed("a", 0), placed("b", 10), placed("wide", 9, within=12)])
    assert groups(found) == {frozenset(["a"]), frozenset(["b", "wide"])}


def test_the_joint_start_is_the_narrowest_interval_that_overlaps_with_the_first() -> None:
    [one] = candidates([placed("a", 0, within=4), placed("b", 1, within=2), placed("c", 5)])
    assert one.start == When(NOON + HOUR, NOON - HOUR, NOON + 3 * HOUR)
    [touching] = candidates([placed("a", 0, within=2), placed("b", 3, within=1)])
    assert touching.start == When(NOON + 3 * HOUR, NOON + 2 * HOUR, NOON + 4 * HOUR)


def test_an_alert_without_an_estimate_started_when_its_source_saw_it() -> None:
    [one] = candidates([placed("a", 1, known=False), placed("b", 0)])
    assert one.start == When(NOON)


def test_the_gravest_lasting_alert_speaks_for_all() -> None:
    [one] = candidates(
        [
            placed("over", 0, severity=AlertSeverity.CRITICAL, ended=True),
            placed("mild", 1, severity=AlertSeverity.MEDIUM),
            placed("grave", 2, effect=-5.0),
            placed("less", 2, effect=3.0),
        ]
    )
    assert (one.title, one.message, one.severity) == ("metric grave", "grave fell", AlertSeverity.HIGH)
    assert (one.ended, one.urgent) == (None, True)


def test_two_detectors_that_found_the_same_are_one_thing_to_tell() -> None:
    one, two = placed("a"), placed("b", 1)
    twice = replace(one.alert, id="c", detector="another", severity=AlertSeverity.LOW)
    [found] = candidates([one, Placed(twice, one.layer)])
    assert (found.name, len(found.alerts)) == ("metric a", 2)
    [both] = candidates([one, Placed(twice, one.layer), two])
    assert both.name == "metric a and 1 more"


def test_it_is_over_when_all_of_it_is_and_then_interrupts_nobody() -> None:
    [one] = candidates([placed("a", 0, ended=True), placed("b", 1, ended=True)])
    assert (one.ended, one.urgent) == (NOON + 2 * HOUR, False)


def test_urgent_ones_come_first_then_slow_ones_then_what_is_over() -> None:
    found = candidates(
        [
            placed("over", 0, severity=AlertSeverity.CRITICAL, ended=True),
            placed("slow", 20, severity=AlertSeverity.HIGH, urgent=False),
            placed("mild", 40, severity=AlertSeverity.MEDIUM),
            placed("grave", 60, severity=AlertSeverity.CRITICAL),
            placed("newer", 80, severity=AlertSeverity.CRITICAL),
        ]
    )
    assert [one.alerts[0].id for one in found] == ["newer", "grave", "mild", "slow", "over"]


def test_the_deployment_that_began_nearest_before_is_the_likely_cause() -> None:
    began = [ran("v1", -30), ran("v2", -3), ran("v3", -1), ran("v4", 0.5)]
    [one] = candidates([placed("a", 0)], began)
    assert one.cause is not None
    assert one.cause.deployment == began[2]
    assert (one.cause.before, one.cause.text) == (HOUR, "scorer v3 (model) 1 h before")
    assert one.cause.type == SILENT_CHANGE


def test_a_deployment_of_long_before_or_of_another_system_is_no_cause() -> None:
    others = [ran("old", -1 - BEFORE / HOUR), replace(ran("other", -1), system="other"), ran("later", 1.1)]
    [one] = candidates([placed("a", 0, layer=Layer.COST)], others)
    assert one.cause is None
    [late] = candidates([placed("a", 0)], [ran("soon", 0.9)])
    assert late.cause is not None
    assert late.cause.text == "scorer soon (model) about the same time"


def test_where_the_start_is_uncertain_so_is_what_came_first() -> None:
    [one] = candidates([placed("a", 0, within=2)], [ran("v2", 1), ran("v1", -3)])
    assert one.cause is not None
    assert one.cause.text == "scorer v2 (model) about the same time"
    [seen] = candidates([placed("a", 0)], [ran("v2", 5, earliest=-1)])
    assert seen.cause is not None
    assert seen.cause.deployment is not None


def test_what_goes_in_is_named_before_what_comes_out() -> None:
    [one] = candidates(
        [placed("score", 0, layer=Layer.QUALITY), placed("nulls", 1, layer=Layer.PIPELINE), placed("c", 2)]
    )
    assert one.cause is not None
    assert (one.cause.text, one.cause.type) == ("data pipeline before the rest: metric nulls", SHIFT)
    assert one.cause.line == one.cause.text
    [alone] = candidates([placed("share", layer=Layer.BEHAVIOUR)])
    assert alone.cause is not None
    assert alone.cause.line == "points to silent behaviour change"


def test_the_type_follows_the_layer_and_what_was_deployed() -> None:
    def type_of(layer: Layer, *began: Deployment) -> str:
        [one] = candidates([placed("a", 0, layer=layer)], began)
        return one.cause.type if one.cause else ""

    assert type_of(Layer.BEHAVIOUR) == SILENT_CHANGE
    assert type_of(Layer.PIPELINE) == SHIFT
    assert type_of(Layer.FAIRNESS, ran("v2", -1)) == IMPACT
    assert type_of(Layer.OVERSIGHT) == OVERSIGHT
    assert type_of(Layer.QUALITY, ran("f", -1, kind="feature pipeline")) == SHIFT
    assert type_of(Layer.COST, ran("p", -1, kind="prompt")) == SILENT_CHANGE
    assert type_of(Layer.INFRASTRUCTURE) == ""


def test_an_alert_about_no_series_is_told_with_its_group() -> None:
    one = placed("a")
    bare = replace(
        one.alert, signal="", metric="false positive rate", labels={"race": "x", "layer": "fairness"}
    )
    [found] = candidates([Placed(bare, Layer.FAIRNESS)])
    assert found.title == "false positive rate (race x)"


@given(
    st.lists(
        st.tuples(
            st.floats(-200, 200), st.sampled_from([0.0, 0.5, 4.0, 60.0]), st.sampled_from("st"), st.booleans()
        ),
        max_size=30,
    ),
    st.randoms(use_true_random=False),
)
def test_every_alert_is_in_one_candidate_whatever_the_order(rows, random) -> None:  # type: ignore[no-untyped-def]
    found = [
        placed(str(number), hours, within=within, system=system, ended=ended)
        for number, (hours, within, system, ended) in enumerate(rows)
    ]
    made = candidates(found)
    ids = [id for one in made for id in one.ids]
    assert sorted(ids) == sorted(one.alert.id for one in found)
    for one in made:
        starts = [Placed(alert, Layer.COST).start for alert in one.alerts]
        assert {alert.system for alert in one.alerts} == {one.system}
        assert min(s.low for s in starts) <= one.start.low <= one.start.high <= max(s.high for s in starts)
    shuffled = list(found)
    random.shuffle(shuffled)
    assert candidates(shuffled) == made


def test_lengths_are_told_in_their_largest_unit() -> None:
    told = [length(timedelta(seconds=s)) for s in (-5, 59, 61, 7200, 90_000)]
    assert told == ["0 s", "59 s", "1 min", "2 h", "1 d"]
