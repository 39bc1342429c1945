"""Policy packs: what is wrong in a folder is named with its file, key and reason, whatever somebody wrote."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plain_pack import ESCALATION, PLAIN, TRIAGE, UPDATES
from tocsin.errors import BadInput, NotFound
from tocsin.model.alert import AlertSeverity
from tocsin.model.classification import TYPES
from tocsin.model.signal import Layer
from tocsin.paths import resource
from tocsin.policy.files import MAX_BYTES, PACK
from tocsin.policy.load import examine, load, load_shipped, shipped


def written(folder: Path, text: str = PLAIN, **others: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / PACK).write_text(text, "utf-8")
    for name, content in others.items():
        file = folder / name.replace("__", "/").replace("_toml", ".toml").replace("_md", ".md")
        file.parent.mkdir(exist_ok=True)
        file.write_text(content, "utf-8")
    return folder


def swapped(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_a_plain_pack_is_what_it_says(tmp_path: Path) -> None:
    scheme = load(written(tmp_path / "plain"))
    assert [level.id for level in scheme.levels] == ["A", "B"]
    spans = {(rule.id, level): rule.offset(level) for rule in scheme.clocks for level in ("A", "B")}
    assert {key: span.words for key, span in spans.items() if span} == {
        ("respond", "A"): "15 min", ("respond", "B"): "1 h",
        ("contain", "A"): "60 min", ("contain", "B"): "60 min",
        ("review", "A"): "5 business days", ("review", "B"): "5 business days",
    }  # fmt: skip
    assert scheme.quiet is not None
    assert (scheme.freeze, scheme.closure, scheme.quiet.words) == (("A",), ("verified",), "24 h")
    assert not scheme.triage.questions


def test_an_unknown_pack_is_refused_with_those_there_are() -> None:
    assert shipped() == ["p0-p2", "p1-p4", "sev-1-4", "severity-1-3"]
    with pytest.raises(NotFound, match="There are: p0-p2, p1-p4, sev-1-4"):
        load_shipped("../sev-1-4")


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_pack_routes_every_type_and_layer_and_says_what_each_word_of_a_detector_means(
    name: str,
) -> None:
    scheme = load_shipped(name)
    assert all(scheme.route_for(layer) is not None for layer in Layer)
    routes = {route.kind: route for route in scheme.routes}
    own = {type_: [route.kind for route in scheme.routes if type_ in route.types] for type_ in TYPES}
    assert own == {
        "behaviour_change": ["behaviour"],  # works, and behaves differently: a route of its own (T4)
        "distribution_shift": ["quality"],
        "bias": ["fairness"],
        "oversight": ["fairness"],
    }
    assert routes["fairness"].to == ("ethics committee", "legal")
    assert routes["infrastructure"].to == ("platform team",)
    assert set(scheme.detector_severities) == set(AlertSeverity)
    ranks = [scheme.rank(scheme.level_for(word)) for word in AlertSeverity]
    assert ranks == sorted(ranks)
    assert {book.type for book in scheme.playbooks} == set(TYPES)
    assert {one.audience for one in scheme.updates} == {"leadership", "teams", "users", "public"}
    assert scheme.triage.questions
    assert scheme.escalation
    assert scheme.quiet
    assert {"commander", "communications", "technical"} <= {role.id for role in scheme.roles}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "minutes = 60",
            "minuets = 60",
            "clocks[1].within: Invalid enum value 'minuets'; spans are given in min",
        ),
        ("{ minutes = 60 }", "{ minutes = 60, hours = 1 }", "clocks[1].within: needs exactly one unit"),
        ("{ minutes = 60 }", "{ minutes = 0 }", "clocks[1].within: 0 minutes is not between 1 and"),
        ("{ minutes = 60 }", "{ months = 999 }", "clocks[1].within: 999 months is not between 1 and"),
        ("{ minutes = 60 }", '"an hour"', "clocks[1].within: Expected"),
        ("{ minutes = 60 }", "{ minutes = 1.5 }", "Expected `int`, got `float`"),
        ('id = "contain"', 'id = "respond"', "clocks: 'respond' is there 2 times"),
        ('id = "contain"', 'id = "contain/1"', "clocks: the id 'contain/1' contains a slash"),
        ('id = "contain"', 'id = "met:x"', "clocks: the id 'met:x' contains a colon"),
        ("within = { minutes = 60 }", "", "clocks[1]: give either within or within_by_level"),
        ('from = "resolution"', 'from = "resolved"', "clocks[2].from: 'resolved' is none of"),
        ('from = "resolution"', 'from = "met:nothing"', "clocks[2].from: 'met:nothing' is none of"),
        ('["contained"]', '["done"]', "clocks[1].met_by: 'done' is none of"),
        ('["contained"]', '["contained"]\nuntil = ["closed"]', "clocks[1].until: only a clock that repeats"),
        ('["contained"]', "[]\nrepeats = true", "clocks[1].repeats: it needs a number, and a fact in met_by"),
        ('id = "B"', 'id = "a"', "levels: 'A' is there 2 times"),
        ('from = "resolution"', 'from = "due:review"', "clocks: these count from each other in a circle"),
        ('["contained"]', '["contained"]\ncalendar = "bank"', "there is no calendar 'bank' in [calendars]"),
        ('["contained"]', '["contained"]\nwhen = { mood = ["x"] }', "clocks[1].when: 'mood' is none of type"),
        ('["contained"]', '["contained"]\nwhen = { type = ["x"] }', "clocks[1].when.type: 'x' is none of"),
        ('["contained"]', '["contained"]\ncounting = "x"', "clocks[1].counting: 'x' is no way to count"),
        ('["contained"]', '["contained"]\nlevels = ["C"]', "clocks[1].levels: there is no level 'C'"),
        (
            'met_by = ["contained"]',
            'metby = ["contained"]',
            "clocks[1]: Object contains unknown field `metby`",
        ),
        ('critical = "A"', 'critical = "Z"', "detector_severities.critical: there is no level 'Z'"),
        ('critical = "A"', "", "detector_severities: says nothing about 'critical'"),
        ("B = { hours = 1 }", "Z = { hours = 1 }", "within_by_level: there is no level 'Z'"),
        ('layers = ["fairness"]', 'layers = ["mood"]', "routes[0].layers: 'mood' is none of"),
        ('types = ["bias"]', 'types = ["mood"]', "routes[0].types: 'mood' is none of"),
        ('"Mon", ', '"Monday", ', "calendar.days: 'Monday' is none of Mon"),
        ('opens = "09:00"', 'opens = "9 am"', "calendar.opens: '9 am' is not a time of day"),
        ('opens = "09:00"', 'opens = "25:00"', "calendar.opens: '25:00' is not a time of day"),
        ('opens = "09:00"', 'opens = "18:00"', "calendar: a working day must open before it closes"),
        ('zone = "home"', 'zone = "Mars/Olympus"', "calendar.zone: 'Mars/Olympus' is not a time zone"),
        ('zone = "home"', 'zone = "../../etc/passwd"', "is not a time zone"),
        ("holidays = []", 'holidays = ["2026-13-01"]', "calendar.holidays[0]"),
        ("holidays = []", 'holidays = { country = "XX" }', "calendar.holidays: no public holidays are known"),
        ("holidays = []", 'holidays = { country = "DE", subdivision = "ZZ" }', "subdivision 'ZZ' of 'DE'"),
        ("holidays = []", 'holidays = { land = "DE" }', "calendar.holidays"),
        ("due_soon = 0.25", "due_soon = 25", "due_soon: 25.0 is not a share"),
        ("due_soon = 0.25", "due_soon = nan", "due_soon: nan is not a share"),
        ('id = "commander"', 'id = "driver"', "roles[0].id: 'driver' is none of commander, deputy"),
        ('freeze = ["A"]', 'freeze = ["Z"]', "freeze: there is no level 'Z'"),
        ('closure = ["verified"]', 'closure = ["coffee"]', "closure: 'coffee' is none of verified"),
        ("quiet = { hours = 24 }", "quiet = { hours = 0 }", "quiet: 0 hours is not between"),
        ('version = "1"', "version = 1", "version: Expected `str`"),
        ('version = "1"', "version = ", "not TOML"),
        ('version = "1"', 'version = "1"\nextends = "../base"', "extends: '../base' is no name of a pack"),
        ('version = "1"', 'version = "1"\nextends = "nowhere"', "extends: there is no pack 'nowhere'"),
        ('version = "1"', 'version = "1"\nextends = ["base"]', "extends: ['base'] is no name of a pack"),
        (
            'meaning = "It is bad"',
            f'meaning = "{"x" * 501}"',
            "levels[0].meaning: Expected `str` of length <= 500",
        ),
    ],
)
def test_a_mistake_is_named_with_file_key_and_reason(tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = written(tmp_path / "plain", swapped(PLAIN, old, new))
    with pytest.raises(BadInput) as caught:
        load(folder)
    assert caught.value.where == str(folder / PACK)
    assert said in caught.value.what


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "triage_toml",
            swapped(TRIAGE, 'level = "A"', 'level = "Z"'),
            "rules[0].level: there is no level 'Z'",
        ),
        ("triage_toml", swapped(TRIAGE, "harm = [", "hurt = ["), "there is no question 'hurt'"),
        ("triage_toml", swapped(TRIAGE, "text =", "words ="), "questions[0]"),
        (
            "triage_toml",
            swapped(TRIAGE, 'otherwise = "B"', 'otherwise = "Z"'),
            "otherwise: there is no level",
        ),
        ("escalation_toml", swapped(ESCALATION, '["A"]', '["Z"]'), "steps[0].levels: there is no level 'Z'"),
        ("escalation_toml", swapped(ESCALATION, "webhook", "pigeon"), "steps[0].send: 'pigeon' is none of"),
        ("escalation_toml", swapped(ESCALATION, "fairness", "mood"), "steps[0].kinds: 'mood' is none of"),
        ("playbooks__bias_toml", "steps = []", "title: is missing"),
        ("playbooks__mood_toml", 'title = "Mood"', "'mood' is no type of incident"),
        ("playbooks__bias_toml", 'title = "Bias"\nreviewed = "lately"', "reviewed: 'lately' is not a date"),
        (
            "updates_toml",
            swapped(UPDATES, '"teams"', '"../../x"'),
            "updates[0].audience: '../../x' is not a-z",
        ),
        ("updates_toml", swapped(UPDATES, "title", "titel"), "updates[0]: Object"),
    ],
)
def test_a_mistake_beside_the_pack_names_its_own_file(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    folder = written(tmp_path / "plain", **{name: text})
    with pytest.raises(BadInput) as caught:
        load(folder)
    assert caught.value.where.endswith(name.replace("__", "/").replace("_toml", ".toml"))
    assert said in caught.value.what


def test_a_template_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"updates/teams\.md: cannot be read: No such file"):
        load(written(tmp_path / "plain", updates_toml=UPDATES))


def test_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    bad = swapped(swapped(PLAIN, 'critical = "A"', 'critical = "Z"'), "0.25", "7")
    found = examine(
        written(tmp_path / "plain", bad, triage_toml=TRIAGE.replace('"B"', '"Y"'), escalation_toml="=")
    )
    assert {(one.file, one.key) for one in found.problems} == {
        (PACK, "due_soon"), (PACK, "detector_severities.critical"), ("triage.toml", "otherwise"),
        ("escalation.toml", ""),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda file: None, "cannot be read: No such file"),
        (Path.mkdir, "cannot be read: Is a directory"),
        (os.mkfifo, "cannot be read: it is no file"),
        (lambda file: file.write_bytes(b"\xff\xfe"), "not UTF-8 at byte 0"),
        (lambda file: file.write_bytes(b"#" * (MAX_BYTES + 1)), f"larger than {MAX_BYTES} bytes"),
        (lambda file: file.write_text("a = " + "[" * 50_000), "not TOML"),
        (lambda file: file.write_text(f"a = {'9' * 5000}"), "not TOML"),
        (lambda file: file.write_text(""), "missing required field"),
    ],
)
def test_a_file_that_is_no_pack_is_refused(tmp_path: Path, prepare: Callable[[Path], Any], said: str) -> None:
    prepare(tmp_path / PACK)
    with pytest.raises(BadInput, match=said):
        load(tmp_path)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_whatever_a_file_holds_it_is_a_pack_or_bad_input(tmp_path_factory: Any, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("pack")
    (folder / PACK).write_bytes(content)
    with pytest.raises(BadInput):
        load(folder)


@given(st.sampled_from(PLAIN.splitlines()), st.text(max_size=30))
def test_any_line_replaced_by_anything_is_a_pack_or_bad_input(
    tmp_path_factory: Any, line: str, other: str
) -> None:
    folder = tmp_path_factory.mktemp("pack")
    (folder / PACK).write_bytes(PLAIN.replace(line, other, 1).encode("utf-8", "replace"))
    found = examine(folder)
    assert found.problems or (found.scheme is not None and found.scheme.levels)
    assert found.where == folder / PACK


def test_a_mark_of_order_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    folder = written(tmp_path / "plain")
    (folder / PACK).write_bytes(b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode())
    assert load(folder).id == "plain"


def test_what_a_pack_lacks_comes_from_what_it_extends(tmp_path: Path) -> None:
    written(tmp_path / "below", PLAIN, triage_toml=TRIAGE, escalation_toml=ESCALATION)
    rules = 'otherwise = "A"\n[[rules]]\nlevel = "A"\nbecause = "x"\nwhen = { harm = ["no"] }\n'
    mine = written(
        tmp_path / "mine", swapped(PLAIN, "due_soon", 'extends = "below"\ndue_soon'), triage_toml=rules
    )
    scheme = load(mine)
    assert [question.id for question in scheme.triage.questions] == ["harm"]  # asked by the one below
    assert [rule.because for rule in scheme.triage.rules] == ["x"]  # its own
    assert [step.id for step in scheme.escalation] == ["first"]
    (tmp_path / "below" / "escalation.toml").write_text("steps = 1")
    with pytest.raises(BadInput) as caught:
        load(mine)
    assert caught.value.where == str(tmp_path / "below" / "escalation.toml")


def test_packs_that_extend_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        written(tmp_path / one, swapped(PLAIN, "due_soon", f'extends = "{other}"\ndue_soon'))
    with pytest.raises(BadInput, match="extend each other"):
        load(tmp_path / "a")


def test_too_many_playbooks_are_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "plain")
    (folder / "playbooks").mkdir()
    for number in range(51):
        (folder / "playbooks" / f"p{number}.toml").touch()
    with pytest.raises(BadInput, match="more than 50 files"):
        load(folder)


def test_holidays_and_a_zone_of_its_own_are_read(tmp_path: Path) -> None:
    text = swapped(PLAIN, "holidays = []", "holidays = [2026-12-25]").replace('"home"', '"Asia/Tokyo"')
    calendar = load(written(tmp_path / "plain", text.replace("17:00", "24:00"))).calendar
    assert {day.isoformat() for day in calendar.holidays} == {"2026-12-25"}
    assert (calendar.zone, calendar.closes) == ("Asia/Tokyo", 1440)


def test_further_calendars_have_names_and_a_clock_takes_one(tmp_path: Path) -> None:
    bank = '[calendars.bank]\ndays = ["Mon"]\nopens = "08:00"\ncloses = "12:00"\n'
    bank += (
        'holidays = { country = "GB", subdivision = "ENG", dates = [2026-06-01] }\n\n[detector_severities]'
    )
    text = swapped(PLAIN, "[detector_severities]", bank)
    text = swapped(text, 'from = "resolution"', 'from = "resolution"\ncalendar = "bank"')
    scheme = load(written(tmp_path / "plain", text))
    assert scheme.clocks[2].calendar == "bank"
    named = scheme.calendars["bank"]
    assert (named.country, named.subdivision, len(named.holidays), named.public) == (
        "GB",
        "ENG",
        1,
        frozenset(),
    )


def test_the_base_is_extended_by_every_shipped_pack() -> None:
    base = resource("policies/base")
    assert not (base / PACK).exists()
    for name in shipped():
        assert (resource("policies") / name / PACK).read_text("utf-8").count('extends = "base"') == 1
