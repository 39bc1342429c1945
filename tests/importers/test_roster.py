"""Rosters from files: hand-overs by the clock of their zone, bad rows refused with line and reason."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.importers import roster_csv, roster_ical
from tocsin.model.arrangement import Shift

NOW = datetime(2026, 10, 20, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC")


def ical(*events: str, name: str = "on call", zone: str = "") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"X-WR-CALNAME:{name}"]
    lines += [f"X-WR-TIMEZONE:{zone}"] if zone else []
    for number, event in enumerate(events):
        body = event if "UID:" in event else f"UID:{number}\n{event}"
        lines += ["BEGIN:VEVENT", *body.split("\n"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def shifts(content: bytes, zone: str = "Europe/Berlin") -> tuple[Shift, ...]:
    return roster_ical.read(content, now=NOW, zone=zone).shifts["on call"]


def local(shift: Shift, zone: str) -> tuple[str, str]:
    begins, ends = (at.astimezone(ZoneInfo(zone)) for at in (shift.begins, shift.ends))
    return f"{begins:%m-%d %H:%M}", f"{ends:%m-%d %H:%M}"


def test_a_weekly_hand_over_at_eight_stays_at_eight_when_the_clocks_go_back() -> None:
    found = shifts(
        ical(
            "SUMMARY:Operator A\nDTSTART;TZID=Europe/Berlin:20261019T080000\n"
            "DTEND;TZID=Europe/Berlin:20261026T080000\nRRULE:FREQ=WEEKLY;COUNT=3"
        )
    )
    assert [local(one, "Europe/Berlin")[0] for one in found] == ["10-19 08:00", "10-26 08:00", "11-02 08:00"]
    assert [one.begins.hour for one in found] == [6, 7, 7]
    assert found[0].ends - found[0].begins == timedelta(days=7, hours=1)


def test_exceptions_moved_and_cancelled_events_are_heeded() -> None:
    weekly = (
        "UID:w\nSUMMARY:On call: Operator A\nDTSTART:20261102T080000Z\nDTEND:20261103T080000Z\n"
        "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE:20261116T080000Z"
    )
    moved = (
        "UID:w\nRECURRENCE-ID:20261109T080000Z\nSUMMARY:Operator B\nDTSTART:20261110T080000Z\n"
        "DTEND:20261111T080000Z"
    )
    off = "SUMMARY:Operator C\nDTSTART:20261201T080000Z\nDTEND:20261202T080000Z\nSTATUS:CANCELLED"
    found = shifts(ical(weekly, moved, off))
    assert [(one.person, one.begins.day) for one in found] == [
        ("Operator A", 2), ("Operator B", 10), ("Operator A", 23),
    ]  # fmt: skip


def test_floating_times_are_of_the_calendars_zone_and_days_run_from_midnight_to_midnight_there() -> None:
    found = shifts(
        ical(
            "SUMMARY:Operator A\nDTSTART:20261101T200000\nDURATION:PT12H",
            "SUMMARY:Operator B\nDTSTART;VALUE=DATE:20261103",
            zone="America/New_York",
        )
    )
    assert [local(one, "America/New_York") for one in found] == [
        ("11-01 20:00", "11-02 08:00"), ("11-03 00:00", "11-04 00:00"),
    ]  # fmt: skip


def test_a_guests_name_is_the_person_and_what_comes_before_a_name_is_left_out() -> None:
    found = shifts(
        ical(
            'SUMMARY:On call\nATTENDEE;CN="Operator A":mailto:a@example.org\n'
            "DTSTART:20261102T080000Z\nDURATION:PT1H",
            "SUMMARY:[L1] Operator B\nDTSTART:20261103T080000Z\nDURATION:PT1H",
        )
    )
    assert [one.person for one in found] == ["Operator A", "Operator B"]


def test_wrong_events_are_refused_with_the_line_they_begin_at_and_the_others_are_taken() -> None:
    content = ical(
        "SUMMARY:Operator A\nDTSTART:20261102T080000Z\nDTEND:20261102T090000Z",
        "SUMMARY:Operator B\nDTSTART:20261102T080000Z",
        "SUMMARY:Operator C\nDTSTART:20261102T080000Z\nDTEND:20261102T070000Z",
        "SUMMARY:\nDTSTART:20261102T080000Z\nDTEND:20261102T090000Z",
        "SUMMARY:Operator D\nDTSTART:20261102T080000Z\nDTEND:20261102T080001Z\nRRULE:FREQ=SECONDLY",
    )
    found = roster_ical.read(content, now=NOW, zone="UTC")
    lines = content.decode().split("\r\n")
    assert len(found.shifts["on call"]) == 1
    assert [lines[one.line - 1] for one in found.refused] == ["BEGIN:VEVENT"] * 4
    assert [one.reason for one in found.refused] == [
        "it has no end",
        "it ends before it begins",
        "the person (SUMMARY) is missing",
        "it recurs secondly; that is no shift",
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR", b"\xff\xfe\x00", b"BEGIN:VCALENDAR\r\n"],
)
def test_what_is_no_calendar_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput):
        roster_ical.read(content, now=NOW, zone="UTC", rota="on call")


def test_a_calendar_without_a_name_needs_one() -> None:
    content = ical("SUMMARY:Operator A\nDTSTART:20261102T080000Z\nDURATION:PT1H", name="")
    with pytest.raises(BadInput, match="rota is missing"):
        roster_ical.read(content, now=NOW, zone="UTC")
    assert "night" in roster_ical.read(content, now=NOW, zone="UTC", rota="night").shifts


def _civil(day: date, minutes: int, zone: str) -> datetime:
    """The oracle's own reading of a civil time: the first instant whose local clock shows it."""
    guess = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes)
    wanted = guess.replace(tzinfo=None)
    found = [
        at
        for shift in range(-15 * 60, 15 * 60, 15)
        if (at := guess + timedelta(minutes=shift)).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wanted
    ]
    return min(found)


