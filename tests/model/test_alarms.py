"""Alarms: silenced one by one, silent no longer than they may be, a flood known as one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.alarms import REPEATS, SOUNDING, Alarm, Priority, State, is_flood, standing
from tocsin.model.conduct import Said
from tocsin.model.response import AlarmAcknowledged, AlarmShelved

NOW = datetime(2026, 11, 2, 13, tzinfo=UTC)
ids = st.sampled_from("abc")
minutes_ago = st.integers(0, 200).map(lambda minutes: NOW - timedelta(minutes=minutes))
alarms = st.lists(
    st.builds(Alarm, ids, st.sampled_from(Priority), st.just("t"), st.just("d"), minutes_ago),
    unique_by=lambda one: one.id,
)


def said(id: str, at: datetime) -> Said[AlarmAcknowledged]:
    return Said("entry", at, "Operator A", AlarmAcknowledged(id))


def shelved(id: str, at: datetime, minutes: int) -> Said[AlarmShelved]:
    return Said("entry", at, "Operator A", AlarmShelved(id, at + timedelta(minutes=minutes), "known"))


heard = st.builds(said, ids, minutes_ago)
shelves = st.builds(shelved, ids, minutes_ago, st.integers(1, 300))


@given(alarms, st.lists(heard, max_size=1), st.lists(shelves, max_size=1))
def test_what_nobody_spoke_of_sounds_and_what_somebody_did_is_silent_no_longer_than_it_may(
    there: list[Alarm], acks: list[Said[AlarmAcknowledged]], kept: list[Said[AlarmShelved]]
) -> None:
    found = {one.alarm.id: one for one in standing(there, acks, kept, NOW)}
    assert found.keys() == {one.id for one in there}
    for one in found.values():
        mine = [ack for ack in acks if ack.body.alarm == one.alarm.id]
        shelf = [each for each in kept if each.body.alarm == one.alarm.id]
        asleep = any(each.body.until > NOW for each in shelf)
        woke_after = any(each.body.until > ack.at for each in shelf for ack in mine)
        fresh = any(ack.at + REPEATS[one.alarm.priority] > NOW for ack in mine) and not woke_after
        assert (one.state not in SOUNDING) == (asleep or fresh)
        assert one.until is None or one.until > NOW


@given(alarms, st.lists(heard), st.lists(shelves))
def test_sounding_ones_come_first_the_gravest_in_front(
    there: list[Alarm], acks: list[Said[AlarmAcknowledged]], kept: list[Said[AlarmShelved]]
) -> None:
    found = standing(there, acks, kept, NOW)
    keys = [(one.state not in SOUNDING, one.alarm.priority) for one in found]
    assert keys == sorted(keys)


def test_one_that_is_over_is_listed_until_somebody_heard_it() -> None:
    over = Alarm("a", Priority.URGENT, "t", "d", NOW - timedelta(hours=1), over=NOW)
    assert [one.state for one in standing([over], [], [], NOW)] == [State.RETURNED]
    assert standing([over], [said("a", NOW)], [], NOW) == ()


def test_more_than_ten_in_ten_minutes_are_a_flood() -> None:
    at = [NOW - timedelta(seconds=50 * number) for number in range(11)]
    assert is_flood(at, NOW)
    assert not is_flood(at[:10], NOW)
    assert not is_flood([NOW - timedelta(seconds=70 * number) for number in range(30)], NOW)


def test_a_clock_that_is_set_back_leaves_no_alarm_silent_and_makes_no_flood() -> None:
    alarm = Alarm("a", Priority.URGENT, "t", "d", NOW - timedelta(hours=1))
    before = standing([alarm], [said("a", NOW + timedelta(days=1))], [], NOW)
    assert [one.state for one in before] == [State.REPEATED]
    # That of another machine may be a little ahead.
    beside = standing([alarm], [said("a", NOW + timedelta(seconds=3))], [], NOW)
    assert [one.state for one in beside] == [State.ACKNOWLEDGED]
    assert not is_flood([NOW + timedelta(days=1)] * 11, NOW)
