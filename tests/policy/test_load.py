"""Policy packs: what ships is what it says, and what is wrong in a file is named with its key."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tocsin.errors import BadInput, NotFound
from tocsin.model.alert import AlertSeverity
from tocsin.model.signal import Layer
from tocsin.paths import resource
from tocsin.policy.files import PACK
from tocsin.policy.load import load, load_shipped, shipped

SHIPPED = resource("policies/sev-1-4")


def test_the_shipped_scheme_says_what_each_level_owes() -> None:
    scheme = load_shipped()
    assert [level.id for level in scheme.levels] == ["SEV-1", "SEV-2", "SEV-3", "SEV-4"]
    matrix = {
        level.id: tuple(span.words if span else "" for span in (scheme.offset(c, level.id) for c in CLOCKS))
        for level in scheme.levels
    }
    assert matrix == {
        "SEV-1": ("15 min", "30 min", "15 min", "60 min", "4 h", "5 business days"),
        "SEV-2": ("1 h", "2 h", "15 min", "60 min", "4 h", "5 business days"),
        "SEV-3": ("4 business hours", "", "15 min", "60 min", "4 h", "5 business days"),
        "SEV-4": ("next business day", "", "15 min", "60 min", "4 h", "5 business days"),
    }


CLOCKS = ("respond", "escalate", "triage", "contain", "investigate", "review")


def test_the_shipped_scheme_knows_whom_to_call() -> None:
    scheme = load_shipped()
    grave = scheme.level("SEV-1")
    assert grave is not None
    assert (grave.escalate_to, grave.forum) == (("VP Engineering", "Legal", "CISO"), "war room")
    route = scheme.route_for(Layer.FAIRNESS)
    assert route is not None
    assert route.to == ("ethics committee", "legal")
    assert all(scheme.route_for(layer) is not None for layer in Layer)


def test_detectors_words_map_to_levels_and_the_graver_wins() -> None:
    scheme = load_shipped()
    assert [scheme.level_for(word) for word in AlertSeverity] == ["SEV-1", "SEV-2", "SEV-3", "SEV-4"]
    assert scheme.graver("SEV-3", "SEV-2") == "SEV-2"
    assert scheme.rank("P0") == 4


def test_an_unknown_pack_is_refused_with_those_there_are() -> None:
    assert shipped() == ["sev-1-4"]
    with pytest.raises(NotFound, match="There are: sev-1-4"):
        load_shipped("../sev-1-4")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("minutes = 60", "minuets = 60", "clocks[3].within"),
        ("{ minutes = 60 }", "{ minutes = 60, hours = 1 }", "clocks[3].within: needs exactly one unit"),
        ("{ minutes = 60 }", "{ minutes = 0 }", "clocks[3].within: 0 minutes is not between 1 and"),
        ("{ minutes = 60 }", '"an hour"', "clocks[3].within: Expected"),
        ('id = "triage"', 'id = "respond"', "clocks: 'respond' is there 2 times"),
        ('id = "triage"', 'id = "triage/1"', "clocks: the id 'triage/1' contains a slash"),
        ("within = { minutes = 60 }", "", "clocks[3]: give either within or within_by_level"),
        ('from = "resolution"', 'from = "resolved"', "clocks[5].from: 'resolved' is none of"),
        ('met_by = ["graded"]', 'met_by = ["triaged"]', "clocks[2].met_by: 'triaged' is none of"),
        ('met_by = ["graded"]', 'metby = ["graded"]', "clocks[2]: Object contains unknown field `metby`"),
        ('critical = "SEV-1"', 'critical = "SEV-0"', "detector_severities.critical: there is no level"),
        ('critical = "SEV-1"', "", "detector_severities: says nothing about 'critical'"),
        ("SEV-2 = { hours = 1 }", "SEV-9 = { hours = 1 }", "within_by_level: there is no level 'SEV-9'"),
        ('layers = ["behaviour"]', 'layers = ["mood"]', "routes[2].layers: 'mood' is none of"),
        ('"Mon", ', '"Monday", ', "calendar.days: 'Monday' is none of Mon"),
        ('opens = "09:00"', 'opens = "9 am"', "calendar.opens: '9 am' is not a time of day"),
        ('opens = "09:00"', 'opens = "25:00"', "calendar.opens: '25:00' is not a time of day"),
        ('opens = "09:00"', 'opens = "18:00"', "calendar: a working day must open before it closes"),
        ('zone = "home"', 'zone = "Mars/Olympus"', "calendar.zone: 'Mars/Olympus' is not a time zone"),
        ("holidays = []", 'holidays = ["2026-13-01"]', "calendar.holidays[0]"),
        ("due_soon = 0.25", "due_soon = 25", "due_soon: 25.0 is not a share"),
        ('version = "1"', "version = 1", "version: Expected `str`"),
        ('version = "1"', "version = ", "not TOML"),
    ],
)
def test_a_mistake_is_named_with_file_key_and_reason(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (SHIPPED / PACK).read_text("utf-8")
    assert old in text
    file = tmp_path / PACK
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BadInput) as caught:
        load(tmp_path)
    assert caught.value.where == str(file)
    assert said in caught.value.what


def test_several_mistakes_are_all_told_at_once(tmp_path: Path) -> None:
    text = (
        (SHIPPED / PACK).read_text("utf-8").replace('"SEV-1"\nhigh', '"SEV-8"\nhigh').replace("0.25", "7", 1)
    )
    file = tmp_path / PACK
    file.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=r"due_soon.*SEV-8"):
        load(tmp_path)


def absent(_: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (absent, "cannot be read: No such file"),
        (Path.mkdir, "cannot be read: Is a directory"),
        (lambda file: file.write_bytes(b"\xff\xfe"), "not UTF-8 at byte 0"),
        (lambda file: file.write_bytes(b"#" * 1_000_001), "larger than 1000000 bytes"),
        (lambda file: file.write_text("a = " + "[" * 50_000), "not TOML"),
        (lambda file: file.write_text(""), "missing required field"),
    ],
)
def test_a_file_that_is_no_pack_is_refused(tmp_path: Path, prepare: Callable[[Path], Any], said: str) -> None:
    file = tmp_path / PACK
    prepare(file)
    with pytest.raises(BadInput, match=said):
        load(tmp_path)


def test_holidays_and_a_zone_of_its_own_are_read(tmp_path: Path) -> None:
    text = (SHIPPED / PACK).read_text("utf-8").replace("holidays = []", "holidays = [2026-12-25]")
    file = tmp_path / PACK
    file.write_text(text.replace('zone = "home"', 'zone = "Asia/Tokyo"').replace("17:00", "24:00"), "utf-8")
    calendar = load(tmp_path).calendar
    assert {day.isoformat() for day in calendar.holidays} == {"2026-12-25"}
    assert (calendar.zone, calendar.closes) == ("Asia/Tokyo", 1440)