@settings(max_examples=20)
@given(
    st.sampled_from(ZONES),
    st.dates(date(2026, 9, 25), date(2026, 11, 30)),
    st.sampled_from((7 * 60, 8 * 60 + 30, 20 * 60)),
    st.integers(1, 12),
)
def test_daily_hand_overs_are_at_the_same_local_time_in_every_zone(
    zone: str, first: date, minutes: int, days: int
) -> None:
    clock = f"{minutes // 60:02d}{minutes % 60:02d}00"
    last = first + timedelta(days=1)
    event = (
        f"SUMMARY:Operator A\nDTSTART;TZID={zone}:{first:%Y%m%d}T{clock}\n"
        f"DTEND;TZID={zone}:{last:%Y%m%d}T{clock}\nRRULE:FREQ=DAILY;COUNT={days}"
    )
    found = shifts(ical(event), zone="UTC")
    expected = [
        (
            _civil(first + timedelta(days=n), minutes, zone),
            _civil(first + timedelta(days=n + 1), minutes, zone),
        )
        for n in range(days)
    ]
    assert [(one.begins, one.ends) for one in found] == expected


def test_rows_of_csv_with_offsets_zones_and_the_hour_that_comes_twice() -> None:
    content = (
        "\ufeffSchedule;Name;Start;End;Time Zone\n"
        "on call;Operator A;2026-10-25 02:30;2026-10-26 08:00;\n"
        "on call;Operator B;2026-10-26T08:00:00+01:00;2026-10-27;America/New_York\n"
        '"night; late";"Operator\nC";2026-10-27;2026-10-28;\n'
    ).encode()
    found = roster_csv.read(content, zone="Europe/Berlin")
    one, other = found.shifts["on call"]
    assert one.begins == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert other.begins == datetime(2026, 10, 26, 7, tzinfo=UTC)
    assert other.ends == datetime(2026, 10, 27, 4, tzinfo=UTC)
    assert found.shifts["night; late"][0].person == "Operator C"
    assert found.notes == ("2026-10-25 02:30 in Europe/Berlin comes twice there; the first is meant.",)


def test_wrong_rows_of_csv_are_refused_with_line_and_reason() -> None:
    content = (
        "rota,person,begins,ends,zone\n"
        "on call,Operator A,2026-11-02 08:00,2026-11-03 08:00,\n"
        ",Operator A,2026-11-02 08:00,2026-11-03 08:00,\n"
        "on call,,2026-11-02 08:00,2026-11-03 08:00,\n"
        "on call,Operator A,02/11/2026,2026-11-03 08:00,\n"
        "on call,Operator A,2026-11-03 08:00,2026-11-03 08:00,\n"
        "on call,Operator A,2026-11-03 08:00,2026-11-04 08:00,Mars/Olympus\n"
        "\n"
        "on call,Operator A,2026-11-03 08:00,2029-11-04 08:00,\n"
        f"on call,{'A' * 90},2026-11-03 08:00,2026-11-04 08:00,\n"
    ).encode()
    found = roster_csv.read(content, zone="UTC")
    assert len(found.shifts["on call"]) == 1
    assert [(one.line, one.reason) for one in found.refused] == [
        (3, "the rota is missing"),
        (4, "the person is missing"),
        (5, "'02/11/2026' is not a time such as 2026-11-02 08:00"),
        (6, "it has no length"),
        (7, "'Mars/Olympus' is not a time zone such as Europe/Berlin"),
        (9, "it is longer than a year"),
        (10, "the person has more than 80 characters"),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"rota,person,when\na,b,c\n", "no column for begins and ends"),
        (b"person,begins,ends\nOperator A,2026-11-02,2026-11-03\n", "Line 2: the rota is missing"),
        (b"rota,person,begins,ends\n", "no shift was found"),
        (b"\xff\xfe\x00\x01", "not UTF-8"),
        (b'rota,person,begins,ends\n"a,b\n', "no sound CSV"),
        (b"x" * 5_000_001, "at most 5 MB"),
    ],
)
def test_a_file_that_is_no_roster_says_why(content: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        roster_csv.read(content, zone="UTC")


@settings(max_examples=25)
@given(st.binary(max_size=300))
def test_no_bytes_break_either_reader(content: bytes) -> None:
    for read in (
        lambda: roster_csv.read(content, zone="UTC", rota="a"),
        lambda: roster_ical.read(b"BEGIN:VCALENDAR\r\n" + content, now=NOW, zone="UTC", rota="a"),
    ):
        try:
            read()
        except BadInput:
            continue


def test_a_time_at_the_end_of_the_calendar_is_refused_and_the_rest_is_taken() -> None:
    rows = "begins,ends,person\n0001-01-01,0001-01-02,Operator A\n2026-11-02,2026-11-03,Operator B\n"
    found = roster_csv.read(rows.encode(), zone="Europe/Berlin", rota="on call")
    assert [(one.line, one.reason) for one in found.refused] == [(2, "date value out of range")]
    assert [one.person for one in found.shifts["on call"]] == ["Operator B"]
    last = "SUMMARY:Operator A\nDTSTART;VALUE=DATE:99991231"
    sound = "SUMMARY:Operator B\nDTSTART:20261102T080000Z\nDTEND:20261103T080000Z"
    calendar = roster_ical.read(ical(last, sound), now=NOW, zone="Europe/Berlin")
    assert len(calendar.refused) == 1
    assert [one.person for one in calendar.shifts["on call"]] == ["Operator B"]
